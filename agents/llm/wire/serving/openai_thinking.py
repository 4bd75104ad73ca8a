"""Reasoning in chat bodies: OpenRouter's details, LiteLLM's blocks, plain text."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from agents.llm.wire.fields import JsonObject, objects_of, text_of
from agents.llm.wire.parts import ThinkingPart
from agents.llm.wire.relayed_proofs import unpacked

FORMATS = {"anthropic": "anthropic-claude-v1", "openai": "openai-responses-v1"}
NEUTRAL = {wire: neutral for neutral, wire in FORMATS.items()}
UNKNOWN = "unknown"
_MAKERS = {"msg_": "anthropic", "resp_": "openai"}  # the start of an answer's id tells its maker
Detail = dict[str, object]


def wire_format(name: str, *, response_id: str) -> str:
    """Return the mark of whose reasoning it is; an unnamed one is told by the answer's id."""
    if not name:
        name = next((who for mark, who in _MAKERS.items() if response_id.startswith(mark)), "")
    return FORMATS.get(name, name or UNKNOWN)


def text_detail(text: str, *, mark: str, index: int) -> Detail:
    """Return the item for a piece of reasoning."""
    return {"type": "reasoning.text", "format": mark, "index": index, "text": text}


def proof_detail(part: ThinkingPart, *, mark: str, index: int) -> Detail:
    """Return the item for what proves a reasoning, or for its opaque form."""
    place: Detail = {"format": mark, "index": index}
    if part.redacted:
        return {"type": "reasoning.encrypted", **place, "data": part.redacted}
    if mark == FORMATS["openai"]:
        return {"type": "reasoning.encrypted", **place, "data": unpacked(part.signature)}
    return {"type": "reasoning.text", **place, "signature": part.signature}


def details_of(parts: Iterable[ThinkingPart], *, response_id: str) -> list[Detail]:
    """Return ``reasoning_details`` of a whole answer."""
    details: list[Detail] = []
    for index, part in enumerate(parts):
        mark = wire_format(part.format, response_id=response_id)
        proof = proof_detail(part, mark=mark, index=index)
        if part.text:
            details.append(text_detail(part.text, mark=mark, index=index))
        if part.text and "signature" in proof and part.signature:
            details[-1]["signature"] = part.signature
        elif part.signature or part.redacted:
            details.append(proof)
    return details


def thinking_of(message: JsonObject) -> list[ThinkingPart]:
    """Return the reasoning that a client gives back with an assistant's message.

    The most exact form wins: details, then blocks, then plain text.
    """
    return (
        _from_details(objects_of(message.get("reasoning_details")))
        or [*_from_blocks(objects_of(message.get("thinking_blocks")))]
        or _from_text(
            text_of(message.get("reasoning_content")) or text_of(message.get("reasoning"))
        )
    )


def block_of(block: JsonObject) -> ThinkingPart | None:
    """Return the part of Anthropic's block, None for one that says nothing."""
    text, signature = text_of(block.get("thinking")), text_of(block.get("signature"))
    redacted = text_of(block.get("data"))
    if not text and not signature and not redacted:
        return None
    if redacted:
        return ThinkingPart(redacted=redacted, format="anthropic")
    return ThinkingPart(text, signature, format="anthropic")


def _from_text(text: str) -> list[ThinkingPart]:
    return [ThinkingPart(text)] if text else []


def _from_blocks(blocks: Iterable[JsonObject]) -> Iterable[ThinkingPart]:
    for block in blocks:
        part = block_of(block)
        if part:
            yield part


@dataclass(slots=True)
class _Open:
    """A reasoning that grows until its proof comes; ``place``: its format and index."""

    part: ThinkingPart
    place: tuple[str, object]

    def goes_on(self, item: JsonObject, place: tuple[str, object]) -> bool:
        """Tell whether an item belongs here: OpenAI's opaque form does, others stand alone."""
        is_apart = bool(item.get("data")) and place[0] != "openai"
        return self.place == place and not is_apart and not self._is_closed()

    def _is_closed(self) -> bool:
        return bool(self.part.signature or self.part.redacted)


def _once(mark: str) -> str:
    """Return a known mark for one that was put together from a stream's pieces.

    OpenAI's Python library adds up the texts of items with one index, this one's, too.
    """
    if not mark:
        return ""
    return next((one for one in NEUTRAL if mark == one * (len(mark) // len(one))), mark)


def _from_details(details: Iterable[JsonObject]) -> list[ThinkingPart]:
    """Return the parts; clients keep a stream's items as they came, piece by piece."""
    found: list[_Open] = []
    for item in details:
        mark = _once(text_of(item.get("format"))) or UNKNOWN
        place = (NEUTRAL.get(mark, mark), item.get("index"))
        if not found or not found[-1].goes_on(item, place):
            found.append(_Open(ThinkingPart(format=place[0]), place))
        found[-1].part = _grown(found[-1].part, item)
    parts = (one.part for one in found)
    return [part for part in parts if part.text or part.signature or part.redacted]


def _grown(part: ThinkingPart, item: JsonObject) -> ThinkingPart:
    data = text_of(item.get("data"))
    if data:
        is_proof = part.format == "openai"
        return replace(part, signature=data) if is_proof else replace(part, redacted=data)
    text = text_of(item.get("text")) or text_of(item.get("summary"))
    return replace(part, text=part.text + text, signature=text_of(item.get("signature")))
