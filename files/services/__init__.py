"""Writes about files."""
