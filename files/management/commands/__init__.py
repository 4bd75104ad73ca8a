"""Commands about files, one file each."""
