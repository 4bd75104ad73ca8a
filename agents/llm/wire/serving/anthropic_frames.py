"""The events of a streamed answer as bytes; what every delta repeats is written once."""

from collections.abc import Mapping

import orjson

PING = b'event: ping\ndata: {"type":"ping"}\n\n'
MESSAGE_STOP = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
# Legal inside JSON, but a line's end to careless readers.
_LINE_ENDS = {b"\xe2\x80\xa8": b"\\u2028", b"\xe2\x80\xa9": b"\\u2029"}
_LONE = "replace"  # halves of surrogate pairs cannot be written as UTF-8


def frame(name: str, fields: Mapping[str, object]) -> bytes:
    """Return one event; its ``type`` is its name."""
    body = safe_json({"type": name, **fields})
    return b"event: %s\ndata: %s\n\n" % (name.encode(), body)


def block_start(index: int, block: Mapping[str, object]) -> bytes:
    """Return the event that opens a block."""
    return frame("content_block_start", {"index": index, "content_block": block})


def block_stop(index: int) -> bytes:
    """Return the event that closes a block."""
    return frame("content_block_stop", {"index": index})


def delta_prefix(index: int, kind: str, name: str) -> bytes:
    """Return all of a delta event up to its text; ``delta`` adds the rest."""
    head = b"event: content_block_delta\ndata: "
    body = orjson.dumps(
        {"type": "content_block_delta", "index": index, "delta": {"type": kind, name: ""}}
    )
    return head + body.removesuffix(b'""}}')


def delta(prefix: bytes, text: str) -> bytes:
    """Return a delta event with this text."""
    return b"%s%s}}\n\n" % (prefix, safe_json(text))


def safe_json(value: object) -> bytes:
    """Return JSON that stands on one line for every reader."""
    try:
        body = orjson.dumps(value)
    except TypeError:  # half a surrogate pair: some servers cut a character in two
        body = orjson.dumps(_written(value))
    if b"\xe2\x80" in body:
        for raw, escaped in _LINE_ENDS.items():
            body = body.replace(raw, escaped)
    return body


def _written(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", _LONE).decode()
    if isinstance(value, Mapping):
        return {name: _written(item) for name, item in value.items()}
    return value  # a number or nothing: lists of texts are never written
