"""Chatbot UI's export: an object with history, folders and prompts."""

from collections.abc import Iterator, Mapping
from typing import Any

from conversations.transfer.cleaning import id_of, line_of, mapping, sequence, text_of
from conversations.transfer.importer import (
    ImportedConversation,
    ImportedMessage,
    ImportedProject,
    ImportedPrompt,
    Note,
    Record,
)
from conversations.transfer.json_files import JsonFormat
from conversations.transfer.reasons import Reason

ENDPOINT = "openAI"
LONGEST_PROMPT = 100_000


def recognises(item: Mapping[str, Any]) -> bool:
    """Return whether an object is a whole export."""
    return "version" in item and isinstance(item.get("history"), list)


def records(item: Mapping[str, Any]) -> Iterator[Record]:
    """Yield folders of chats, chats and prompts."""
    for folder in sequence(item.get("folders")):
        shape = mapping(folder)
        if shape.get("type") == "chat":
            name = line_of(shape.get("name"), 100)
            yield ImportedProject(source_id=id_of(shape.get("id")), name=name)
        else:
            yield Note("folder", id_of(shape.get("id")), Reason.PROMPT_FOLDER)
    for chat in sequence(item.get("history")):
        yield _conversation(mapping(chat))
    for prompt in sequence(item.get("prompts")):
        shape = mapping(prompt)
        text = text_of(shape.get("content"))
        if not text.strip():
            yield Note("prompt", id_of(shape.get("id")), Reason.EMPTY_PROMPT)
            continue
        yield ImportedPrompt(
            source_id=id_of(shape.get("id")),
            name=line_of(shape.get("name"), 256),
            oneliner=line_of(shape.get("description"), 256),
            versions=[("", text[:LONGEST_PROMPT])],
        )


def _conversation(chat: Mapping[str, Any]) -> ImportedConversation:
    model = mapping(chat.get("model"))
    temperature = chat.get("temperature")
    conversation = ImportedConversation(
        source_id=id_of(chat.get("id")),
        title=text_of(chat.get("name")),
        endpoint=ENDPOINT,
        model=line_of(model.get("id") or chat.get("model"), 256),
        project_id=id_of(chat.get("folderId")),
    )
    prompt = text_of(chat.get("prompt"))
    if prompt.strip():
        conversation.parameters["promptPrefix"] = prompt[:LONGEST_PROMPT]
    if isinstance(temperature, int | float) and not isinstance(temperature, bool):
        conversation.parameters["temperature"] = min(max(float(temperature), 0.0), 2.0)
    previous = ""
    for number, row in enumerate(sequence(chat.get("messages"))):
        shape = mapping(row)
        role, text = shape.get("role"), text_of(shape.get("content"))
        if role not in ("user", "assistant"):
            conversation.leave_out("message", str(number), Reason.NO_SPEAKER)
            continue
        is_user = role == "user"
        conversation.messages.append(
            ImportedMessage(
                source_id=str(number),
                parent_source_id=previous,
                is_created_by_user=is_user,
                text=text if is_user else "",
                content=[] if is_user else [{"type": "text", "text": text}],
                sender="User" if is_user else "Assistant",
                endpoint=ENDPOINT,
                model="" if is_user else conversation.model,
            ),
        )
        previous = str(number)
    return conversation


IMPORTER = JsonFormat("chatbot-ui", "Chatbot UI", recognises, records)
