"""A conversation as LibreChat's JSON, which LibreChat and this product read back."""

from collections.abc import Iterator
from typing import Any

import orjson

from conversations.models import Conversation
from conversations.queries.shapes import conversation_row_json, message_json
from conversations.transfer.exporter import Export
from librechat.kernel import clock

MEDIA_TYPE = "application/json"
EXTENSION = "json"


def write(export: Export) -> Iterator[str]:
    """Yield the conversation's fields, then its messages one by one; parents tell the tree."""
    head = orjson.dumps(_head(export)).decode()
    yield head.removesuffix("}") + ',"messages":['
    conversation_id = export.conversation.conversation_id
    for place, message in enumerate(export.messages()):
        shape = message_json(message, conversation_id=conversation_id)
        yield ("," if place else "") + orjson.dumps(shape, default=str).decode()
    yield "]}"


def _head(export: Export) -> dict[str, Any]:
    conversation = export.conversation
    return {
        **conversation_row_json(conversation),
        "exportAt": clock.iso(export.at),
        "branches": export.scope == "tree",
        "recursive": False,
        "tags": [tag.tag for tag in conversation.tags.all()],
        "options": _options(conversation),
    }


def _options(conversation: Conversation) -> dict[str, Any]:
    named = {
        "endpoint": conversation.endpoint,
        "endpointType": conversation.endpoint_type,
        "model": conversation.model,
        "agent_id": conversation.agent_id,
        "spec": conversation.spec,
    }
    return {**conversation.parameters, **{name: value for name, value in named.items() if value}}
