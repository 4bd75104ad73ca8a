"""Tool calls put together from the fragments of an OpenAI stream."""

from dataclasses import dataclass, field

from agents.llm.wire.fields import JsonObject, count_of, object_of, text_of, to_json
from agents.llm.wire.neutral import Event, ToolCallDelta, ToolCallStarted
from agents.llm.wire.parts import ToolKind

MOST_CALLS = 512  # of one response; a server that sends more is out of its mind
LONGEST_NAME = 256


@dataclass(slots=True)
class _Call:
    number: int  # of this call within the response, what our events count by
    id: str = ""
    name: str = ""
    kind: ToolKind = "function"
    is_started: bool = False
    waiting: list[str] = field(default_factory=list)  # argument text that came before the name
    open_braces: int = 0
    has_arguments: bool = False

    def grow(self, arguments: str) -> None:
        self.has_arguments = True
        self.open_braces += arguments.count("{") - arguments.count("}")

    def is_complete(self) -> bool:
        # Braces inside strings may fool this; it is asked only where a server leaves out ids.
        return self.has_arguments and self.open_braces <= 0


class ToolCallFragments:
    """The calls of one response.

    Servers differ: some leave out the index or the id, repeat both in each fragment, give
    every call the index 0, or send the name late or in pieces. A call starts with its first
    argument text, or when something else follows it; by then its name is whole.
    """

    def __init__(self) -> None:
        self.has_calls = False
        self._count = 0
        self._last: _Call | None = None
        self._by_index: dict[int, _Call] = {}
        self._by_id: dict[str, _Call] = {}
        self._pending: list[_Call] = []

    def take(self, fragment: JsonObject, *, response_id: str) -> list[Event]:
        """Return the events of one entry of ``delta.tool_calls``."""
        custom = object_of(fragment.get("custom"))
        function = custom or object_of(fragment.get("function"))
        call_id = text_of(fragment.get("id"))
        name = text_of(function.get("name"))
        index = count_of(fragment.get("index"))
        events: list[Event] = []
        call = self._continued(index, call_id, name)
        if call is None:
            if self._count >= MOST_CALLS:
                return []
            events += self.start_pending(response_id=response_id)
            call = self._open(index)
            call.kind = "custom" if custom else "function"
        if call_id and not call.id:
            call.id = call_id
            self._by_id[call_id] = call
        if not call.is_started and name != call.name:
            call.name = (call.name + name)[:LONGEST_NAME]
        arguments = arguments_text(function.get("input" if custom else "arguments"))
        if arguments:
            call.grow(arguments)
            events += self._grown(call, arguments, response_id)
        return events

    def start_pending(self, *, response_id: str) -> list[Event]:
        """Return the start of the calls that have a name and waited for more."""
        events: list[Event] = []
        for call in self._pending:
            if call.name:
                events += self._start(call, response_id)
        self._pending = [call for call in self._pending if not call.is_started]
        return events

    def _continued(self, index: int | None, call_id: str, name: str) -> _Call | None:
        """Return the call that a fragment continues; None when it opens another one."""
        if index is not None:
            call = self._by_index.get(index)
        else:
            call = self._by_id.get(call_id) if call_id else self._last
        if call is None:
            return None
        if call_id and call.id:
            return call if call.id == call_id else None
        # Without an id, a name after complete arguments can only belong to the next call.
        return None if name and call.is_complete() else call

    def _open(self, index: int | None) -> _Call:
        call = _Call(self._count)
        self._count += 1
        self._last = call
        self._pending.append(call)
        if index is not None:
            self._by_index[index] = call
        return call

    def _grown(self, call: _Call, arguments: str, response_id: str) -> list[Event]:
        if call.is_started:
            return [ToolCallDelta(call.number, arguments)]
        call.waiting.append(arguments)
        if not call.name:
            return []
        self._pending.remove(call)
        return self._start(call, response_id)

    def _start(self, call: _Call, response_id: str) -> list[Event]:
        call.is_started = True
        self.has_calls = True
        call.id = call.id or f"call_{response_id}_{call.number}"
        events: list[Event] = [ToolCallStarted(call.number, call.id, call.name, call.kind)]
        if call.waiting:
            events.append(ToolCallDelta(call.number, "".join(call.waiting)))
            call.waiting.clear()
        return events


def arguments_text(value: object) -> str:
    """Return a call's arguments as JSON text; some servers send the object itself."""
    return to_json(value) if isinstance(value, dict) else text_of(value)
