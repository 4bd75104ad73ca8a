"""Who may reach which file."""
