"""What an outside search engine has not been told yet, and telling it."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, Q

from conversations.errors import SearchUnavailableError
from conversations.models import SearchDocument, SearchTask
from conversations.search import telling
from conversations.search.backend import SearchBackend
from conversations.search.backends import chosen
from librechat.kernel import clock

logger = logging.getLogger(__name__)

BATCH = 100
MAX_BATCHES = 50  # per run of the chore
SLOWEST = timedelta(minutes=10)
MESSAGE, TITLE, CONVERSATION, PERSON = "message", "title", "conversation", "person"


def message_subject(row_id: str) -> str:
    """Return the subject of one message."""
    return f"{MESSAGE}:{row_id}"


def title_subject(row_id: str) -> str:
    """Return the subject of a conversation's title."""
    return f"{TITLE}:{row_id}"


def conversation_subject(row_id: str) -> str:
    """Return the subject of all that a conversation held."""
    return f"{CONVERSATION}:{row_id}"


def person_subject(user_id: str) -> str:
    """Return the subject of all that a person had."""
    return f"{PERSON}:{user_id}"


def subject_of(document: SearchDocument) -> str:
    """Return the subject of a document."""
    if document.message_id:
        return message_subject(document.message_id)
    return title_subject(document.conversation_id)


def tell(subjects: Iterable[str]) -> None:
    """Note changes for an outside engine, in the transaction that makes them.

    It is told as soon as they are committed; what fails then, the chore tries again.
    """
    if not chosen().is_outside:
        return
    tasks = [SearchTask(subject=subject) for subject in subjects]
    if tasks:
        SearchTask.objects.bulk_create(tasks, batch_size=500)
        transaction.on_commit(partial(telling.soon, drain))


def drain() -> int:
    """Tell the outside engine what waits and return how many changes it took.

    Several processes may do it at once: telling it twice changes nothing.
    """
    backend = chosen()
    if not backend.is_outside:
        return 0
    told = 0
    for _ in range(MAX_BATCHES):
        tasks = list(SearchTask.objects.filter(_is_due())[:BATCH])
        if not tasks or not _told(backend, tasks):
            break
        told += len(tasks)
    return told


def _is_due() -> Q:
    """Return the condition on tasks: after n failures one waits 2ⁿ seconds, ten minutes at most."""
    now = clock.now()
    due = Q(attempts=0)
    for attempts in range(1, 10):
        due |= Q(attempts=attempts, created_at__lte=now - timedelta(seconds=2**attempts))
    return due | Q(attempts__gte=10, created_at__lte=now - SLOWEST)


def _told(backend: SearchBackend, tasks: list[SearchTask]) -> bool:
    ids = [task.id for task in tasks]
    subjects = list(dict.fromkeys(task.subject for task in tasks))
    documents = {subject_of(document): document for document in _documents(subjects)}
    try:
        backend.index(list(documents.values()))
        backend.remove([subject for subject in subjects if subject not in documents])
    except SearchUnavailableError:
        logger.warning("The search server was not told of changes.", extra={"waiting": len(ids)})
        # The wait counts from the last try.
        SearchTask.objects.filter(id__in=ids).update(
            attempts=F("attempts") + 1,
            created_at=clock.now(),
        )
        return False
    with transaction.atomic():
        SearchTask.objects.filter(id__in=ids).delete()
    return True


def _documents(subjects: Iterable[str]) -> Iterable[SearchDocument]:
    named: dict[str, list[str]] = {MESSAGE: [], TITLE: []}
    for subject in subjects:
        kind, _, row_id = subject.partition(":")
        if kind in named:
            named[kind].append(row_id)
    titles = Q(message=None, conversation_id__in=named[TITLE])
    found = SearchDocument.objects.filter(Q(message_id__in=named[MESSAGE]) | titles)
    return found.select_related("conversation", "message")
