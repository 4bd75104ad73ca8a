"""Pure codecs between neutral types and wire dialects."""
