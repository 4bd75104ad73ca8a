"""Stops runs from synchronous code."""

import logging

from conversations.errors import LogUnavailableError
from conversations.eventlog.subscribe import event_log

logger = logging.getLogger(__name__)


def generation_stop_soon(generation_id: str) -> None:
    """Stop a run if it can be reached; else it ends by itself, unseen."""
    try:
        event_log().stop_soon(generation_id)
    except LogUnavailableError:
        logger.warning("A run could not be stopped.", extra={"generation": generation_id})
