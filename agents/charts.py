"""Series about models for the admin dashboard."""
