"""SQLite's FTS5: a virtual table over the documents, kept in step by triggers."""

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Substr

from accounts.models import User
from conversations.models import SearchDocument
from conversations.search import fts_table
from conversations.search.backend import Match, SearchQuery
from conversations.search.documents import RANKED, candidates, documents_for, ranked
from conversations.search.scoring import COUNTED, scored
from conversations.search.terms import Term, Terms, terms_of

READ = 10_000  # characters of a document that are read to rank it
COUNT = """(SELECT COUNT(*) FROM (
    SELECT 1 FROM conversations_search WHERE conversations_search MATCH %s LIMIT %s
))"""


class SqliteBackend:
    """Finds by the full-text index of the database."""

    is_outside = False

    def index(self, documents: Sequence[SearchDocument]) -> None:
        """Do nothing: triggers did it."""

    def remove(self, subjects: Iterable[str]) -> None:
        """Do nothing: triggers did it."""

    def search(self, user: User, query: SearchQuery) -> list[Match]:
        """Return matches by BM25, or the newest first."""
        terms = terms_of(query.text)
        if not terms:
            return []
        documents = documents_for(user, query)
        found_in = _found_in(user, terms) if query.sort == "relevance" else []

        def newest(owner: str) -> list[Match]:
            found = _matching(documents, match_of(owner, terms))
            if query.sort == "newest":
                return candidates(found, query)
            return scored(_texts(found), terms.wanted, found_in)

        # Titles apart, so that many messages cannot crowd them out.
        is_any, is_title = query.kind != "title", query.kind != "message"
        messages = newest(user.pk) if is_any else []
        titles = newest(f"t{user.pk}") if is_title else []
        return ranked(messages, titles, query)

    def prepare(self) -> bool:
        """Put the index back if it is missing; it is filled at once."""
        if not fts_table.is_whole():
            fts_table.remake()
        return False

    def rebuild(self) -> None:
        """Make the index anew and fill it."""
        fts_table.remake()


def _matching(documents: QuerySet[SearchDocument], match: str) -> QuerySet[SearchDocument]:
    """Return the documents that match, the newest first: the index walks backwards."""
    # The person stands in every document as a word, so that one person's search never walks
    # through what everybody else wrote. The plus keeps SQLite from asking the full-text index
    # once per document.
    return documents.extra(
        tables=["conversations_search"],
        where=[
            "+conversations_search.rowid = conversations_searchdocument.id",
            "conversations_search MATCH %s",
        ],
        params=[match],
        order_by=["-conversations_search.rowid"],
    )


def _texts(found: QuerySet[SearchDocument]) -> list[tuple[int, str]]:
    """Return id and words of the newest, of long ones the beginning; this stops early."""
    read = found.annotate(start=Substr("body", 1, READ))
    return list(read.values_list("id", "start")[:RANKED])


def _found_in(user: User, terms: Terms) -> list[int]:
    """Return how many of a person's documents hold each wanted term; it stops at a few thousand.

    One term alone has nothing to be rarer than, so it is not counted.
    """
    if len(terms.wanted) == 1:
        return [0]
    counts = ", ".join([COUNT] * len(terms.wanted))
    with connection.cursor() as cursor:
        asked: list[str | int] = []
        for term in terms.wanted:
            asked += [match_of(user.pk, Terms((term,))), COUNTED]
        cursor.execute(f"SELECT {counts}", asked)
        return [int(count) for count in cursor.fetchone()]


def match_of(owner: str, terms: Terms) -> str:
    """Return the query in FTS5's language; every word is a quoted string of it."""
    wanted = " AND ".join(_phrase(term) for term in terms.wanted)
    unwanted = "".join(f" NOT {_phrase(term)}" for term in terms.unwanted)
    return f'owner : "{owner}" AND body : (({wanted}){unwanted})'


def _phrase(term: Term) -> str:
    # Words have no quotes in them; doubled all the same, should words.py ever change.
    words = " ".join(term.words).replace('"', '""')
    return f'"{words}"*' if term.is_prefix else f'"{words}"'
