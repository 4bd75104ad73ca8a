"""Files in the Django admin."""
