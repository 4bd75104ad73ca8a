"""Calls that have ended, for who watches the server: Prometheus series and spans; no content."""

from functools import lru_cache
from operator import attrgetter

from agents.relay import tracing
from agents.relay.record import Record
from librechat.kernel import metrics

# A series is looked up once: to find it takes longer than to count.
_calls = lru_cache(maxsize=None)(metrics.relay_calls.labels)
_tokens = lru_cache(maxsize=None)(metrics.relay_tokens.labels)
_first_byte = lru_cache(maxsize=None)(metrics.relay_first_byte.labels)
CLASSES = ("input", "cache_read", "cache_write", "output", "reasoning")
_counts = attrgetter(*(f"{kind}_tokens" for kind in CLASSES))


def closed(record: Record) -> None:
    """Count a call, and tell it to the tracer where one is set up.

    The labels are the operator's own words: what a client asked for never becomes one.
    """
    _calls(record.status, record.endpoint).inc()
    for kind, tokens in zip(CLASSES, _counts(record), strict=True):
        if tokens:
            _tokens(record.endpoint, kind).inc(tokens)
    if record.first_byte_ms is not None:
        _first_byte(record.endpoint).observe(record.first_byte_ms / 1000)
    tracing.told(record)
