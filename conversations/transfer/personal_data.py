"""A person's conversations, for the export of everything they have."""

from collections.abc import Iterator

from accounts.models import User
from conversations.models import Conversation
from conversations.queries.shapes import conversation_row_json, message_json_list


def conversations_export(user: User) -> Iterator[tuple[str, object]]:
    """Yield one file per conversation in LibreChat's JSON, temporary and archived ones too."""
    for conversation in Conversation.objects.filter(user=user, deleted_at=None).iterator():
        messages = list(conversation.messages.in_order())
        yield (
            f"{conversation.conversation_id}.json",
            {
                **conversation_row_json(conversation),
                "messages": message_json_list(conversation, messages),
            },
        )
