"""Permissions and access to shared objects."""
