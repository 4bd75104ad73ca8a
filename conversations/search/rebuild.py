"""Fills the index: what is missing in it, or everything anew. Batches; safe to break off."""

import logging
from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from conversations.errors import SearchUnavailableError
from conversations.models import (
    DEFAULT_TITLE,
    Conversation,
    Message,
    SearchDocument,
    SearchStamp,
    SearchTask,
)
from conversations.search import outbox, search
from conversations.search.backends import chosen
from conversations.search.indexing import conversations_index, messages_index

logger = logging.getLogger(__name__)

BATCH = 200
# The form of the documents' words. Raised when it changes: then what is there is made anew.
VERSION = 2
NEEDED = ("id", "user_id", "conversation_id", "is_created_by_user", "text", "content")


class Progress(NamedTuple):
    """How far a rebuild is; ``after`` is the message to go on behind, "" before the first."""

    done: int
    total: int
    after: str


def index_missing() -> int:
    """Take in every title and message that has no document yet, and return how many.

    Whatever wrote them (an import, an older version of the product) did not do it. Several
    processes may do it at once.
    """
    _prepare()
    titles, messages = _without_title(), _without_document()
    if not titles.exists() and not messages.exists():
        search.building_ended()
        return 0
    search.building_began()
    count = sum(map(len, _titles(titles))) + sum(map(len, _messages(messages, "")))
    search.building_ended()
    logger.info("Chats were taken into the search.", extra={"documents": count})
    return count


def bring_up_to_date() -> int:
    """Make the documents of answers that an older version prepared anew; return how many.

    Broken off, it goes on where it was. Several processes may do it at once.
    """
    stamp, _is_first = SearchStamp.objects.get_or_create(version=VERSION)
    if stamp.is_complete:
        return 0
    answers = Message.objects.filter(is_created_by_user=False)
    count = 0
    for page in _messages(answers.filter(conversation__is_temporary=False), stamp.reached):
        count += len(page)
        SearchStamp.objects.filter(version=VERSION).update(reached=page[-1].id)
    _stamp()
    if count:
        logger.info("The search was brought up to date.", extra={"documents": count})
    return count


def _stamp() -> None:
    """Note that every document is in the form of this version."""
    SearchStamp.objects.update_or_create(version=VERSION, defaults={"is_complete": True})


def rebuild(after: str = "") -> Iterator[Progress]:
    """Make every document anew and yield how far it is.

    ``after``: the row id of the message an earlier run reached; its titles are done, then.

    Raises:
        SearchUnavailableError: there is a search server, and it cannot be reached.
    """
    conversations = Conversation.objects.filter(is_temporary=False)
    messages = Message.objects.filter(conversation__is_temporary=False)
    total = conversations.count() + messages.count()
    done = 0
    if after:
        done = conversations.count() + messages.filter(id__lte=after).count()
    else:
        chosen().rebuild()
        for batch in _titles(conversations):
            done += len(batch)
            yield Progress(done, total, "")
    for page in _messages(messages, after):
        done += len(page)
        yield Progress(done, total, page[-1].id)
    _stamp()
    search.building_ended()
    while outbox.drain():
        pass


def _prepare() -> None:
    """Make the engine's index if it is missing, and note all there is for it."""
    try:
        if not settings.SEARCH.is_synchronising or not chosen().prepare():
            return
        # Noted first: broken off in between, it begins again.
        with transaction.atomic():
            SearchTask.objects.all().delete()
            for batch in _batches(SearchDocument.objects.order_by("id")):
                outbox.tell(outbox.subject_of(document) for document in batch)
        chosen().rebuild()
    except SearchUnavailableError:
        logger.warning("The search server's index could not be made.")


def _batches(documents: QuerySet[SearchDocument]) -> Iterator[list[SearchDocument]]:
    place = 0
    while batch := list(documents.defer("body").filter(id__gt=place)[: BATCH * 5]):
        yield batch
        place = batch[-1].id


def _without_title() -> QuerySet[Conversation]:
    titles = SearchDocument.objects.filter(conversation=OuterRef("pk"), message=None)
    named = Conversation.objects.filter(is_temporary=False).exclude(title=DEFAULT_TITLE)
    return named.exclude(Exists(titles))


def _without_document() -> QuerySet[Message]:
    documents = SearchDocument.objects.filter(message=OuterRef("pk"))
    return Message.objects.filter(conversation__is_temporary=False).exclude(Exists(documents))


def _titles(conversations: QuerySet[Conversation]) -> Iterator[list[Conversation]]:
    place = ""
    while batch := list(conversations.filter(id__gt=place).order_by("id")[:BATCH]):
        conversations_index(batch)
        yield batch
        place = batch[-1].id


def _messages(messages: QuerySet[Message], place: str) -> Iterator[list[Message]]:
    shown = messages.only(*NEEDED)
    while batch := list(shown.filter(id__gt=place).order_by("id")[:BATCH]):
        messages_index(batch)
        yield batch
        place = batch[-1].id
