"""The variables of the search: which engine, and where the search server is."""

from dataclasses import dataclass
from typing import Literal

from django.core.exceptions import ImproperlyConfigured

from librechat.env import Environment

DATABASE, MEILISEARCH = "database", "meilisearch"


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How chats are searched; ``url`` and ``key`` belong to a Meilisearch server."""

    backend: Literal["database", "meilisearch"] = "database"
    url: str = ""
    key: str = ""
    is_synchronising: bool = True

    @property
    def is_outside(self) -> bool:
        """Whether this process tells a search server of changes."""
        return self.backend == "meilisearch" and self.is_synchronising


def search_settings(env: Environment) -> SearchSettings:
    """Return how chats are searched.

    Raises:
        ImproperlyConfigured: the engine is none of ours, or its server is not named.
    """
    url, key = env.text("MEILI_HOST").rstrip("/"), env.text("MEILI_MASTER_KEY")
    is_on = env.flag("SEARCH", default=True)
    named = env.text("SEARCH_BACKEND", MEILISEARCH if url and is_on else DATABASE).lower()
    if named == DATABASE:
        return SearchSettings()
    if named != MEILISEARCH:
        raise ImproperlyConfigured(
            f"SEARCH_BACKEND must be {DATABASE} or {MEILISEARCH}, not {named!r}."
        )
    if not url.startswith(("http://", "https://")):
        raise ImproperlyConfigured("MEILI_HOST must be the address of a server: http://…:7700.")
    return SearchSettings("meilisearch", url, key, not env.flag("MEILI_NO_SYNC"))
