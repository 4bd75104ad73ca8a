"""LibreChat's own client library in front of a real server."""
