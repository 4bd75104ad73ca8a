"""Requests fitted to an upstream's limits, with the way back for its answers."""

from collections.abc import Callable
from dataclasses import dataclass

from agents.llm.wire.neutral import ChatRequest, Event


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that the dialect can say, and what undoes its changes in the answer's events.

    ``restore`` keeps state from call to call: one ``Prepared`` serves one answer.
    ``dropped``: what could not be said and was left out, by neutral name.
    """

    request: ChatRequest
    restore: Callable[[list[Event]], list[Event]]
    dropped: tuple[str, ...] = ()


def unchanged(request: ChatRequest) -> Prepared:
    """Return a request that needs no fitting."""
    return Prepared(request, lambda events: events)
