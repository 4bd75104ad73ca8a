"""Keeps the search documents in step with titles and messages.

Called by services inside their transaction, after their own write.
"""

from collections.abc import Iterable, Sequence

from django.db import transaction

from conversations.models import DEFAULT_TITLE, Conversation, Message, SearchDocument
from conversations.queries.thread import text_of
from conversations.search import outbox
from conversations.search.readable import searchable
from conversations.search.words import prepared
from librechat.kernel.inserting import values_insert

WRITTEN_AT_ONCE = 500
COLUMNS = ("user_id", "conversation_id", "message_id", "body")


@transaction.atomic
def conversation_index(conversation: Conversation) -> None:
    """Take the title in; a chat without a name, or a temporary one, has none to find."""
    conversations_index([conversation])


@transaction.atomic
def conversations_index(conversations: Iterable[Conversation]) -> None:
    """Take the titles of many conversations in."""
    found = [one for one in conversations if not one.is_temporary]
    named = [one for one in found if one.title != DEFAULT_TITLE]
    unnamed = [one.id for one in found if one.title == DEFAULT_TITLE]
    titles = SearchDocument.objects.filter(message=None)
    if unnamed:
        titles.filter(conversation_id__in=unnamed).delete()
    known = {
        document.conversation_id: document
        for document in titles.filter(conversation_id__in=[one.id for one in named])
    }
    changed = [known[one.id] for one in named if one.id in known]
    for one in named:
        if one.id in known:
            known[one.id].body = prepared(one.title)
    SearchDocument.objects.bulk_update(changed, ["body"])
    fresh = [_title(one) for one in named if one.id not in known]
    # A title that somebody else takes in at the same time is the same title.
    SearchDocument.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=WRITTEN_AT_ONCE)
    outbox.tell(outbox.title_subject(one.id) for one in found)


@transaction.atomic
def messages_index(messages: Sequence[Message]) -> None:
    """Take messages in, those of temporary chats left out; two queries, however many they are."""
    ids = {message.conversation_id for message in messages}
    lasting = Conversation.objects.filter(id__in=ids, is_temporary=False)
    kept = set(lasting.values_list("id", flat=True))
    values_insert(
        SearchDocument,
        COLUMNS,
        [_message(one) for one in messages if one.conversation_id in kept],
        unique="message_id",
        update=["body"],
    )
    outbox.tell(outbox.message_subject(one.id) for one in messages if one.conversation_id in kept)


def conversations_forget(conversation_ids: Iterable[str]) -> None:
    """Tell an outside engine that conversations are gone for good; the database's own sees it.

    ``conversation_ids``: row ids.
    """
    outbox.tell(outbox.conversation_subject(one) for one in conversation_ids)


def message_forget(message: Message) -> None:
    """Tell an outside engine that a message is gone for good."""
    outbox.tell([outbox.message_subject(message.id)])


def person_forget(user_id: str) -> None:
    """Tell an outside engine that all of a person's documents are gone."""
    outbox.tell([outbox.person_subject(user_id)])


def _title(conversation: Conversation) -> SearchDocument:
    return SearchDocument(
        user_id=conversation.user_id,
        conversation_id=conversation.id,
        body=prepared(conversation.title),
    )


def _message(message: Message) -> tuple[str, str, str, str]:
    """Return the values of COLUMNS; only answers are Markdown."""
    text = text_of(message)
    body = prepared(text if message.is_created_by_user else searchable(text))
    return message.user_id, message.conversation_id, message.id, body
