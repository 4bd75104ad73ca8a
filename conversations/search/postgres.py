"""PostgreSQL's full-text search over an expression index."""

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from accounts.models import User
from conversations.models import SearchDocument
from conversations.search.backend import Match, SearchQuery
from conversations.search.documents import RANKED, candidates, documents_for, ranked
from conversations.search.terms import Term, Terms, terms_of


class PostgresBackend:
    """Finds by the full-text index of the database."""

    is_outside = False

    def index(self, documents: Sequence[SearchDocument]) -> None:
        """Do nothing: the index follows the rows."""

    def remove(self, subjects: Iterable[str]) -> None:
        """Do nothing: the index follows the rows."""

    def search(self, user: User, query: SearchQuery) -> list[Match]:
        """Return matches by ts_rank, or the newest first."""
        terms = terms_of(query.text)
        if not terms:
            return []
        documents, asked = documents_for(user, query), tsquery_of(terms)
        # Titles apart, so that many messages cannot crowd them out.
        is_any, is_title = query.kind != "title", query.kind != "message"
        messages = _newest(documents, asked, query) if is_any else []
        titles = _newest(documents.filter(message=None), asked, query) if is_title else []
        return ranked(messages, titles, query)

    def prepare(self) -> bool:
        """Do nothing: the index is part of the table."""
        return False

    def rebuild(self) -> None:
        """Do nothing: the index follows the rows."""


def _newest(
    documents: QuerySet[SearchDocument],
    asked: str,
    query: SearchQuery,
) -> list[Match]:
    """Return the newest documents that match; only these are read again to be ranked."""
    # As the index has it, so that it is used.
    found = documents.extra(
        where=[
            "to_tsvector('simple', conversations_searchdocument.body) @@ to_tsquery('simple', %s)",
        ],
        params=[asked],
    )
    ids = list(found.order_by("-id").values_list("id", flat=True)[:RANKED])
    scored = SearchDocument.objects.filter(id__in=ids).extra(
        select={
            "score": "ts_rank(to_tsvector('simple', conversations_searchdocument.body),"
            " to_tsquery('simple', %s), 1)",
        },
        select_params=[asked],
    )
    return candidates(scored, query)


def tsquery_of(terms: Terms) -> str:
    """Return the query in the language of ``to_tsquery``; every word is a quoted string of it."""
    wanted = [_phrase(term) for term in terms.wanted]
    return " & ".join([*wanted, *(f"!{_phrase(term)}" for term in terms.unwanted)])


def _phrase(term: Term) -> str:
    # Words have no quotes or backslashes; removed all the same, should words.py ever change.
    *words, last = [word.replace("'", "").replace("\\", "") for word in term.words]
    quoted = [*(f"'{word}'" for word in words), f"'{last}':*" if term.is_prefix else f"'{last}'"]
    return f"({' <-> '.join(quoted)})"
