"""Commands about conversations, one file each."""
