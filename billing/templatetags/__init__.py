"""Filters for the pages about money."""
