"""Capabilities of the system: what may be administered through the API."""

from collections.abc import Iterable

from django.utils.translation import gettext

from accounts.access.principals import held_by
from accounts.models import ADMIN, Grant, PrincipalType, User
from librechat.kernel import yaml_config
from librechat.kernel.errors import ForbiddenError

ACCESS_ADMIN = "access:admin"
READABLE = ("users", "groups", "roles", "configs", "agents", "prompts", "skills", "sharedlinks")
# Ours, beside LibreChat's names: what its contract has no word for.
OWN: tuple[str, ...] = (
    "read:billing",
    "manage:billing",
    "read:system",
    "manage:system",
    "read:moderation",
    "manage:moderation",
    "read:legal_holds",
    "manage:legal_holds",
    "read:conversations",
    "read:relay",
    "manage:relay",
)
# What the ADMIN role always has.
BASE: tuple[str, ...] = (
    ACCESS_ADMIN,
    *(f"{verb}:{area}" for area in READABLE for verb in ("read", "manage")),
    "assign:configs",
    "read:usage",
    "read:insights",
    "manage:mcpservers",
    "read:assistants",
    "manage:assistants",
    "read:audit_log",
    *OWN,
)
# What no role brings by itself, ADMIN neither: it opens nothing until it is granted.
ON_GRANT_ONLY: tuple[str, ...] = ("read:conversation_content", "read:relay_content")
ASSIGNABLE = ("user", "group", "role")


def capability_is_known(name: str) -> bool:
    """Return whether a capability exists: a base one, or one for a section of the yaml."""
    verb, _, rest = name.partition(":")
    area, _, part = rest.partition(":")
    if name in (*BASE, *ON_GRANT_ONLY) or area != "configs":
        return name in (*BASE, *ON_GRANT_ONLY)
    if verb == "assign":
        return part in ASSIGNABLE
    return verb in {"read", "manage"} and part in yaml_config.section_names()


def implying(name: str) -> frozenset[str]:
    """Return the capabilities each of which includes this one; to manage includes to read."""
    verb, _, area = name.partition(":")
    found = {name}
    if verb == "read":
        found.add(f"manage:{area}")
    whole, _, part = area.partition(":")
    if part:
        found |= implying(f"{verb}:{whole}")
    return frozenset(found)


def capabilities_granted(user: User) -> frozenset[str]:
    """Return what was granted to the person, one of their groups or their role; one query."""
    names = Grant.objects.filter(held_by(user)).values_list("capability", flat=True)
    return frozenset(names) | (frozenset(BASE) if user.role == ADMIN else frozenset())


def capabilities_grantable(user: User) -> frozenset[str]:
    """Return what the person may give to others: what they have; ADMIN also what no role has."""
    given = frozenset(ON_GRANT_ONLY) if user.role == ADMIN else frozenset()
    return capabilities_granted(user) | given


def capabilities_effective(user: User) -> list[str]:
    """Return everything the person may do, with what is included in it."""
    granted = capabilities_granted(user)
    return sorted(name for name in {*BASE, *granted} if implying(name) & granted)


def capability_allows(user: User, *names: str) -> bool:
    """Return whether the person has all of these capabilities; one query."""
    return covers(capabilities_granted(user), names)


def covers(granted: frozenset[str], names: Iterable[str]) -> bool:
    """Return whether what was granted includes all of these."""
    return all(implying(name) & granted for name in names)


def capability_require(user: User, *names: str) -> None:
    """Pass when the person has all of these capabilities.

    Raises:
        ForbiddenError: one is missing.
    """
    if not capability_allows(user, *names):
        raise ForbiddenError(gettext("Insufficient permissions"))


def capabilities_given(kind: PrincipalType, principal_id: str) -> frozenset[str]:
    """Return what a person, group or role itself was granted, without what others bring."""
    rows = Grant.objects.filter(principal_type=kind, principal_id=principal_id)
    names = frozenset(rows.values_list("capability", flat=True))
    is_admin = kind == PrincipalType.ROLE and principal_id == ADMIN
    return names | (frozenset(BASE) if is_admin else frozenset())


def outranks(actor: User, user: User) -> bool:
    """Return whether the actor has, or may give, every capability that somebody else has.

    Without this rule, whoever may manage people could take over an administrator's account.
    """
    return covers(capabilities_grantable(actor), capabilities_granted(user))


def rank_require(actor: User, kind: PrincipalType, principal_id: str) -> None:
    """Pass when the actor has every capability that a role or group brings its members.

    Without this rule, whoever may fill roles could make themselves an administrator.

    Raises:
        ForbiddenError: the actor lacks one.
    """
    if not covers(capabilities_grantable(actor), capabilities_given(kind, principal_id)):
        raise ForbiddenError(gettext("It brings capabilities that you do not have yourself."))
