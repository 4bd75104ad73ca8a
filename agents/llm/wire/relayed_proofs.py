"""Another provider's proof of reasoning, packed into what a client takes for a signature."""

import base64
import binascii

from agents.llm.wire.fields import NotJsonError, object_of, parse_json, text_of, to_json

SEAL = "relay1:"  # before what only the relay can read
FORMAT = "openai"


def packed(encrypted: str) -> str:
    """Return the signature that carries OpenAI's encrypted reasoning."""
    fields = {"signature": encrypted, "format": FORMAT}
    return SEAL + base64.b64encode(to_json(fields).encode("utf-8", "replace")).decode()


def unpacked(signature: str) -> str:
    """Return the encrypted reasoning that a signature carries, "" for a broken or foreign one."""
    if not signature.startswith(SEAL):
        return signature
    try:
        raw = base64.b64decode(signature[len(SEAL) :], validate=True)
        fields = object_of(parse_json(raw))
    except (binascii.Error, NotJsonError, ValueError):
        return ""
    return text_of(fields.get("signature")) if fields.get("format") == FORMAT else ""
