"""The relay at `/v1`."""
