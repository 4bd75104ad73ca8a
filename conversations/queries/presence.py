"""Which open doors belong to somebody who is still signed in and not kept out."""

from collections.abc import Collection
from typing import NamedTuple

from accounts.limits.bans import networks_banned
from accounts.limits.staff import is_staff
from accounts.models import AuthSession, User

CHUNK = 500


class Identity(NamedTuple):
    """Whose door it is, the sign-in it rests on ("" for none to check), and where it leads.

    ``network``: the client's, as bans of addresses name it; "" for none to check.
    """

    user_id: str
    auth_epoch: int
    session_id: str
    network: str = ""


def ended_among(identities: Collection[Identity]) -> set[Identity]:
    """Return those whose sign-in is over or whose address is banned; three queries per 500."""
    everyone = sorted(identities)
    ended: set[Identity] = set()
    for start in range(0, len(everyone), CHUNK):
        some = everyone[start : start + CHUNK]
        ended |= _signed_out(some) | _kept_out(some)
    return ended


def _signed_out(identities: list[Identity]) -> set[Identity]:
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


def _kept_out(identities: list[Identity]) -> set[Identity]:
    """Return who comes from a banned address; it does not keep out staff."""
    banned = networks_banned({one.network for one in identities} - {""})
    found = {one for one in identities if one.network in banned}
    people = User.objects.filter(pk__in={one.user_id for one in found}) if found else ()
    staff = {person.pk for person in people if is_staff(person)}
    return {one for one in found if one.user_id not in staff}
