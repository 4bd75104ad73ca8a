"""Which engine searches: the database's own, or a search server by setting."""

from functools import cache
from importlib import import_module

from django.conf import settings
from django.db import connection

from conversations.search.backend import SearchBackend

BACKENDS = {
    "sqlite": "conversations.search.sqlite_fts.SqliteBackend",
    "postgresql": "conversations.search.postgres.PostgresBackend",
    "meilisearch": "conversations.search.meilisearch_backend.MeilisearchBackend",
}


def chosen() -> SearchBackend:
    """Return the engine that the operator chose."""
    if settings.SEARCH.backend == "meilisearch":
        return _made("meilisearch")
    return of_database()


def of_database() -> SearchBackend:
    """Return the engine of the database, which is always there."""
    return _made(connection.vendor)


@cache
def _made(name: str) -> SearchBackend:
    module, _, attribute = BACKENDS[name].rpartition(".")
    made: SearchBackend = getattr(import_module(module), attribute)()
    return made
