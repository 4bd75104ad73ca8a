"""Measurements; printed, never pass or fail."""
