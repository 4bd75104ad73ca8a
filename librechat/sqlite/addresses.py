"""Settings of a database by its address."""

from typing import Any

import dj_database_url

ENGINE = "librechat.sqlite"
DJANGOS_ENGINE = "django.db.backends.sqlite3"


def address_parse(url: str) -> dict[str, Any]:
    """Return an entry of settings.DATABASES; SQLite is always our backend of it.

    Raises:
        ValueError: it is no address of a database.
    """
    found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=0))
    if found["ENGINE"] == DJANGOS_ENGINE:
        found["ENGINE"] = ENGINE
    return found
