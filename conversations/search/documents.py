"""Which documents a person may find, and what is shown of them."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from conversations.models import Conversation, Message, SearchDocument, Tag
from conversations.queries.listing import UNASSIGNED
from conversations.search.backend import Hit, Match, Role, SearchQuery
from conversations.search.terms import Terms

RANKED = 500  # the newest matches, of which the best are shown first
SCORED = ("id", "score")  # the second is no column of the table but the engine's
# The columns of a conversation that no hit shows; reading them takes a fifth of the time.
UNSHOWN = tuple(
    f"conversation__{name}"
    for name in (
        "user",
        "parameters",
        "files",
        "endpoint_type",
        "agent_id",
        "spec",
        "archived_at",
        "is_pinned",
        "is_unread",
        "leaf_message_id",
        "expiry_is_chosen",
        "deleted_at",
    )
)
TITLE = 3.0  # what a match in a title counts more


def documents_for(user: User, query: SearchQuery) -> QuerySet[SearchDocument]:
    """Return the documents the query's filters leave; the words are the engine's part."""
    documents = SearchDocument.objects.filter(user=user)
    if query.kind == "message":
        documents = documents.exclude(message=None)
    messages = _messages(query)
    if messages is not None:
        mine = Message.objects.filter(pk=OuterRef("message_id"))
        documents = documents.filter(Exists(mine.filter(messages)))
    return documents.filter(
        Exists(_conversations(user, query).filter(pk=OuterRef("conversation_id")))
    )


def _conversations(user: User, query: SearchQuery) -> QuerySet[Conversation]:
    found = Conversation.objects.visible_to(user).listed()
    if query.archived != "both":
        found = found.filter(is_archived=query.archived == "yes")
    if query.project_id:
        is_none = query.project_id == UNASSIGNED
        found = found.filter(Q(project=None) if is_none else Q(project_id=query.project_id))
    if query.tags:
        tags = Tag.objects.visible_to(user).filter(tag__in=query.tags)
        found = found.filter(pk__in=tags.values("conversations"))
    return found


def _messages(query: SearchQuery) -> Q | None:
    """Return the condition on messages; None when a title may be a hit as well."""
    wanted = Q()
    if query.model:
        wanted &= Q(model=query.model) | Q(conversation__agent_id=query.model)
    if query.endpoint:
        wanted &= Q(endpoint=query.endpoint)
    if query.since:
        wanted &= Q(created_at__gte=query.since)
    if query.until:
        wanted &= Q(created_at__lt=query.until)
    if query.has_files:
        wanted &= ~Q(files=[]) | ~Q(attachments=[])
    if query.role:
        wanted &= Q(is_created_by_user=query.role == "user")
    return wanted or None


def hits_of(matches: Sequence[Match], terms: Terms) -> tuple[Hit, ...]:
    """Return what is shown of the matches, in their order; one query."""
    ids = [match.document_id for match in matches]
    rows = SearchDocument.objects.filter(id__in=ids)
    rows = rows.select_related("conversation__project", "message").defer("body", *UNSHOWN)
    documents = {document.id: document for document in rows}
    return tuple(
        _hit(documents[match.document_id], match.score, terms)
        for match in matches
        if match.document_id in documents
    )


def _hit(document: SearchDocument, score: float, terms: Terms) -> Hit:
    conversation, message = document.conversation, document.message
    source = message or conversation
    return Hit(
        conversation_id=conversation.conversation_id,
        message_id=message.message_id if message else None,
        created_at=source.created_at,
        model=source.model,
        endpoint=source.endpoint,
        role=_role(message),
        is_archived=conversation.is_archived,
        project=conversation.project.name if conversation.project else "",
        score=score,
        document=document,
        terms=terms,
    )


def _role(message: Message | None) -> Role:
    if message is None:
        return ""
    return "user" if message.is_created_by_user else "assistant"


def candidates(scored: QuerySet[SearchDocument], query: SearchQuery) -> list[Match]:
    """Return the first documents that carry a ``score``; of a common word that is enough.

    In the order of the newest first, their time takes the place of the score.
    """
    if query.sort == "newest":
        moment = Coalesce("message__created_at", "conversation__updated_at")
        rows = scored.annotate(moment=moment).values_list("id", "moment")
        return [Match(pk, moment.timestamp()) for pk, moment in rows[:RANKED]]
    return [Match(*row) for row in scored.values_list(*SCORED)[:RANKED]]


def ranked(
    messages: Sequence[Match],
    titles: Sequence[Match],
    query: SearchQuery,
) -> list[Match]:
    """Return the asked page of messages and titles, and one match more if there is one.

    ``messages`` may hold titles as well.
    """
    weight = 1.0 if query.sort == "newest" else TITLE
    best = dict(messages) | {pk: weight * score for pk, score in titles}
    ordered = sorted(best.items(), key=lambda item: (item[1], item[0]), reverse=True)
    page = ordered[query.offset : query.offset + query.limit + 1]
    return [Match(*item) for item in page]


def conversation_ids_of(matches: Sequence[Match]) -> list[str]:
    """Return the row ids of the conversations of matches, best first; one query."""
    ids = [match.document_id for match in matches]
    rows = SearchDocument.objects.filter(id__in=ids)
    places = dict(rows.values_list("id", "conversation_id"))
    return list(dict.fromkeys(places[one] for one in ids if one in places))
