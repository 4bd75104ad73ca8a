"""Schema changes of the accounts app."""
