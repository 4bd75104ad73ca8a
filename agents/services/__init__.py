"""Writes about agents and credentials."""
