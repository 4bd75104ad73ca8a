"""Wiring: settings, routes, servers; imports every app and is imported by none."""
