"""Output items of a streamed response: each opens, grows and closes in its own events."""

from agents.llm.wire.fields import NotJsonError, parse_json
from agents.llm.wire.neutral import ThinkingSigned, ToolCallStarted
from agents.llm.wire.parts import ThinkingPart
from agents.llm.wire.serving.openai_frames import json_line
from agents.llm.wire.serving.openai_reasoning import reasoning_item, summary_part
from agents.llm.wire.serving.openai_responses_bodies import (
    CALL_FIELDS,
    call_item,
    message_item,
    refusal_part,
    text_part,
)


class Outlet:
    """Numbered events on their way out, and the items that are whole."""

    def __init__(self) -> None:
        self._number = 0
        self._out: list[bytes] = []
        self._items: list[dict[str, object] | None] = []

    def send(self, event: str, /, **fields: object) -> None:
        """Send an event."""
        body = {"type": event, "sequence_number": self._number, **fields}
        self._out.append(b"event: %b\ndata: %b\n\n" % (event.encode(), json_line(body)))
        self._number += 1

    def send_between(self, before: bytes, text: str, after: bytes) -> None:
        """Send an event whose frame is made already; its number and its text are not."""
        self._out.append(b"%b%d%b" % (before, self._number, after % json_line(text)))
        self._number += 1

    def open(self, item: dict[str, object]) -> int:
        """Send the start of an item and return its index."""
        index = len(self._items)
        self._items.append(None)
        self.send("response.output_item.added", output_index=index, item=item)
        return index

    def close(self, index: int, item: dict[str, object]) -> None:
        """Send the end of an item."""
        self._items[index] = item
        self.send("response.output_item.done", output_index=index, item=item)

    def output(self) -> list[object]:
        """Return the items that are whole."""
        return [item for item in self._items if item]

    def drain(self) -> bytes:
        """Return the bytes since the last time."""
        drained = b"".join(self._out)
        self._out.clear()
        return drained


class OpenMessage:
    """What the model says: at most one text, then at most one refusal."""

    def __init__(self, outlet: Outlet, item_id: str) -> None:
        self._outlet = outlet
        self._id = item_id
        self._texts: list[str] = []
        self._content: list[object] = []  # the parts that are whole
        self._before = self._after = b""
        self._index = outlet.open(message_item(item_id, [], status="in_progress"))

    def say(self, text: str) -> None:
        """Add text."""
        if not self._texts:
            self._send("response.content_part.added", part=text_part(""))
            self._before, self._after = self._frame()
        self._texts.append(text)
        self._outlet.send_between(self._before, text, self._after)

    def refuse(self, text: str) -> None:
        """Add a refusal."""
        self._close_text()
        self._send("response.content_part.added", part=refusal_part(""))
        self._send("response.refusal.delta", delta=text)
        self._send("response.refusal.done", refusal=text)
        self._close_part(refusal_part(text))

    def close(self, status: str) -> None:
        """End the item."""
        self._close_text()
        self._outlet.close(self._index, message_item(self._id, self._content, status=status))

    def _close_text(self) -> None:
        if self._texts:
            text = "".join(self._texts)
            self._send("response.output_text.done", text=text, logprobs=[])
            self._close_part(text_part(text))
            self._texts.clear()

    def _close_part(self, part: dict[str, object]) -> None:
        self._send("response.content_part.done", part=part)
        self._content.append(part)

    def _send(self, event: str, /, **fields: object) -> None:
        place = {"item_id": self._id, "output_index": self._index}
        self._outlet.send(event, **place, content_index=len(self._content), **fields)

    def _frame(self) -> tuple[bytes, bytes]:
        name = b"response.output_text.delta"
        place = json_line(
            {
                "item_id": self._id,
                "output_index": self._index,
                "content_index": len(self._content),
            }
        )
        before = b'event: %b\ndata: {"type":"%b","sequence_number":' % (name, name)
        after = b",%b" % place[1:-1].replace(b"%", b"%%") + b',"delta":%b,"logprobs":[]}\n\n'
        return before, after


class OpenThought:
    """A thought: its text as a summary, its proof when it closes."""

    def __init__(self, outlet: Outlet, item_id: str, *, shows_text: bool) -> None:
        self._outlet = outlet
        self._id = item_id
        self._shows_text = shows_text
        self._texts: list[str] = []
        self._proof = ThinkingSigned()
        self._index = outlet.open(reasoning_item(item_id, ThinkingPart(), shows_text=True))

    def grow(self, text: str) -> None:
        """Add text."""
        if self._shows_text:
            if not self._texts:
                self._send("response.reasoning_summary_part.added", part=summary_part(""))
            self._send("response.reasoning_summary_text.delta", delta=text)
        self._texts.append(text)

    def prove(self, proof: ThinkingSigned) -> None:
        """Take the thought's proof."""
        self._proof = proof

    def close(self) -> None:
        """End the item; a thought has no status."""
        text = "".join(self._texts)
        if text and self._shows_text:
            self._send("response.reasoning_summary_text.done", text=text)
            self._send("response.reasoning_summary_part.done", part=summary_part(text))
        proof = self._proof
        part = ThinkingPart(text, proof.signature, proof.redacted, proof.format)
        item = reasoning_item(self._id, part, shows_text=self._shows_text)
        self._outlet.close(self._index, item)

    def _send(self, event: str, /, **fields: object) -> None:
        place = {"item_id": self._id, "output_index": self._index}
        self._outlet.send(event, **place, summary_index=0, **fields)


class OpenCall:
    """A call of a function or of a custom tool."""

    def __init__(self, outlet: Outlet, item_id: str, started: ToolCallStarted) -> None:
        self._outlet = outlet
        self._id = item_id
        self._call = started
        self._pieces: list[str] = []
        self._index = outlet.open(self._item("", "in_progress"))
        is_custom = started.kind == "custom"
        self._event = "custom_tool_call_input" if is_custom else "function_call_arguments"

    def grow(self, arguments: str) -> None:
        """Add argument text."""
        if arguments:
            self._pieces.append(arguments)
            self._send("delta", delta=arguments)

    def is_whole(self) -> bool:
        """Tell whether nothing more can come: the arguments are JSON."""
        if self._call.kind == "custom":
            return False
        try:
            parse_json("".join(self._pieces))
        except NotJsonError:
            return False
        return True

    def close(self, status: str) -> None:
        """End the item; a function without arguments gets an empty object."""
        if not self._pieces and self._call.kind == "function":
            self.grow("{}")
        arguments = "".join(self._pieces)
        named = {"name": self._call.name} if self._call.kind == "function" else {}
        self._send("done", **named, **{CALL_FIELDS[self._call.kind]: arguments})
        self._outlet.close(self._index, self._item(arguments, status))

    def _send(self, event: str, /, **fields: object) -> None:
        place = {"item_id": self._id, "output_index": self._index}
        self._outlet.send(f"response.{self._event}.{event}", **place, **fields)

    def _item(self, arguments: str, status: str) -> dict[str, object]:
        call = (self._call.id, self._call.name)
        return call_item(self._id, self._call.kind, call=call, arguments=arguments, status=status)
