"""The server side of the wire dialects."""
