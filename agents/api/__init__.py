"""LibreChat's REST contract about models and agents."""
