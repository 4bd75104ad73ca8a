"""Answers of this process, for who watches the server: Prometheus series; no content."""

from functools import lru_cache
from operator import attrgetter

from conversations.generation.answer import Answer
from librechat.kernel import metrics

# A series is looked up once: to find it takes longer than to count.
_ended = lru_cache(maxsize=None)(metrics.generations.labels)
_tokens = lru_cache(maxsize=None)(metrics.tokens.labels)
_first_token = lru_cache(maxsize=None)(metrics.first_token.labels)
CLASSES = ("input", "cache_read", "cache_write", "output", "reasoning")
_counts = attrgetter(*(f"{kind}_tokens" for kind in CLASSES))

running = metrics.running.track_inprogress


def ended(answer: Answer, state: str) -> None:
    """Count an answer that is stored.

    state: one of the final ``State``. The endpoint is the operator's own word, or blank where none
    was found: what a client asked for never becomes a label.
    """
    _ended(state, answer.endpoint).inc()
    for kind, count in zip(CLASSES, _counts(answer.meter.usage), strict=True):
        if count:
            _tokens(answer.endpoint, kind).inc(count)
    if answer.first_seconds is not None:
        _first_token(answer.endpoint).observe(answer.first_seconds)
