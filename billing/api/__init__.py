"""LibreChat's REST contract about balances."""
