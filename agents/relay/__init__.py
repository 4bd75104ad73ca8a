"""The OpenAI- and Anthropic-compatible door."""
