"""Reads that span the tables of agents."""
