"""LibreChat's REST contract about conversations."""
