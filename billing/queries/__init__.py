"""Reads that aggregate usage."""
