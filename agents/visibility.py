"""Who sees which endpoint and which model: one rule, asked by everything that offers a model.

A restricted endpoint is for the roles and groups it names, and so is a restricted model; for a
restricted model of a restricted endpoint a person needs both. What nobody restricted is for all.

The rules are few and asked for with every message, so a process remembers them, and which groups
somebody is in. The shared cache holds a stamp that every change deletes; what changes in another
way (another process without a shared cache, somebody who joins a group) counts within seconds.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from django.core.cache import cache
from django.db import transaction

from accounts.models import GroupMember, PrincipalType, User
from agents.models import ModelVisibility
from librechat.kernel.errors import CACHE_AWAY
from librechat.kernel.ids import new_uuid

logger = logging.getLogger(__name__)

# (kind, the name of a role or the id of a group)
Principal: TypeAlias = tuple[str, str]
# (endpoint, model or "" for all of it) → who may use it
Rules: TypeAlias = Mapping[tuple[str, str], frozenset[Principal]]

STAMP = "visibility:stamp"
STAMP_SECONDS = 5
REMEMBERED = 1_000

# The stamp → the rules under it; only the newest.
_rules: dict[str, Rules] = {}
# (person, role) → (stamp, what they hold)
_held: dict[tuple[str, str], tuple[str, frozenset[Principal]]] = {}


@dataclass(frozen=True, slots=True)
class Sight:
    """What a person may see; ``held``: their role and groups, empty where no rule asks."""

    rules: Rules
    held: frozenset[Principal]

    def sees_endpoint(self, endpoint: str) -> bool:
        """Return whether an endpoint is for the person."""
        return self.passes(endpoint, "")

    def sees(self, endpoint: str, model: str) -> bool:
        """Return whether a model of an endpoint is for the person."""
        return self.passes(endpoint, "") and self.passes(endpoint, model)

    def among(self, endpoint: str, models: tuple[str, ...]) -> tuple[str, ...]:
        """Return the models of an endpoint that are for the person, in their order."""
        if not self.rules:
            return models
        return tuple(model for model in models if self.sees(endpoint, model))

    def narrows(self, endpoint: str) -> bool:
        """Return whether some model of an endpoint is only for some."""
        return any(name == endpoint and model for name, model in self.rules)

    def passes(self, endpoint: str, model: str) -> bool:
        """Return whether the person passes one rule alone; where there is none, they do."""
        allowed = self.rules.get((endpoint, model))
        return allowed is None or not allowed.isdisjoint(self.held)


EVERYTHING = Sight(MappingProxyType({}), frozenset())


def sight_of(user: User) -> Sight:
    """Return what a person may see; at most two queries a stamp, none of them per model."""
    stamp = _stamp()
    rules = rules_now() if stamp is None else _rules_under(stamp)
    if not rules:
        return EVERYTHING
    key = (user.pk, user.role)
    known = _held.get(key)
    if stamp is not None and known is not None and known[0] == stamp:
        return Sight(rules, known[1])
    held = principals_of(user)
    if stamp is not None:
        if len(_held) >= REMEMBERED:
            _held.clear()
        _held[key] = (stamp, held)
    return Sight(rules, held)


def principals_of(user: User) -> frozenset[Principal]:
    """Return a person's role and groups; one query."""
    groups = GroupMember.objects.filter(user=user).values_list("group_id", flat=True)
    return frozenset(
        [
            (PrincipalType.ROLE.value, user.role),
            *((PrincipalType.GROUP.value, group) for group in groups),
        ],
    )


def rules_now() -> Rules:
    """Return every rule as it is stored; one query."""
    rows = ModelVisibility.objects.order_by().values_list(
        "endpoint",
        "model",
        "principal_type",
        "principal_id",
    )
    return _gathered(rows)


def visibility_changed() -> None:
    """Let what was just written count: here at once, elsewhere once it is committed."""
    _stamp_forget()
    transaction.on_commit(_stamp_forget)


def _gathered(rows: Iterable[tuple[str, str, str, str]]) -> Rules:
    found: dict[tuple[str, str], set[Principal]] = {}
    for endpoint, model, kind, principal in rows:
        found.setdefault((endpoint, model), set()).add((kind, principal))
    return {place: frozenset(allowed) for place, allowed in found.items()}


def _rules_under(stamp: str) -> Rules:
    known = _rules.get(stamp)
    if known is None:
        known = rules_now()
        _rules.clear()
        _rules[stamp] = known
    return known


def _stamp_forget() -> None:
    try:
        cache.delete(STAMP)
    except CACHE_AWAY:
        logger.warning("The cache is away; a rule of visibility counts a few seconds later.")


def _stamp() -> str | None:
    """Return what names the rules as they are; None while the cache is away.

    It is there before the rules are read, so that a change meanwhile takes them away again.
    """
    try:
        known = cache.get(STAMP)
        if known is None:
            known = new_uuid()
            cache.set(STAMP, known, STAMP_SECONDS)
    except CACHE_AWAY:
        return None
    return str(known)
