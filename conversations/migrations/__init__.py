"""Schema changes of the conversations app."""
