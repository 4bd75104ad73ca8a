"""Images and files in the bodies of OpenAI's clients."""

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from agents.llm.wire.fields import JsonObject
from agents.llm.wire.parts import CacheMark, DocumentPart, ImagePart
from agents.llm.wire.serving.openai_fields import (
    below,
    cache_mark,
    object_at,
    text_at,
    unsupported,
    wrong,
)

IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
PDF = "application/pdf"
TEXT_TYPES = frozenset({"application/json", "application/xml", "application/x-yaml"})
_MAGIC = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG": "image/png",
    b"GIF8": "image/gif",
    b"%PDF": PDF,
}
_BLANKS = re.compile(r"\s+")
_URL_SAFE = str.maketrans("-_", "+/")
SNIFFED_CHARACTERS = 32


@dataclass(frozen=True, slots=True)
class Inline:
    """What a data URL holds; ``media_type`` is what the bytes say, else what the URL says."""

    media_type: str
    base64: str


def image_from(url: str, path: str, *, detail: str = "", cache: CacheMark = "") -> ImagePart:
    """Return the image at an address or in a data URL; nothing is fetched.

    Raises:
        BadRequestError: neither, or a kind of image that no provider takes.
    """
    if url[:8].lower().startswith(("http://", "https://")):
        return ImagePart(url=url, detail=detail, cache=cache)
    if url[:5].lower() != "data:":
        raise wrong(path, "must be an http(s) address or a data URL.")
    inline = _inline(url, path)
    if inline.media_type not in IMAGE_TYPES:
        raise wrong(path, "must be a JPEG, PNG, GIF or WebP image.")
    return ImagePart(inline.media_type, inline.base64, detail=detail, cache=cache)


def image_from_source(item: JsonObject, path: str) -> ImagePart:
    """Return the image of Anthropic's block.

    Raises:
        BadRequestError: its source is none that can be read here.
    """
    source, here = object_at(item, "source", path), below(path, "source")
    if source.get("type") == "file":
        raise unsupported(below(here, "file_id"), "stored files are not available here.")
    cache = cache_mark(item)
    url = text_at(source, "url", here)
    if url:
        return image_from(url, below(here, "url"), cache=cache)
    declared = text_at(source, "media_type", here)
    encoded = text_at(source, "data", here)
    return image_from(f"data:{declared};base64,{encoded}", below(here, "data"), cache=cache)


def file_from(item: JsonObject, path: str, *, cache: CacheMark) -> DocumentPart | ImagePart:
    """Return a file that a body holds (``file_data``, ``filename``) or names (``file_url``).

    Raises:
        BadRequestError: a stored file's id, or contents that are neither PDF, text nor image.
    """
    if item.get("file_id"):
        raise unsupported(below(path, "file_id"), "stored files are not available here.")
    title = text_at(item, "filename", path)
    address = text_at(item, "file_url", path)
    if address:
        return DocumentPart(url=address, title=title, cache=cache)
    here = below(path, "file_data")
    encoded = text_at(item, "file_data", path)
    if not encoded:
        raise wrong(here, "is required.")
    inline = _inline(encoded if encoded[:5].lower() == "data:" else f"data:;base64,{encoded}", here)
    if inline.media_type in IMAGE_TYPES:
        return ImagePart(inline.media_type, inline.base64, cache=cache)
    if inline.media_type == PDF:
        return DocumentPart(base64=inline.base64, title=title, cache=cache)
    return DocumentPart("text/plain", text=_text(inline, here), title=title, cache=cache)


def document_from_source(item: JsonObject, path: str) -> DocumentPart:
    """Return the document of Anthropic's block.

    Raises:
        BadRequestError: its source is none that can be read here.
    """
    source, here = object_at(item, "source", path), below(path, "source")
    if source.get("type") == "file":
        raise unsupported(below(here, "file_id"), "stored files are not available here.")
    is_text = source.get("type") == "text"
    data = text_at(source, "data", here)
    url = text_at(source, "url", here)
    if not data and not url:
        raise wrong(here, "must hold a document.")
    return DocumentPart(
        media_type="text/plain" if is_text else text_at(source, "media_type", here) or PDF,
        base64="" if is_text else data,
        text=data if is_text else "",
        url=url,
        title=text_at(item, "title", path),
        context=text_at(item, "context", path),
        cache=cache_mark(item),
    )


def _inline(url: str, path: str) -> Inline:
    head, _, data = url[5:].partition(",")
    declared, *options = [option.strip().lower() for option in head.split(";")]
    if "base64" not in options:
        raw = unquote_to_bytes(data)
        if _sniffed(raw) or not _sniffed(_start(data)):
            return Inline(_sniffed(raw) or declared, base64.b64encode(raw).decode())
    encoded = _BLANKS.sub("", data).translate(_URL_SAFE).rstrip("=")
    encoded += "=" * (-len(encoded) % 4)
    start = _start(encoded)
    if not start:
        raise wrong(path, "holds nothing that is base64.")
    return Inline(_sniffed(start) or declared, encoded)


def _start(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded[:SNIFFED_CHARACTERS], validate=True)
    except (binascii.Error, ValueError):
        return b""


def _sniffed(start: bytes) -> str:
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), "")


def _text(inline: Inline, path: str) -> str:
    is_named = inline.media_type.startswith("text/") or inline.media_type in TEXT_TYPES
    try:
        raw = base64.b64decode(inline.base64, validate=True)
        text = raw.decode("utf-8", "replace" if is_named else "strict").removeprefix("\ufeff")
    except (binascii.Error, ValueError) as exc:
        raise wrong(path, "must be a PDF, a text or an image.") from exc
    if not text.strip() or "\0" in text:
        raise wrong(path, "must be a PDF, a text or an image.")
    return text
