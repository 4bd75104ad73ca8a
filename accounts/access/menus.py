"""What the menus of pages offer a person: remembered for seconds, and never what decides.

Every page asks it. A change of grants, roles or groups counts at once; whatever else (another
process without a shared cache, a directory that moves somebody) seconds later. Behind each entry
the page itself asks anew whether it may be seen.
"""

import hashlib
import logging
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from django.db import transaction

from accounts.access.capabilities import ACCESS_ADMIN, capability_allows
from accounts.access.permissions import Matrix, permissions_of
from accounts.models import User
from librechat.kernel.errors import CACHE_AWAY
from librechat.kernel.ids import new_uuid

logger = logging.getLogger(__name__)

T = TypeVar("T")
STAMP, STAMP_SECONDS = "menus:stamp", 5


def menu_administers(user: User) -> bool:
    """Return whether the administration is offered to a person."""
    return _remembered(
        f"person {user.pk} {user.role}", lambda: capability_allows(user, ACCESS_ADMIN)
    )


def menu_permissions(role: str) -> Matrix:
    """Return what a role allows, for the entries of menus; nobody changes it."""
    return _remembered(f"role {role}", lambda: permissions_of(role))


def menus_changed() -> None:
    """Let what was just written count: here at once, elsewhere once it is committed."""
    _stamp_forget()
    transaction.on_commit(_stamp_forget)


def _stamp_forget() -> None:
    try:
        cache.delete(STAMP)
    except CACHE_AWAY:
        logger.warning("The cache is away; a change of rights shows in menus seconds later.")


def _remembered(name: str, ask: Callable[[], T]) -> T:
    try:
        stamp = cache.get(STAMP)
        if stamp is None:
            stamp = new_uuid()
            cache.set(STAMP, stamp, STAMP_SECONDS)
        key = f"menus:{stamp}:{hashlib.sha256(name.encode()).hexdigest()}"
        known: list[T] | None = cache.get(key)
        if known is None:
            known = [ask()]
            cache.set(key, known, STAMP_SECONDS)
    except CACHE_AWAY:
        return ask()
    return known[0]
