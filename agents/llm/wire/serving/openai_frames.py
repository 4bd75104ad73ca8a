"""JSON for event streams: one line, safe for readers that split at U+2028 and U+2029."""

import orjson

_SEPARATORS = b"\xe2\x80"  # the start of U+2028 and U+2029, and of harmless others


def json_line(value: object) -> bytes:
    """Return JSON on one line; lone surrogates become question marks."""
    try:
        line = orjson.dumps(value)
    except TypeError:
        line = orjson.dumps(_printable(value))
    if _SEPARATORS in line:
        line = line.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029")
    return line


def _printable(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_printable(name): _printable(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value
