"""Connectors for web search."""
