"""Turns in an order every provider accepts: each tool call is answered right after it."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import replace

from agents.llm.wire.parts import Message, Part, TextPart, ToolCallPart, ToolResultPart

NO_RESULT = "No result was recorded for this call."
ORPHAN = "[Result of an earlier tool call]"
ROOM_FOR_NUMBER = len("_99999")
_FOREIGN = re.compile(r"[^a-zA-Z0-9_-]")


def repaired(messages: Iterable[Message], *, longest_id: int) -> list[Message]:
    """Return the messages with every call answered and every call id unique and legal.

    A call without a result gets one that says so; a result without a call becomes text, so
    that what it says is not lost. Instructions between a call and its result move behind the
    result. ``longest_id``: characters a call id may have.
    """
    turns = _Turns(longest_id)
    for message in messages:
        if message.role == "tool":
            turns.add_results(message)
        else:
            turns.add_turn(message)
    turns.close()
    return turns.messages


class _Turns:
    def __init__(self, longest_id: int) -> None:
        self.messages: list[Message] = []
        self._longest_id = longest_id
        self._repeats: dict[str, int] = {}  # id as sent → how often it was asked for
        self._open: list[tuple[str, str]] = []  # unanswered calls: id as stored, id as sent
        self._held: list[Message] = []  # instructions that wait for the results

    def add_turn(self, message: Message) -> None:
        if message.role == "system" and self._open:
            self._held.append(message)
            return
        self.close()
        parts = tuple(self._with_legal_id(part) for part in message.parts)
        self.messages.append(replace(message, parts=parts))

    def add_results(self, message: Message) -> None:
        results: dict[str, ToolResultPart] = {}  # by the id as sent
        sent: dict[str, str] = {}  # id as stored → as sent, the latest
        orphans: list[Part] = []
        for part in message.parts:
            if not isinstance(part, ToolResultPart):
                orphans.append(part)
                continue
            call = next((call for call in self._open if call[0] == part.call_id), None)
            if call:
                self._open.remove(call)
                sent[part.call_id] = call[1]
                results[call[1]] = replace(part, call_id=call[1])
            elif part.call_id in sent:
                sent_id = sent[part.call_id]
                results[sent_id] = _joined(results[sent_id], part)
            else:
                orphans += [TextPart(ORPHAN), *part.content]
        if results:
            self.messages.append(Message("tool", tuple(results.values())))
        if orphans:
            self.close()
            self.messages.append(Message("user", tuple(orphans)))

    def close(self) -> None:
        """Answer the open calls and let the instructions follow that waited for it."""
        self._answer_open_calls()
        self.messages += self._held
        self._held.clear()

    def _answer_open_calls(self) -> None:
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
        return replace(part, id=sent_id)

    def _unused(self, call_id: str) -> str:
        candidate = call_id
        while candidate in self._repeats:
            self._repeats[call_id] += 1
            candidate = f"{call_id}_{self._repeats[call_id]}"
        self._repeats[candidate] = 1
        return candidate


def _joined(first: ToolResultPart, second: ToolResultPart) -> ToolResultPart:
    """Return two results of one call as one; the later one tells whether it failed."""
    content = (*first.content, *second.content)
    return replace(first, content=content, is_error=second.is_error)


def _legal(call_id: str, longest: int) -> str:
    legal = _FOREIGN.sub("_", call_id) or "call"
    if legal == call_id and len(legal) <= longest - ROOM_FOR_NUMBER:
        return legal
    digest = hashlib.sha256(call_id.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{legal[: longest - ROOM_FOR_NUMBER - len(digest) - 1]}_{digest}"
