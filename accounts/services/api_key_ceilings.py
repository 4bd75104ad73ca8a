"""How far the owner of a key may go: what an administrator set is the most there is."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from django.utils.translation import gettext_lazy as _

from accounts.models import ApiKey, Group, User
from accounts.services.api_key_terms import RELAY, TERMS, KeyTerms
from librechat.kernel import clock
from librechat.kernel.errors import ForbiddenError, InvalidInputError

# Name of a term → the most it may be, as ``ApiKey.ceilings`` holds it.
Ceilings: TypeAlias = Mapping[str, object]

COUNTS = ("requests_per_minute", "tokens_per_minute", "parallel_requests")
LISTS = ("scopes", "allowed_models", "allowed_addresses")
CEILED = (*COUNTS, *LISTS, "expires_at")
NO_ROOM = _("The limits that administrators set for your keys leave no room for another one.")
SENTENCES = {
    "requests_per_minute": _(
        "An administrator allows this key at most %(most)s requests per minute."
    ),
    "tokens_per_minute": _("An administrator allows this key at most %(most)s tokens per minute."),
    "parallel_requests": _("An administrator allows this key at most %(most)s requests at a time."),
    "scopes": _("An administrator keeps this key to these scopes: %(most)s."),
    "allowed_models": _("An administrator keeps this key to these models: %(most)s."),
    "allowed_addresses": _("An administrator keeps this key to these networks: %(most)s."),
    "expires_at": _("An administrator lets this key end at %(most)s at the latest."),
}


def ceilings_of(terms: KeyTerms) -> dict[str, object]:
    """Return all limits of checked terms as ceilings."""
    held = {name: getattr(terms, name) for name in CEILED}
    return {name: _stored(value) for name, value in held.items() if value}


def ceilings_after(ceilings: Ceilings, before: KeyTerms, after: KeyTerms) -> dict[str, object]:
    """Return the ceilings once an administrator has changed terms.

    What they set becomes a ceiling, and what they take away is none any more; what they leave as
    it was keeps its ceiling, which may lie above it.
    """
    changed = {name for name in CEILED if getattr(before, name) != getattr(after, name)}
    kept = {name: most for name, most in ceilings.items() if name not in changed}
    set_now = ceilings_of(after)
    return kept | {name: most for name, most in set_now.items() if name in changed}


def ceilings_check(ceilings: Ceilings, terms: KeyTerms) -> None:
    """Pass when checked terms stay within the ceilings.

    Raises:
        InvalidInputError: the first that does not; its name is in ``data["field"]``.
    """
    for name, most in ceilings.items():
        if not _is_within(name, getattr(terms, name), most):
            raise InvalidInputError(ceiling_told(name, most), field=name)


def ceilings_binding(user: User, group: Group | None) -> dict[str, object]:
    """Return how far new keys of a person may go: what administrators bound their keys to.

    Of keys that took each other's place those that work tell, and the last one also when it has
    ended: to end a key is no way out of its limits. An end that has passed binds nobody. A team's
    keys are apart.

    Raises:
        ForbiddenError: nothing lies within the limits of all keys.
    """
    keys = list(user.api_keys.filter(group=group).order_by("created_at", "id"))
    latest = {key.counted_as: key.pk for key in keys}
    found: dict[str, object] = {}
    for key in keys:
        if not key.binds_owner or (key.has_ended and latest[key.counted_as] != key.pk):
            continue
        for name, most in key.ceilings.items():
            if name == "expires_at" and datetime.fromisoformat(most) <= clock.now():
                continue
            found[name] = _narrower(name, found[name], most) if name in found else most
    if not all(found.values()):
        raise ForbiddenError(str(NO_ROOM))
    return found


def terms_within(ceilings: Ceilings, terms: KeyTerms) -> KeyTerms:
    """Return checked terms of a new key; what they leave open is as its ceiling.

    Raises:
        InvalidInputError: a term goes beyond; its name is in ``data["field"]``.
    """
    unset = {name: most for name, most in ceilings.items() if not getattr(terms, name)}
    end = unset.get("expires_at")
    if isinstance(end, str):
        unset["expires_at"] = datetime.fromisoformat(end)
    within = KeyTerms(**{name: getattr(terms, name) for name in TERMS} | unset)
    ceilings_check(ceilings, within)
    return within


def ceilings_told(key: ApiKey) -> dict[str, str]:
    """Return name of a term → the sentence about its ceiling."""
    return {name: ceiling_told(name, most) for name, most in key.ceilings.items()}


def ceiling_told(name: str, most: object) -> str:
    """Return the sentence that names a ceiling."""
    told = str(most)
    if isinstance(most, int):
        told = f"{most:,}"
    elif isinstance(most, list):
        told = ", ".join(most)
    elif name == "expires_at":
        told = clock.iso(datetime.fromisoformat(told))
    return str(SENTENCES[name] % {"most": told})


def _is_within(name: str, value: object, most: object) -> bool:
    """Return whether a term is set and no wider than its ceiling."""
    if not value:
        return False
    if isinstance(value, int) and isinstance(most, int):
        return value <= most
    if isinstance(value, datetime) and isinstance(most, str):
        return value <= datetime.fromisoformat(most)
    if isinstance(value, list) and isinstance(most, list):
        return _lies_within(name, value, most)
    return False


def _narrower(name: str, one: object, other: object) -> object:
    """Return what lies within two ceilings; an empty list where nothing does."""
    if isinstance(one, list) and isinstance(other, list):
        inner = [value for value in one if _lies_within(name, [value], other)]
        inner += [value for value in other if _lies_within(name, [value], one)]
        return list(dict.fromkeys(inner))
    return min(one, other, key=_ranked)


def _ranked(most: object) -> float:
    return most if isinstance(most, int) else datetime.fromisoformat(str(most)).timestamp()


def _lies_within(name: str, values: list[str], most: list[str]) -> bool:
    match name:
        case "allowed_models":
            return all(any(_covers(wide, one) for wide in most) for one in values)
        case "allowed_addresses":
            return all(any(_contains(wide, one) for wide in most) for one in values)
        case _:
            wide = _scopes(most)
            return all(one in wide or one.partition(":")[0] in wide for one in _scopes(values))


def _covers(wide: str, narrow: str) -> bool:
    """Return whether a pattern matches everything that another one matches.

    The other's ``*`` and ``?`` are read as signs: a ``*`` may stand for any of them, a ``?`` for
    everything but a ``*``.
    """
    signs = {"*": ".*", "?": "[^*]"}
    pattern = "".join(signs.get(sign, re.escape(sign)) for sign in wide)
    return re.fullmatch(pattern, narrow) is not None


def _contains(wide: str, narrow: str) -> bool:
    outer, inner = ipaddress.ip_network(wide), ipaddress.ip_network(narrow)
    if isinstance(outer, ipaddress.IPv4Network) and isinstance(inner, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(outer, ipaddress.IPv6Network) and isinstance(inner, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False


def _scopes(names: Iterable[str]) -> set[str]:
    """Return what scopes come to: one route of the relay keeps a key to it."""
    found = set(names)
    is_narrowed = any(name.startswith(f"{RELAY}:") for name in found)
    return found - {RELAY} if is_narrowed else found


def _stored(value: object) -> object:
    # To the microsecond: what was set must not lie above its own ceiling.
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
