"""Which open sockets belong to somebody who is still signed in."""

from collections.abc import Collection
from typing import NamedTuple

from accounts.models import AuthSession, User

CHUNK = 500


class Identity(NamedTuple):
    """Whose socket it is, and the sign-in it rests on ("" for none to check)."""

    user_id: str
    auth_epoch: int
    session_id: str


def ended_among(identities: Collection[Identity]) -> set[Identity]:
    """Return those whose sign-in is over; two queries per 500 people."""
    everyone = sorted(identities)
    ended: set[Identity] = set()
    for start in range(0, len(everyone), CHUNK):
        ended |= _ended(everyone[start : start + CHUNK])
    return ended


def _ended(identities: list[Identity]) -> set[Identity]:
    people = User.objects.filter(pk__in={one.user_id for one in identities}, is_active=True)
    epochs = dict(people.values_list("pk", "auth_epoch"))
    named = {one.session_id for one in identities if one.session_id}
    alive = set(AuthSession.objects.alive().filter(pk__in=named).values_list("pk", flat=True))
    return {
        one
        for one in identities
        if epochs.get(one.user_id) != one.auth_epoch
        or (one.session_id and one.session_id not in alive)
    }
