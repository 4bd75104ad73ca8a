"""Writes of the ledger: the only module family that moves money."""
