"""Sign-in and settings pages."""
