"""System checks of the project: what an operator should know before people come."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


def workers_share_events(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse several workers without Redis: they could not see each other's answers."""
    if settings.WEB_CONCURRENCY > 1 and not settings.REDIS_URI:
        return [
            Error(
                "WEB_CONCURRENCY is more than one, but REDIS_URI is not set.",
                hint="Set REDIS_URI, or run one worker.",
                id="librechat.E001",
            ),
        ]
    return []


def register_all() -> None:
    """Tell Django about the checks."""
    register(workers_share_events)
