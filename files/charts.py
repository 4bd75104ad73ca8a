"""Series about files for the admin dashboard."""
