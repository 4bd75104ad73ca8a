"""Width and height of an image, read from its first bytes."""

import base64
import binascii
import struct

HEAD_CHARACTERS = 88_000  # base64 text that holds the first 64 KB
PNG_HEAD = 24
GIF_HEAD = 10
MARKER = 0xFF
# Start-of-frame markers; C4, C8 and CC in that range mean something else.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def image_size(text: str) -> tuple[int, int] | None:
    """Return (width, height) in pixels of a base64 PNG, GIF or JPEG; None when unknown."""
    try:
        head = base64.b64decode(text[:HEAD_CHARACTERS], validate=False)
    except (binascii.Error, ValueError):
        return None
    if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) >= PNG_HEAD:
        width, height = struct.unpack(">II", head[16:24])
        return width, height
    if head.startswith((b"GIF87a", b"GIF89a")) and len(head) >= GIF_HEAD:
        width, height = struct.unpack("<HH", head[6:10])
        return width, height
    return _jpeg(head) if head.startswith(b"\xff\xd8") else None


def _jpeg(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(head) and head[at] == MARKER:
        if head[at + 1] in FRAMES:
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return width, height
        at += 2 + struct.unpack(">H", head[at + 2 : at + 4])[0]
    return None
