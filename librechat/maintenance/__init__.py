"""Keeping a running site in order: backups, moves, check-ups, tidying."""
