"""Turns in an order every provider accepts: each tool call is answered right after it."""

import hashlib
import re
from collections.abc import Iterable

from agents.llm.wire.neutral import Message, Part, TextPart, ToolCallPart, ToolResultPart

NO_RESULT = "No result was recorded for this call."
ORPHAN = "[Result of an earlier tool call]"
ROOM_FOR_NUMBER = len("_99999")
_FOREIGN = re.compile(r"[^a-zA-Z0-9_-]")


def repaired(messages: Iterable[Message], *, longest_id: int) -> list[Message]:
    """Return the messages with every call answered and every call id unique and legal.

    A call without a result gets one that says so; a result without a call becomes text, so
    that what it says is not lost. ``longest_id``: characters a call id may have.
    """
    turns = _Turns(longest_id)
    for message in messages:
        if message.role == "tool":
            turns.add_results(message)
        else:
            turns.add_turn(message)
    turns.answer_open_calls()
    return turns.messages


class _Turns:
    def __init__(self, longest_id: int) -> None:
        self.messages: list[Message] = []
        self._longest_id = longest_id
        self._repeats: dict[str, int] = {}  # id as sent → how often it was asked for
        self._open: list[tuple[str, str]] = []  # unanswered calls: id as stored, id as sent

    def add_turn(self, message: Message) -> None:
        self.answer_open_calls()
        parts = tuple(self._with_legal_id(part) for part in message.parts)
        self.messages.append(Message(message.role, parts))

    def add_results(self, message: Message) -> None:
        results: list[Part] = []
        orphans: list[Part] = []
        for part in message.parts:
            if not isinstance(part, ToolResultPart):
                orphans.append(part)
                continue
            call = next((call for call in self._open if call[0] == part.call_id), None)
            if call:
                self._open.remove(call)
                results.append(ToolResultPart(call[1], part.content, part.is_error))
            else:
                orphans += [TextPart(ORPHAN), *part.content]
        if results:
            self.messages.append(Message("tool", tuple(results)))
        if orphans:
            self.answer_open_calls()
            self.messages.append(Message("user", tuple(orphans)))

    def answer_open_calls(self) -> None:
        if self._open:
            missing = (TextPart(NO_RESULT),)
            answers = [ToolResultPart(sent, missing, is_error=True) for _, sent in self._open]
            self.messages.append(Message("tool", tuple(answers)))
            self._open.clear()

    def _with_legal_id(self, part: Part) -> Part:
        if not isinstance(part, ToolCallPart):
            return part
        sent_id = self._unused(_legal(part.id, self._longest_id))
        self._open.append((part.id, sent_id))
        return ToolCallPart(sent_id, part.name, part.arguments)

    def _unused(self, call_id: str) -> str:
        candidate = call_id
        while candidate in self._repeats:
            self._repeats[call_id] += 1
            candidate = f"{call_id}_{self._repeats[call_id]}"
        self._repeats[candidate] = 1
        return candidate


def _legal(call_id: str, longest: int) -> str:
    legal = _FOREIGN.sub("_", call_id) or "call"
    if legal == call_id and len(legal) <= longest - ROOM_FOR_NUMBER:
        return legal
    digest = hashlib.sha256(call_id.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{legal[: longest - ROOM_FOR_NUMBER - len(digest) - 1]}_{digest}"
