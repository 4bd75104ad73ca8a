"""Events as bytes and back."""

from collections.abc import Iterable
from typing import Any

import orjson

from conversations.eventlog.events import (
    Created,
    Ended,
    Event,
    Noticed,
    PartClosed,
    PartGrew,
    PartOpened,
    Titled,
    UsageKnown,
    Waiting,
)

_BY_TYPE: dict[str, type[Event]] = {
    "created": Created,
    "part_opened": PartOpened,
    "part_grew": PartGrew,
    "part_closed": PartClosed,
    "titled": Titled,
    "usage": UsageKnown,
    "waiting": Waiting,
    "noticed": Noticed,
    "ended": Ended,
}


def encode(events: Iterable[Event]) -> bytes:
    """Return events as a JSON list; ``type`` says which each is."""
    return orjson.dumps(list(events))


def decode(raw: bytes) -> list[Event]:
    """Return the events that ``encode`` wrote."""
    rows: list[dict[str, Any]] = orjson.loads(raw)
    return [_BY_TYPE[fields["type"]](**fields) for fields in rows]
