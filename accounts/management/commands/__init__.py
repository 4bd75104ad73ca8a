"""Commands about people, one file each."""
