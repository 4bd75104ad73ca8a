"""What is done once an answer has ended and its readers were told."""

import logging
from collections.abc import Callable
from typing import TypeAlias

from agents.engine.offload import offload

logger = logging.getLogger(__name__)

Listener: TypeAlias = Callable[[str], object]

_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Call ``listener`` with the conversation's key after each answer; for ``AppConfig.ready``."""
    if listener not in _listeners:
        _listeners.append(listener)


async def tell(conversation_pk: str) -> None:
    """Call everybody; the answer is stored, so nobody's trouble may undo its end."""
    for listener in _listeners:
        try:
            await offload(listener, conversation_pk)
        except Exception:
            logger.exception("A listener failed.", extra={"conversation": conversation_pk})
