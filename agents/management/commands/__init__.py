"""Commands about agents, one file each."""
