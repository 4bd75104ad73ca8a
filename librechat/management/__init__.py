"""Project-wide commands."""
