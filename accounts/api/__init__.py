"""LibreChat's REST contract about people."""
