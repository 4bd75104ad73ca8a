"""The dialects that faults are tried in."""

from agents.llm.providers.provider import Dialect

NATIVE: tuple[Dialect, ...] = ("openai", "anthropic", "azure")
