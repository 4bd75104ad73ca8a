"""OpenAI streams from their chunks."""

from agents.llm.wire.neutral import (
    Event,
    Started,
)
from agents.llm.wire.openai_chat_stream import StreamDecoder
from tests.agents.wire.transcripts import decoded

STARTED = Started("chatcmpl-7", "gpt-4.1")


def events_of(*chunks: bytes) -> list[Event]:
    return decoded(StreamDecoder(), chunks)


def after_start(*chunks: bytes) -> list[Event]:
    first, *rest = events_of(*chunks)
    assert first == STARTED
    return rest
