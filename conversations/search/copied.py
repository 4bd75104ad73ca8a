"""Search documents of messages that are copies: their words are known from the originals."""

from collections.abc import Mapping

from django.db import connection, transaction

from conversations.models import Conversation, Message, SearchDocument, SearchStamp
from conversations.search import outbox
from conversations.search.indexing import COLUMNS, WRITTEN_AT_ONCE, messages_index
from conversations.search.rebuild import VERSION


@transaction.atomic
def copies_index(conversation: Conversation, originals: Mapping[str, str]) -> None:
    """Take copies of messages in, unless the chat is temporary.

    ``originals``: row id of a copy in ``conversation`` → row id of its original.
    """
    if conversation.is_temporary:
        return
    # While they are brought up to date, the originals' documents may have an older form.
    if SearchStamp.objects.filter(version=VERSION, is_complete=True).exists():
        _copy(conversation, originals)
        outbox.tell(outbox.message_subject(copy) for copy in originals)
    rest = conversation.messages.filter(search_document=None).values_list("id", flat=True)
    ids = [row_id for row_id in rest if row_id in originals]
    for start in range(0, len(ids), WRITTEN_AT_ONCE):
        batch = ids[start : start + WRITTEN_AT_ONCE]
        messages_index(list(Message.objects.filter(id__in=batch)))


def _copy(conversation: Conversation, originals: Mapping[str, str]) -> None:
    """Copy the documents there are; a temporary chat's messages have none."""
    quoted = connection.ops.quote_name
    table = quoted(SearchDocument._meta.db_table)  # noqa: SLF001 - public but for its name
    names = ", ".join(quoted(name) for name in COLUMNS)
    statement = (
        f"INSERT INTO {table} ({names}) SELECT %s, %s, %s, {quoted('body')}"  # noqa: S608 - ours
        f" FROM {table} WHERE {quoted('message_id')} = %s"
    )
    whose = (conversation.user_id, conversation.id)
    with connection.cursor() as cursor:
        cursor.executemany(statement, [(*whose, *pair) for pair in originals.items()])
