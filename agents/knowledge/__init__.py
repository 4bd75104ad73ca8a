"""What an agent knows: memories and files."""
