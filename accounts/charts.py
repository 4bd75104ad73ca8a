"""Series about people for the admin dashboard."""
