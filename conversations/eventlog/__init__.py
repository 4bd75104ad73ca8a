"""The numbered events of each generation."""
