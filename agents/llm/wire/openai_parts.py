"""Content as OpenAI chat completions wants it: a string, or a list of parts."""

from collections.abc import Iterable

from agents.llm.wire.parts import DocumentPart, ImagePart, Part, TextPart

UNTITLED = "document.pdf"
NOT_SHOWN = "[A file that cannot be shown here]"
WirePart = dict[str, object]


def joined_text(parts: Iterable[Part], separator: str) -> str:
    """Return the texts of parts, those of documents too."""
    texts = (_text(part) for part in parts)
    return separator.join(text for text in texts if text is not None)


def user_content(parts: tuple[Part, ...], *, is_plain: bool) -> str | list[WirePart]:
    """Return what a person says; a string unless there are files to see.

    ``is_plain``: nothing but a string is understood.
    """
    files = [part for part in parts if is_file(part)]
    if is_plain and files:
        return "\n\n".join([joined_text(parts, "\n\n"), *[NOT_SHOWN] * len(files)]).strip()
    if not files:
        return joined_text(parts, "\n\n")  # many local servers take nothing but a string
    content: list[WirePart] = []
    for part in parts:
        text = _text(part)
        if text:
            content.append({"type": "text", "text": text})
        elif isinstance(part, ImagePart | DocumentPart):
            content.append(wire_file(part))
    return content


def is_file(part: Part) -> bool:
    """Tell whether a part is no text: an image, or a document that is not text."""
    return isinstance(part, ImagePart) or (isinstance(part, DocumentPart) and _text(part) is None)


def wire_file(part: ImagePart | DocumentPart) -> WirePart:
    """Return the part of an image or a document."""
    address = part.url or f"data:{part.media_type};base64,{part.base64}"
    if isinstance(part, DocumentPart):
        file = {"filename": part.title or UNTITLED, "file_data": address}
        return {"type": "file", "file": file}
    image: WirePart = {"url": address}
    if part.detail:
        image["detail"] = part.detail
    return {"type": "image_url", "image_url": image}


def _text(part: Part) -> str | None:
    """Return a part's text, None for what has none; an address stands for its document."""
    match part:
        case TextPart():
            return part.text
        case DocumentPart() if part.text or part.url:
            lines = (part.title, part.context, part.text or part.url)
            return "\n\n".join(line for line in lines if line)
        case _:
            return None
