"""Identifiers: time-ordered 24-hex object ids, UUIDs and short random ids."""

import itertools
import secrets
import time
import uuid
from datetime import datetime
from typing import Any

from django.db import models

NO_PARENT = "00000000-0000-0000-0000-000000000000"
URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

_machine = secrets.token_hex(5)
_counter = itertools.count(secrets.randbelow(1 << 24))


def new_object_id() -> str:
    """Return a new id in the layout of MongoDB's ObjectId: seconds, process, counter; 24 hex."""
    return f"{int(time.time()):08x}{_machine}{next(_counter) & 0xFFFFFF:06x}"


def object_id_at(moment: datetime) -> str:
    """Return the lowest id that a moment can have: ids from it on are not below this one.

    So a stretch of time is a range of the primary key, which needs no index of its own.
    """
    return f"{int(moment.timestamp()):08x}{'0' * 16}"


def new_uuid() -> str:
    """Return a random UUID in its text form."""
    return str(uuid.uuid4())


def derived_uuid(*parts: str) -> str:
    """Return the UUID (version 5) that always belongs to these parts."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "\x1f".join(parts)))


def short_id(length: int = 21) -> str:
    """Return a random URL-safe id."""
    return "".join(secrets.choice(URL_SAFE) for _ in range(length))


class ObjectIdField(models.CharField[str, str]):
    """A 24-hex id made by us or kept from an import."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 24)
        kwargs.setdefault("default", new_object_id)
        kwargs.setdefault("editable", False)
        super().__init__(**kwargs)
