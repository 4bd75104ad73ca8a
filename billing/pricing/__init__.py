"""Prices, matching and cost."""
