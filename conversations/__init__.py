"""Conversations: the tree, generations, the event log, streaming, search, sharing."""
