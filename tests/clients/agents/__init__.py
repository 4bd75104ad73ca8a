"""Command-line agents with the relay in between; run by hand."""
