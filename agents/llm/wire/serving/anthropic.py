"""Anthropic messages from the server's side."""

from agents.llm.wire.serving.anthropic_answers import render_response
from agents.llm.wire.serving.anthropic_requests import parse_count_tokens, parse_request
from agents.llm.wire.serving.anthropic_stream import Encoder
from agents.llm.wire.serving.asked import Answering

__all__ = ["encoder", "parse_count_tokens", "parse_request", "render_response"]


def encoder(answering: Answering) -> Encoder:
    """Return what writes one streamed answer."""
    return Encoder(answering)
