"""The events of a run: the model's own, and what the engine adds; pure."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from agents.llm.wire import neutral


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """A tool call was answered, or refused."""

    call_id: str
    output: str
    is_error: bool = False
    type: Literal["tool_finished"] = "tool_finished"


@dataclass(frozen=True, slots=True)
class Noticed:
    """The person is told something about the run: a budget nearly used up, another model."""

    text: str
    type: Literal["noticed"] = "noticed"


RunEvent: TypeAlias = neutral.Event | ToolFinished | Noticed
