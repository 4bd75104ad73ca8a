"""Scenarios of the product, played in Chromium."""
