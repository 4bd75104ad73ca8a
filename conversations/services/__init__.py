"""Writes about conversations and messages."""
