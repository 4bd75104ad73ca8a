"""Turns that Anthropic's API breaks off to have them continued: what was said, as it came."""

from collections.abc import Mapping

from agents.llm.wire.fields import JsonObject, NotJsonError, object_of, parse_json, text_of
from agents.llm.wire.neutral import PausedTurn

PAUSE = "pause_turn"
# What the deltas of a block carry: their type → the field of delta and block.
PIECES = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "signature_delta": "signature",
    "input_json_delta": "partial_json",
}
ARGUMENTS = "partial_json"
Pieces = dict[str, list[str]]  # field → its text so far


class SpokenContent:
    """The blocks of one answer in the API's own words.

    They are put together only when they are asked for: until then an answer costs no more than
    the list of its pieces.
    """

    def __init__(self) -> None:
        self._blocks: list[tuple[JsonObject, Pieces, list[object]]] = []  # with its citations
        self._is_understood = True
        self._container = ""

    def open(self, block: JsonObject) -> None:
        """Begin a block."""
        self._blocks.append((block, {}, []))

    def grow(self, delta: JsonObject) -> None:
        """Add to the last block."""
        if not self._blocks:
            return
        _block, pieces, citations = self._blocks[-1]
        kind = text_of(delta.get("type"))
        name = PIECES.get(kind)
        if name:
            pieces.setdefault(name, []).append(text_of(delta.get(name)))
        elif kind == "citations_delta":
            citations.append(delta.get("citation"))
        else:
            self._is_understood = False  # yet to be invented: nobody can say the block again

    def take_container(self, message: JsonObject) -> None:
        """Note where the provider runs the model's code."""
        named = text_of(object_of(message.get("container")).get("id"))
        self._container = named or self._container

    def turn(self) -> PausedTurn | None:
        """Return what to send back for the turn to go on; None when that cannot be said."""
        if not self._is_understood:
            return None
        try:
            blocks = [_whole(*parts) for parts in self._blocks]
        except NotJsonError:
            return None
        said = tuple(block for block in blocks if not _is_blank(block))
        return PausedTurn(said, self._container) if said else None


def continued_message(paused: PausedTurn) -> dict[str, object]:
    """Return the message that makes the model go on."""
    return {"role": "assistant", "content": list(paused.content)}


def _whole(block: JsonObject, pieces: Pieces, citations: list[object]) -> Mapping[str, object]:
    """Return a block with all that came for it.

    Raises:
        NotJsonError: the arguments of a call are none.
    """
    whole = dict(block)
    for name, texts in pieces.items():
        text = "".join(texts)
        if name != ARGUMENTS:
            whole[name] = text_of(block.get(name)) + text
        elif text:
            whole["input"] = parse_json(text)
    if citations:
        known = block.get("citations")
        whole["citations"] = [*(known if isinstance(known, list) else ()), *citations]
    return whole


def _is_blank(block: Mapping[str, object]) -> bool:
    """Tell whether it is a text that the API would not take back."""
    return block.get("type") == "text" and not text_of(block.get("text")).strip()
