"""Commands about money, one file each."""
