"""Series about conversations for the admin dashboard."""
