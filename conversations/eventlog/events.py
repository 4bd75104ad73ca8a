"""The events of a generation's log: plain, JSON-ready, numbered from 1."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

# Slots number the parts of the answer's ``content`` list, from 0, in the order they open.


@dataclass(frozen=True, slots=True)
class Created:
    """The user's turn and the empty answer are stored. Always the first event.

    ``message``: the user's message as LibreChat's ``created`` frame shows it.
    """

    message: dict[str, Any]
    response_message_id: str
    type: Literal["created"] = "created"


@dataclass(frozen=True, slots=True)
class PartOpened:
    """A content slot opens; ``call_id`` and ``name`` are set for tool calls."""

    slot: int
    kind: Literal["text", "think", "tool_call"]
    step_id: str
    at_ms: int
    call_id: str = ""
    name: str = ""
    type: Literal["part_opened"] = "part_opened"


@dataclass(frozen=True, slots=True)
class PartGrew:
    """More text of a slot: answer text, reasoning or a call's argument JSON."""

    slot: int
    text: str
    type: Literal["part_grew"] = "part_grew"


@dataclass(frozen=True, slots=True)
class PartClosed:
    """A slot is complete; ``output`` is a tool's answer."""

    slot: int
    at_ms: int
    status: Literal["completed", "cancelled", "failed"] = "completed"
    output: str = ""
    type: Literal["part_closed"] = "part_closed"


@dataclass(frozen=True, slots=True)
class Titled:
    """The conversation got its title."""

    title: str
    type: Literal["titled"] = "titled"


@dataclass(frozen=True, slots=True)
class UsageKnown:
    """Tokens and credits so far: input, output, cache_read, cache_write, cost, is_estimated."""

    usage: dict[str, Any]
    type: Literal["usage"] = "usage"


@dataclass(frozen=True, slots=True)
class Waiting:
    """The provider is slow or asked to come back; ``retry_after_seconds`` 0 means unknown."""

    reason: str
    retry_after_seconds: float = 0
    type: Literal["waiting"] = "waiting"


@dataclass(frozen=True, slots=True)
class Noticed:
    """The person is told something beside the answer; the message keeps it."""

    text: str
    type: Literal["noticed"] = "noticed"


@dataclass(frozen=True, slots=True)
class Ended:
    """The run is over and stored. Always the last event.

    ``state``: done, stopped, failed or interrupted. ``error``: LibreChat's error object or text;
    ``is_setup_error``: found before the provider was called (no key, no such model, no balance).
    """

    state: Literal["done", "stopped", "failed", "interrupted"]
    error: dict[str, Any] = field(default_factory=dict)
    is_setup_error: bool = False
    type: Literal["ended"] = "ended"


Event: TypeAlias = (
    Created | PartOpened | PartGrew | PartClosed | Titled | UsageKnown | Waiting | Noticed | Ended
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event with its number; ``seq`` is the only cursor there is."""

    seq: int
    event: Event
