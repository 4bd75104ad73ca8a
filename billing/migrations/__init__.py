"""Schema changes of the billing app."""
