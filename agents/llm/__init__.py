"""Language models: wire codecs, providers, catalogue."""
