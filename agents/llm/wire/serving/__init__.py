"""The wire dialects from the server's side: what clients ask, and what they are answered."""
