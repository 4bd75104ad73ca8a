"""Schema changes of the files app."""
