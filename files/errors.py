"""Errors about files."""
