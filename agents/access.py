"""Who may reach which agent."""
