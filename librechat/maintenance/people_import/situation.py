"""What is here already, as far as rows of a table of people need to know; few queries for many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from accounts.access.capabilities import capabilities_given, capabilities_granted, covers
from accounts.models import (
    ADMIN,
    INVITE,
    USER,
    Grant,
    Group,
    GroupMember,
    OneTimeToken,
    PrincipalType,
    Role,
    User,
)
from billing.models import Balance, Transaction
from billing.services.rules import balance_rules
from librechat.kernel import clock
from librechat.maintenance.people_import.entries import Entry
from librechat.maintenance.people_import.options import Options

AT_ONCE = 500


def booking_key(digest: str) -> str:
    """Return by which name credits of a file are booked; the same file adds them once."""
    return f"people:{digest[:24]}"


@dataclass(slots=True)
class Situation:
    """The people, groups, roles and invitations that rows name, and what the actor may do.

    usernames: user name → address. memberships: id of a person → names of their groups.
    invites: address → what its open invitation gives. booked: ids of people who got their
    credits from this file. own: id of a person → credits. singled_out: ids of people who were
    given capabilities beside those of their role.
    """

    actor: User
    options: Options
    granted: frozenset[str]
    users: dict[str, User] = field(default_factory=dict)
    usernames: dict[str, str] = field(default_factory=dict)
    memberships: dict[str, set[str]] = field(default_factory=dict)
    groups: dict[str, list[Group]] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()
    invites: dict[str, dict[str, object]] = field(default_factory=dict)
    booked: set[str] = field(default_factory=set)
    own: dict[str, int] = field(default_factory=dict)
    singled_out: set[str] = field(default_factory=set)
    _ranks: dict[tuple[str, str], bool] = field(default_factory=dict)
    _balances: dict[str, bool] = field(default_factory=dict)

    def may(self, capability: str) -> bool:
        """Return whether the actor has a capability."""
        return covers(self.granted, [capability])

    def outranks_holders(self, kind: PrincipalType, principal_id: str) -> bool:
        """Return whether the actor has whatever a role or group brings."""
        key = (str(kind), principal_id)
        if key not in self._ranks:
            self._ranks[key] = covers(self.granted, capabilities_given(kind, principal_id))
        return self._ranks[key]

    def outranks(self, user: User) -> bool:
        """Return whether the actor has whatever a person has."""
        if user.pk in self.singled_out:
            return covers(self.granted, capabilities_granted(user))
        return self.outranks_holders(PrincipalType.ROLE, user.role)

    def has_balance(self, role: str) -> bool:
        """Return whether balances are on for newcomers of a role."""
        if role not in self._balances:
            self._balances[role] = balance_rules(User(role=role)).enabled
        return self._balances[role]


def situation_of(
    entries: Iterable[Entry], *, actor: User, options: Options, digest: str
) -> Situation:
    """Return what these rows meet."""
    found = Situation(actor, options, capabilities_granted(actor))
    found.roles = frozenset({ADMIN, USER, *Role.objects.values_list("name", flat=True)})
    sound = [entry for entry in entries if not entry.problem]
    for start in range(0, len(sound), AT_ONCE):
        _load(found, sound[start : start + AT_ONCE], digest)
    return found


def _load(found: Situation, entries: Sequence[Entry], digest: str) -> None:
    emails = [entry.email for entry in entries]
    users = list(User.objects.filter(email__in=emails))
    found.users.update({user.email: user for user in users})
    wanted = {entry.username for entry in entries} - {""}
    taken = User.objects.filter(username__in=wanted)
    found.usernames.update(taken.values_list("username", "email"))
    names = {name for entry in entries for name in entry.groups} - set(found.groups)
    for group in Group.objects.filter(name__in=names):
        found.groups.setdefault(group.name, []).append(group)
    _load_invites(found, emails)
    if users:
        _load_people(found, [user.pk for user in users], digest)


def _load_invites(found: Situation, emails: Sequence[str]) -> None:
    usable = OneTimeToken.objects.filter(purpose=INVITE, used_at=None, expires_at__gt=clock.now())
    found.invites.update(usable.filter(email__in=emails).values_list("email", "data"))


def _load_people(found: Situation, ids: Sequence[str], digest: str) -> None:
    members = GroupMember.objects.filter(user__in=ids)
    for user_id, name in members.values_list("user_id", "group__name"):
        found.memberships.setdefault(user_id, set()).add(name)
    own = Grant.objects.filter(principal_type=PrincipalType.USER, principal_id__in=ids)
    found.singled_out.update(own.values_list("principal_id", flat=True))
    grown = Grant.objects.filter(principal_type=PrincipalType.GROUP).values("principal_id")
    inside = members.filter(group_id__in=grown)
    found.singled_out.update(inside.values_list("user_id", flat=True))
    keys = {f"admin:{booking_key(digest)}:{user_id}": user_id for user_id in ids}
    booked = Transaction.objects.filter(key__in=keys).values_list("key", flat=True)
    found.booked.update(keys[key] for key in booked)
    for balance in Balance.objects.filter(user__in=ids):
        found.own[balance.user_id] = balance.own_credits
