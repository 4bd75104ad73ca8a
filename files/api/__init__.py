"""LibreChat's REST contract about files."""
