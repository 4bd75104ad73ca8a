"""Project-wide commands, one file each."""
