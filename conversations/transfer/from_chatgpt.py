"""ChatGPT's export: conversations whose ``mapping`` is a tree, in one file or in many."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conversations.transfer.arranging import reparented
from conversations.transfer.cleaning import id_of, line_of, mapping, moment, sequence, text_of
from conversations.transfer.importer import ImportedConversation, ImportedMessage, Record
from conversations.transfer.json_files import JsonFormat
from conversations.transfer.reasons import Reason

ENDPOINT = "openAI"
CITATION = re.compile("\ue200[^\ue201]{0,400}\ue201|【[^】\n]{0,200}】")
THOUGHTS = ("thoughts", "reasoning_recap")
LONGEST_TITLE = 1024


def recognises(item: Mapping[str, Any]) -> bool:
    """Return whether an object is a conversation of ChatGPT's."""
    return isinstance(item.get("mapping"), dict)


def records(item: Mapping[str, Any]) -> Iterator[Record]:
    """Yield the conversation."""
    nodes = mapping(item.get("mapping"))
    conversation = ImportedConversation(
        source_id=id_of(item.get("conversation_id") or item.get("id")),
        title=line_of(item.get("title"), LONGEST_TITLE),
        endpoint=ENDPOINT,
        model=line_of(item.get("default_model_slug"), 256),
        created_at=moment(item.get("create_time")),
        updated_at=moment(item.get("update_time")),
        leaf_source_id=id_of(item.get("current_node")),
        extra={
            "is_archived": item.get("is_archived") is True,
            "is_pinned": item.get("is_starred") is True,
        },
    )
    left_out: dict[str, str] = {}
    thoughts: dict[str, list[str]] = {}
    for name, node in nodes.items():
        _take(id_of(name), mapping(node), conversation, left_out, thoughts)
    _fold_thoughts(conversation, left_out, thoughts)
    while conversation.leaf_source_id in left_out:
        conversation.leaf_source_id = left_out.pop(conversation.leaf_source_id)
    yield conversation


def _take(
    name: str,
    node: Mapping[str, Any],
    conversation: ImportedConversation,
    left_out: dict[str, str],
    thoughts: dict[str, list[str]],
) -> None:
    """Add a node's message to the conversation, or note why it is none."""
    message, parent = mapping(node.get("message")), id_of(node.get("parent"))
    content = mapping(message.get("content"))
    role = mapping(message.get("author")).get("role")
    for attachment in sequence(mapping(message.get("metadata")).get("attachments")):
        file = line_of(mapping(attachment).get("name"), 256)
        conversation.leave_out("attachment", file, Reason.ATTACHED)
    if content.get("content_type") in THOUGHTS:
        thoughts[name] = _thought(content)
        left_out[name] = parent
        return
    text = _text(message, content) if role in ("user", "assistant", "tool") else ""
    if not text.strip() or _is_hidden(message):
        left_out[name] = parent
        if message:
            conversation.leave_out("message", name, _reason(role))
        return
    is_user = role == "user"
    model = line_of(mapping(message.get("metadata")).get("model_slug"), 256)
    conversation.messages.append(
        ImportedMessage(
            source_id=name,
            parent_source_id=parent,
            is_created_by_user=is_user,
            text=text if is_user else "",
            content=[] if is_user else [{"type": "text", "text": text}],
            created_at=moment(message.get("create_time")),
            updated_at=moment(message.get("update_time")),
            sender="User" if is_user else "ChatGPT",
            endpoint=ENDPOINT,
            model="" if is_user else model or conversation.model,
        ),
    )


def _fold_thoughts(
    conversation: ImportedConversation,
    left_out: dict[str, str],
    thoughts: dict[str, list[str]],
) -> None:
    """Put what was thought before an answer into it, and close the gaps in the tree."""
    for message in conversation.messages:
        said: list[str] = []
        current, seen = message.parent_source_id, set[str]()
        while current in left_out and current not in seen:
            seen.add(current)
            said[:0] = thoughts.get(current, [])
            current = left_out[current]
        if said and not message.is_created_by_user:
            message.content.insert(0, {"type": "think", "think": "\n\n".join(said)})
    reparented(conversation, left_out)


def _reason(role: object) -> Reason:
    if role in ("user", "assistant"):
        return Reason.NOT_SHOWN
    return Reason.OTHER_SPEAKER


def _is_hidden(message: Mapping[str, Any]) -> bool:
    return mapping(message.get("metadata")).get("is_visually_hidden_from_conversation") is True


def _thought(content: Mapping[str, Any]) -> list[str]:
    found = [text_of(content.get("content"))]
    thoughts = (mapping(thought) for thought in sequence(content.get("thoughts")))
    found += [text_of(thought.get("content") or thought.get("summary")) for thought in thoughts]
    return [text for text in found if text.strip()]


def _text(message: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    """Return what a message says, as Markdown."""
    match content.get("content_type"):
        case "code":
            language = line_of(content.get("language"), 32).replace("`", "")
            language = "" if language == "unknown" else language
            return _fenced(text_of(content.get("text")), language)
        case "execution_output":
            return _quoted(text_of(content.get("text")))
        case "tether_quote" | "tether_browsing_display":
            return _quoted(text_of(content.get("text") or content.get("result")))
        case "system_error":
            return _quoted(text_of(content.get("text")))
        case "user_editable_context":
            return ""
        case _:
            parts = (_part(part) for part in sequence(content.get("parts")))
            text = "\n\n".join(part for part in parts if part)
            return _with_links(text or text_of(content.get("text")), message)


def _part(part: object) -> str:
    if isinstance(part, str):
        return text_of(part)
    shape = mapping(part)
    match shape.get("content_type"):
        case "audio_transcription":
            return text_of(shape.get("text"))
        case "image_asset_pointer":
            return "[Image]"
        case _:
            return text_of(shape.get("text"))


def _with_links(text: str, message: Mapping[str, Any]) -> str:
    """Replace ChatGPT's marks of sources by links to them."""
    metadata = mapping(message.get("metadata"))
    for reference in sequence(metadata.get("content_references")):
        shape = mapping(reference)
        mark, link = text_of(shape.get("matched_text")), _link(shape)
        if mark.strip() and link and len(mark) > 1:
            text = text.replace(mark, link)
    for citation in sequence(metadata.get("citations")):
        shape = mapping(mapping(citation).get("metadata"))
        number = id_of(mapping(shape.get("extra")).get("cited_message_idx"))
        link = _link(shape)
        if number and link:
            text = text.replace(f"【{number}†source】", f" ({link})")
    return CITATION.sub("", text)


def _link(shape: Mapping[str, Any]) -> str:
    items = [shape, *(mapping(item) for item in sequence(shape.get("items")))]
    links = []
    for item in items:
        url = text_of(item.get("url"))
        if re.fullmatch(r"https?://[^\s<>()\[\]\\]{1,2000}", url):
            title = re.sub(r"[\[\]\\<>`*_]", "", line_of(item.get("title"), 200)) or "source"
            links.append(f"[{title}]({url})")
    return " ".join(links)


def _fenced(text: str, language: str) -> str:
    if not text.strip():
        return ""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines()) if text.strip() else ""


IMPORTER = JsonFormat("chatgpt", "ChatGPT", recognises, records)
