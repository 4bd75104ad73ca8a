"""Factories for rows."""
