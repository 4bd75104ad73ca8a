"""Programs that people use, with the relay in between."""
