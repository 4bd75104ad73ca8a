"""SQLite's FTS5: a virtual table over the documents, kept in step by triggers."""

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from accounts.models import User
from conversations.models import SearchDocument
from conversations.search import fts_table
from conversations.search.backend import Match, SearchQuery
from conversations.search.documents import candidates, documents_for, ranked
from conversations.search.terms import Term, Terms, terms_of


class SqliteBackend:
    """Finds by the full-text index of the database."""

    is_outside = False

    def index(self, documents: Sequence[SearchDocument]) -> None:
        """Do nothing: triggers did it."""

    def remove(self, subjects: Iterable[str]) -> None:
        """Do nothing: triggers did it."""

    def search(self, user: User, query: SearchQuery) -> list[Match]:
        """Return matches by bm25, or the newest first."""
        terms = terms_of(query.text)
        if not terms:
            return []
        documents = documents_for(user, query)
        # Titles apart, so that many messages cannot crowd them out.
        is_any, is_title = query.kind != "title", query.kind != "message"
        messages = _newest(documents, match_of(user.pk, terms), query) if is_any else []
        titles = _newest(documents, match_of(f"t{user.pk}", terms), query) if is_title else []
        return ranked(messages, titles, query)

    def prepare(self) -> bool:
        """Put the index back if it is missing; it is filled at once."""
        if not fts_table.is_whole():
            fts_table.remake()
        return False

    def rebuild(self) -> None:
        """Make the index anew and fill it."""
        fts_table.remake()


def _newest(documents: QuerySet[SearchDocument], match: str, query: SearchQuery) -> list[Match]:
    """Return the newest documents that match; the index walks backwards, so this stops early."""
    # The person stands in every document as a word without weight, so that one person's search
    # never walks through what everybody else wrote. The plus keeps SQLite from asking the
    # full-text index once per document.
    found = documents.extra(
        select={"score": "-bm25(conversations_search, 0.0, 1.0)"},
        tables=["conversations_search"],
        where=[
            "+conversations_search.rowid = conversations_searchdocument.id",
            "conversations_search MATCH %s",
        ],
        params=[match],
        order_by=["-conversations_search.rowid"],
    )
    return candidates(found, query)


def match_of(owner: str, terms: Terms) -> str:
    """Return the query in FTS5's language; every word is a quoted string of it."""
    wanted = " AND ".join(_phrase(term) for term in terms.wanted)
    unwanted = "".join(f" NOT {_phrase(term)}" for term in terms.unwanted)
    return f'owner : "{owner}" AND body : (({wanted}){unwanted})'


def _phrase(term: Term) -> str:
    # Words have no quotes in them; doubled all the same, should words.py ever change.
    words = " ".join(term.words).replace('"', '""')
    return f'"{words}"*' if term.is_prefix else f'"{words}"'
