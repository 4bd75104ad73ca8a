"""People: accounts, sign-in, roles, limits, audit."""
