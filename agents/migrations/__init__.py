"""Schema changes of the agents app."""
