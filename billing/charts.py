"""Series about money for the admin dashboard."""
