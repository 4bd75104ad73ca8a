"""Finding conversations and messages."""
