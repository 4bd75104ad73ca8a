"""Reasoning in Responses bodies: one item per thought, another provider's proof sealed inside."""

import base64
import binascii
from collections.abc import Iterable

from agents.llm.wire.fields import (
    JsonObject,
    NotJsonError,
    object_of,
    objects_of,
    parse_json,
    text_of,
    to_json,
)
from agents.llm.wire.parts import ThinkingPart
from agents.llm.wire.relayed_proofs import FORMAT, SEAL, unpacked

_FIELDS = ("text", "signature", "redacted", "format")


def encrypted_of(part: ThinkingPart) -> str:
    """Return what a client keeps and gives back as ``encrypted_content``; "" without a proof."""
    if part.format == FORMAT and part.signature:
        return unpacked(part.signature)
    if not part.signature and not part.redacted:
        return ""
    fields = {name: getattr(part, name) for name in _FIELDS if getattr(part, name)}
    return SEAL + base64.b64encode(to_json(fields).encode("utf-8", "replace")).decode()


def thinking_of(item: JsonObject) -> ThinkingPart | None:
    """Return the reasoning of an input item; None when it says nothing or its seal is broken."""
    text = "\n\n".join(_texts(objects_of(item.get("summary"))))
    encrypted = text_of(item.get("encrypted_content"))
    if encrypted.startswith(SEAL):
        return _opened(encrypted)
    text = text or "".join(_texts(objects_of(item.get("content"))))
    if not text and not encrypted:
        return None
    return ThinkingPart(text, encrypted, format=FORMAT if encrypted else "")


def reasoning_item(item_id: str, part: ThinkingPart, *, shows_text: bool) -> dict[str, object]:
    """Return the output item of a thought."""
    summary = [summary_part(part.text)] if part.text and shows_text else []
    item: dict[str, object] = {"type": "reasoning", "id": item_id, "summary": summary}
    encrypted = encrypted_of(part)
    if encrypted:
        item["encrypted_content"] = encrypted
    return item


def summary_part(text: str) -> dict[str, object]:
    """Return a piece of a thought's summary."""
    return {"type": "summary_text", "text": text}


def _texts(parts: Iterable[JsonObject]) -> list[str]:
    return [text for part in parts if (text := text_of(part.get("text")))]


def _opened(encrypted: str) -> ThinkingPart | None:
    try:
        raw = base64.b64decode(encrypted[len(SEAL) :], validate=True)
        fields = object_of(parse_json(raw))
    except (binascii.Error, NotJsonError, ValueError):
        return None
    text, signature, redacted, maker = (text_of(fields.get(name)) for name in _FIELDS)
    part = ThinkingPart(text, signature, redacted, maker)
    return part if part.signature or part.redacted else None
