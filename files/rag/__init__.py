"""Retrieval over file contents."""
