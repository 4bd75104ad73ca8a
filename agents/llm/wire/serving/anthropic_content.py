"""The content blocks of a messages request, as neutral parts."""

from typing import TypeAlias

from agents.llm.wire.fields import JsonObject, text_of
from agents.llm.wire.parts import (
    CacheMark,
    DocumentPart,
    ImagePart,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from agents.llm.wire.serving.anthropic_fields import (
    joined,
    json_text,
    listed_objects,
    optional_flag,
    optional_text,
    required_object,
    required_text,
    wrong,
)

RELAYED = "relay1:"  # begins a signature that holds another provider's proof
IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
PDF = "application/pdf"
TEXT = "text/plain"
Media: TypeAlias = TextPart | ImagePart | DocumentPart
Block: TypeAlias = Media | ThinkingPart | ToolCallPart | ToolResultPart


class BlockReader:
    """Reads blocks; remembers the types that it left out.

    Left out is what only Anthropic's own servers can read: the calls and results of their tools,
    uploads, references to tools.
    """

    def __init__(self) -> None:
        self.left_out: dict[str, None] = {}  # types, each once, in order

    def blocks(self, content: object, path: str) -> list[Block]:
        """Return the parts of a message's content: a text or a list of blocks.

        Raises:
            BadRequestError: a block that cannot be read.
        """
        if isinstance(content, str):
            return [TextPart(content)]
        parts: list[Block] = []
        for where, block in listed_objects(content, path):
            parts += self._parts(block, where)
        return parts

    def media(self, content: object, path: str) -> list[Media]:
        """Return the texts, images and documents of a content; all else is left out.

        Raises:
            BadRequestError: a block that cannot be read.
        """
        kept: list[Media] = []
        for part in self.blocks(content, path):
            if isinstance(part, TextPart | ImagePart | DocumentPart):
                kept.append(part)
            else:
                self.leave_out(part.type)
        return kept

    def leave_out(self, kind: str) -> None:
        """Remember that blocks of this type were left out."""
        self.left_out[kind] = None

    def _parts(self, block: JsonObject, path: str) -> list[Block]:
        parts: list[Block] = []
        match required_text(block, "type", path):
            case "text":
                parts.append(_text(block, path))
            case "image":
                parts.append(_image(block, path))
            case "document":
                parts += self._document(block, path)
            case "search_result":
                parts.append(self._search_result(block, path))
            case "thinking" | "redacted_thinking":
                parts.append(_thinking(block, path))
            case "tool_use":
                parts.append(_call(block, path))
            case "tool_result":
                parts.append(self._result(block, path))
            case "tool_addition" | "tool_removal":
                pass  # about the tools, not about what was said
            case kind:
                parts += self._foreign(kind, block)
        return parts

    def _foreign(self, kind: str, block: JsonObject) -> list[Block]:
        summary = text_of(block.get("content"))
        if kind == "compaction" and summary:  # all that is left of the turns before it
            return [TextPart(summary, cache_mark(block))]
        self.leave_out(kind)
        return []

    def _result(self, block: JsonObject, path: str) -> ToolResultPart:
        return ToolResultPart(
            required_text(block, "tool_use_id", path),
            tuple(self.media(block.get("content"), joined(path, "content"))),
            is_error=optional_flag(block, "is_error", path) or False,
            cache=cache_mark(block),
        )

    def _search_result(self, block: JsonObject, path: str) -> TextPart:
        heading = f"{required_text(block, 'title', path)}\n{required_text(block, 'source', path)}"
        parts = self.media(block.get("content"), joined(path, "content"))
        texts = [part.text for part in parts if isinstance(part, TextPart)]
        return TextPart("\n\n".join([heading, *texts]), cache_mark(block))

    def _document(self, block: JsonObject, path: str) -> list[Media]:
        source = required_object(block, "source", path)
        where = joined(path, "source")
        title = optional_text(block, "title", path)
        context = optional_text(block, "context", path)
        cache = cache_mark(block)
        match required_text(source, "type", where):
            case "base64":
                _media_type(source, where, (PDF,))
                data = required_text(source, "data", where)
                return [DocumentPart(PDF, data, title=title, context=context, cache=cache)]
            case "text":
                data = required_text(source, "data", where)
                return [DocumentPart(TEXT, text=data, title=title, context=context, cache=cache)]
            case "url":
                url = _web_address(source, where)
                return [DocumentPart(PDF, url=url, title=title, context=context, cache=cache)]
            case "content":
                parts = self.media(source.get("content"), joined(where, "content"))
                return _document_of(parts, title=title, context=context, cache=cache)
            case kind:
                raise _unknown_source(kind, where)


def cache_mark(block: JsonObject) -> CacheMark:
    """Return how long what ends with this block is to be kept."""
    control = block.get("cache_control")
    if not isinstance(control, dict):
        return ""
    return "1h" if control.get("ttl") == "1h" else "5m"


def _text(block: JsonObject, path: str) -> TextPart:
    if block.get("text") is None:
        raise wrong(joined(path, "text"), "Field required")
    return TextPart(optional_text(block, "text", path), cache_mark(block))


def _image(block: JsonObject, path: str) -> ImagePart:
    source = required_object(block, "source", path)
    where = joined(path, "source")
    match required_text(source, "type", where):
        case "base64":
            media_type = _media_type(source, where, IMAGE_TYPES)
            data = required_text(source, "data", where)
            return ImagePart(media_type, data, cache=cache_mark(block))
        case "url":
            return ImagePart(url=_web_address(source, where), cache=cache_mark(block))
        case kind:
            raise _unknown_source(kind, where)


def _thinking(block: JsonObject, path: str) -> ThinkingPart:
    if block.get("type") == "redacted_thinking":
        return ThinkingPart(redacted=required_text(block, "data", path), format="anthropic")
    signature = optional_text(block, "signature", path)
    made_by = "openai" if signature.startswith(RELAYED) else "anthropic"
    return ThinkingPart(
        optional_text(block, "thinking", path), signature, format=made_by if signature else ""
    )


def _call(block: JsonObject, path: str) -> ToolCallPart:
    arguments = required_object(block, "input", path)
    return ToolCallPart(
        required_text(block, "id", path),
        required_text(block, "name", path),
        json_text(arguments, joined(path, "input")),
        cache=cache_mark(block),
    )


def _document_of(parts: list[Media], *, title: str, context: str, cache: CacheMark) -> list[Media]:
    """Return a document made of blocks: one text, or its blocks when there are images."""
    texts = [part.text for part in parts if isinstance(part, TextPart)]
    if len(texts) == len(parts):
        joined_text = "\n\n".join(texts)
        return [DocumentPart(TEXT, text=joined_text, title=title, context=context, cache=cache)]
    heading = "\n".join(line for line in (title, context) if line)
    return [TextPart(heading), *parts] if heading else parts


def _media_type(source: JsonObject, path: str, known: tuple[str, ...]) -> str:
    media_type = required_text(source, "media_type", path).lower()
    if media_type not in known:
        listed = ", ".join(f"'{name}'" for name in known)
        raise wrong(joined(path, "media_type"), f"Input should be one of {listed}")
    return media_type


def _web_address(source: JsonObject, path: str) -> str:
    url = required_text(source, "url", path)
    if not url.lower().startswith(("http://", "https://")):
        raise wrong(joined(path, "url"), "Only http and https addresses are supported")
    return url


def _unknown_source(kind: str, path: str) -> Exception:
    if kind == "file":
        message = "Files of another service cannot be read here; send the content itself"
    else:
        message = f"Input tag '{kind}' is not one of 'base64', 'text', 'url', 'content'"
    return wrong(joined(path, "type"), message, code="unsupported_parameter")
