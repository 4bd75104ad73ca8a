"""Cutting text into chunks."""
