"""The blocks of a streamed answer, one after the other, as bytes."""

from agents.llm.wire.serving.anthropic_frames import block_start, block_stop, delta, delta_prefix


class BlockWriter:
    """Opens, grows and closes blocks; at most one is open.

    ``kind``: type of the open block, "" for none.
    """

    def __init__(self) -> None:
        self.kind = ""
        self._index = 0  # of the open block, or of the next one
        self._prefix = b""  # of the open block's deltas

    def text(self, text: str) -> bytes:
        """Return more text; opens a block for it unless one is open."""
        opening = b""
        if self.kind != "text":
            opening = self._opened({"type": "text", "text": ""}, "text_delta", "text")
        return opening + delta(self._prefix, text)

    def thinking(self, text: str) -> bytes:
        """Return more thinking; opens a block for it unless one is open."""
        opening = b""
        if self.kind != "thinking":
            block: dict[str, object] = {"type": "thinking", "thinking": "", "signature": ""}
            opening = self._opened(block, "thinking_delta", "thinking")
        return opening + delta(self._prefix, text) if text else opening

    def redacted(self, data: str) -> bytes:
        """Return a whole block of thinking that nobody can read."""
        block: dict[str, object] = {"type": "redacted_thinking", "data": data}
        return self._opened(block, "", "") + self.closed()

    def call(self, call_id: str, name: str) -> bytes:
        """Return the opening of a call's block."""
        block: dict[str, object] = {"type": "tool_use", "id": call_id, "name": name, "input": {}}
        return self._opened(block, "input_json_delta", "partial_json")

    def more(self, text: str) -> bytes:
        """Return more of the open block; nothing for no text."""
        return delta(self._prefix, text) if text else b""

    def closed(self, signature: str = "") -> bytes:
        """Return the end of the open block, nothing for none; thinking ends with its signature."""
        if not self.kind:
            return b""
        signed = b""
        if self.kind == "thinking":
            signed = delta(delta_prefix(self._index, "signature_delta", "signature"), signature)
        closing = signed + block_stop(self._index)
        self.kind = ""
        self._index += 1
        return closing

    def _opened(self, block: dict[str, object], delta_kind: str, field: str) -> bytes:
        closing = self.closed()
        self.kind = str(block["type"])
        self._prefix = delta_prefix(self._index, delta_kind, field)
        return closing + block_start(self._index, block)
