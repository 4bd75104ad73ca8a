"""Contents of messages in OpenAI's bodies, with the Anthropic blocks that some clients mix in."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeAlias

from agents.llm.wire.fields import JsonObject, object_of, text_of, to_json
from agents.llm.wire.parts import (
    CacheMark,
    DocumentPart,
    ImagePart,
    Part,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from agents.llm.wire.serving.openai_fields import (
    Dropped,
    below,
    cache_mark,
    object_at,
    required_text_at,
    text_at,
    unsupported,
    wrong,
)
from agents.llm.wire.serving.openai_media import (
    document_from_source,
    file_from,
    image_from,
    image_from_source,
)
from agents.llm.wire.serving.openai_thinking import block_of

Result: TypeAlias = TextPart | ImagePart | DocumentPart


class Contents:
    """Reads the contents of one body's messages; what has no counterpart is noted."""

    def __init__(self, dropped: Dropped) -> None:
        self._dropped = dropped

    def parts_at(self, message: JsonObject, name: str, path: str) -> list[Part]:
        """Return the parts of a text or a list of parts; none when it is absent or null.

        Raises:
            BadRequestError: it is something else, or holds what cannot be sent on.
        """
        content, here = message.get(name), below(path, name)
        if content is None:
            return []
        if isinstance(content, str):
            return [TextPart(content)] if content else []
        if not isinstance(content, list):
            raise wrong(here, "must be text or a list of parts.")
        found = (self._part(item, below(here, number)) for number, item in enumerate(content))
        return [part for part in found if part is not None]

    def results_at(self, message: JsonObject, name: str, path: str) -> tuple[Result, ...]:
        """Return what a tool said.

        Raises:
            BadRequestError: it is neither text nor a list of parts.
        """
        parts = self.parts_at(message, name, path)
        kept = tuple(part for part in parts if isinstance(part, Result))
        if len(kept) < len(parts):
            self._dropped.add(name)
        return kept

    def _part(self, item: object, path: str) -> Part | None:
        if isinstance(item, str):
            return TextPart(item) if item else None
        if not isinstance(item, dict):
            raise wrong(path, "must be an object.")
        kind = text_of(item.get("type"))
        if kind == "tool_result":
            return self._tool_result(item, path)
        reader = READERS.get(kind)
        if reader:
            return reader(item, path)
        text = text_of(item.get("text"))
        if not text:
            self._dropped.add("content")
        return TextPart(text, cache_mark(item)) if text else None

    def _tool_result(self, item: JsonObject, path: str) -> ToolResultPart:
        return ToolResultPart(
            required_text_at(item, "tool_use_id", path),
            self.results_at(item, "content", path),
            is_error=item.get("is_error") is True,
            cache=cache_mark(item),
        )


def marked(parts: Iterable[Part], mark: CacheMark) -> tuple[Part, ...]:
    """Return the parts with the last one that can be marked as the end of what is kept."""
    kept = list(parts)
    for at in range(len(kept) - 1, -1, -1):
        part = kept[at]
        if mark and not isinstance(part, ThinkingPart):
            kept[at] = replace(part, cache=mark)
            break
    return tuple(kept)


def _text(item: JsonObject, path: str) -> Part | None:
    text = text_at(item, "text", path)
    return TextPart(text, cache_mark(item)) if text else None


def _refusal(item: JsonObject, path: str) -> Part | None:
    text = text_at(item, "refusal", path)
    return TextPart(text) if text else None


def _image(item: JsonObject, path: str) -> Part:
    """Read ``image_url``: an object with the address in chat bodies, a text in Responses bodies."""
    here, field = below(path, "image_url"), item.get("image_url")
    if item.get("file_id"):
        raise unsupported(below(path, "file_id"), "stored files are not available here.")
    holder = item if isinstance(field, str) else object_at(item, "image_url", path)
    url = field if isinstance(field, str) else required_text_at(holder, "url", here)
    if not url:
        raise wrong(here, "is required.")
    place = here if isinstance(field, str) else below(here, "url")
    return image_from(url, place, detail=text_of(holder.get("detail")), cache=cache_mark(item))


def _anthropic_image(item: JsonObject, path: str) -> Part:
    return image_from_source(item, path)


def _chat_file(item: JsonObject, path: str) -> Part:
    return file_from(object_at(item, "file", path), below(path, "file"), cache=cache_mark(item))


def _input_file(item: JsonObject, path: str) -> Part:
    return file_from(item, path, cache=cache_mark(item))


def _document(item: JsonObject, path: str) -> Part:
    return document_from_source(item, path)


def _audio(_: JsonObject, path: str) -> Part:
    raise unsupported(path, "audio is not available here.")


def _thinking(item: JsonObject, _: str) -> Part | None:
    return block_of(item)


def _tool_use(item: JsonObject, path: str) -> Part:
    call_id, name = required_text_at(item, "id", path), required_text_at(item, "name", path)
    arguments = to_json(object_of(item.get("input")))
    return ToolCallPart(call_id, name, arguments, cache=cache_mark(item))


READERS: dict[str, Callable[[JsonObject, str], Part | None]] = {
    "text": _text,
    "input_text": _text,
    "output_text": _text,
    "refusal": _refusal,
    "image_url": _image,
    "input_image": _image,
    "image": _anthropic_image,
    "file": _chat_file,
    "input_file": _input_file,
    "document": _document,
    "input_audio": _audio,
    "audio": _audio,
    "thinking": _thinking,
    "redacted_thinking": _thinking,
    "tool_use": _tool_use,
}
