"""What a row would do: decided from what is here, written nowhere."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import USER, Group, PrincipalType, User
from accounts.models.group import LOCAL
from accounts.services.people import is_last_admin
from billing.services.rules import balance_rules
from librechat.kernel.errors import InvalidInputError
from librechat.maintenance.people_import.entries import CREDITS_PER_USD, Entry
from librechat.maintenance.people_import.options import ADD, INVITE, NEW_ONLY, SET
from librechat.maintenance.people_import.situation import Situation

MADE, INVITED, CHANGED, SAME, REFUSED = "made", "invited", "changed", "same", "refused"
OUTCOMES = (MADE, INVITED, CHANGED, SAME, REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What becomes of a row.

    outcome: one of OUTCOMES. role, groups, credits, fields, is_active: what is given; blank,
    empty, zero and None give nothing. problem: why it is refused.
    """

    entry: Entry
    outcome: str
    user: User | None = None
    role: str = ""
    groups: tuple[str, ...] = ()
    credits: int = 0
    fields: dict[str, str] = field(default_factory=dict)
    is_active: bool | None = None
    problem: str = ""

    def words(self) -> list[str]:
        """Say what is given, for a table."""
        if self.problem:
            return [self.problem]
        said = [f"{name}: {value}" for name, value in self.fields.items()]
        if self.role:
            said.append(_("role %(role)s") % {"role": self.role})
        if self.groups:
            said.append(_("groups %(groups)s") % {"groups": ", ".join(self.groups)})
        if self.credits:
            amount = f"${self.credits / CREDITS_PER_USD:,.2f}"
            said.append(_("balance %(amount)s") % {"amount": amount})
        if self.is_active is not None:
            said.append(_("switched on") if self.is_active else _("switched off"))
        return said


def steps_planned(entries: Iterable[Entry], situation: Situation) -> Iterator[Step]:
    """Yield what becomes of each row, as things stand."""
    for entry in entries:
        try:
            yield _planned(entry, situation)
        except InvalidInputError as refused:
            yield Step(entry=entry, outcome=REFUSED, problem=refused.message)


def _planned(entry: Entry, situation: Situation) -> Step:
    if entry.problem:
        raise InvalidInputError(entry.problem)
    if entry.username and situation.usernames.get(entry.username, entry.email) != entry.email:
        raise InvalidInputError(_("The user name belongs to somebody else."))
    user = situation.users.get(entry.email)
    if user is None:
        return _newcomer(entry, situation)
    return _known(entry, user, situation)


def _newcomer(entry: Entry, situation: Situation) -> Step:
    role = entry.role or USER
    _role_check(role, situation)
    _groups_check(entry.groups, situation)
    if entry.credits:
        _credits_check(situation, is_on=situation.has_balance(role))
    if situation.options.newcomers == INVITE and not entry.password:
        return _invitation(entry, role, situation)
    if not entry.password and not settings.ALLOW_PASSWORD_RESET:
        raise InvalidInputError(
            _("Nobody could set a password: password reset is off. Invite, or give a password.")
        )
    return Step(
        entry=entry,
        outcome=MADE,
        role=role,
        groups=entry.groups,
        credits=entry.credits,
        is_active=False if entry.is_active is False else None,
    )


def _invitation(entry: Entry, role: str, situation: Situation) -> Step:
    if entry.is_active is False:
        raise InvalidInputError(_("Who is invited is active. Give a password, or make accounts."))
    present = situation.invites.get(entry.email, {})
    groups = [situation.groups.get(name, []) for name in entry.groups]
    keys = sorted(group.pk for found in groups for group in found)
    offered = (present.get("role"), present.get("groups", []), present.get("credits", 0))
    if all(groups) and offered == (role, keys, entry.credits):
        return Step(entry=entry, outcome=SAME)
    return Step(
        entry=entry,
        outcome=INVITED,
        role=role,
        groups=entry.groups,
        credits=entry.credits,
    )


def _known(entry: Entry, user: User, situation: Situation) -> Step:
    fields = {
        name: value
        for name, value in (("name", entry.name), ("username", entry.username))
        if value and value != getattr(user, name)
    }
    inside = situation.memberships.get(user.pk, set())
    step = Step(
        entry=entry,
        outcome=CHANGED,
        user=user,
        role=entry.role if entry.role != user.role else "",
        groups=tuple(name for name in entry.groups if name not in inside),
        credits=_credits_for(entry, user, situation),
        fields=fields,
        is_active=entry.is_active if entry.is_active != user.is_active else None,
    )
    if not step.words():
        return Step(entry=entry, outcome=SAME, user=user)
    _change_check(step, user, situation)
    return step


def _change_check(step: Step, user: User, situation: Situation) -> None:
    if not situation.outranks(user):
        raise InvalidInputError(_("This person may do what you may not."))
    if step.role:
        _role_check(step.role, situation)
    if step.role or step.is_active is False:
        if user.pk == situation.actor.pk:
            raise InvalidInputError(_("You cannot change your own role, or switch yourself off."))
        if is_last_admin(user):
            raise InvalidInputError(_("This is the last administrator."))
    _groups_check(step.groups, situation)
    if step.credits:
        _credits_check(situation, is_on=balance_rules(user).enabled)


def _credits_for(entry: Entry, user: User, situation: Situation) -> int:
    choice = situation.options.credits_for
    has_it = (
        choice == NEW_ONLY
        or (choice == ADD and user.pk in situation.booked)
        or (choice == SET and situation.own.get(user.pk) == entry.credits)
    )
    return 0 if has_it else entry.credits


def _role_check(role: str, situation: Situation) -> None:
    if role not in situation.roles:
        raise InvalidInputError(_("There is no role “%(role)s”.") % {"role": role[:64]})
    if not situation.outranks_holders(PrincipalType.ROLE, role):
        raise InvalidInputError(_("The role brings capabilities that you do not have yourself."))


def _groups_check(names: Iterable[str], situation: Situation) -> None:
    for name in names:
        found = situation.groups.get(name, [])
        if len(found) > 1:
            text = _("There are several groups “%(group)s”.")
        elif found:
            text = _group_problem(found[0], situation)
        elif not situation.options.makes_groups:
            text = _("There is no group “%(group)s”.")
        elif not situation.may("manage:groups"):
            text = _("There is no group “%(group)s”, and you may not make groups.")
        else:
            continue
        if text:
            raise InvalidInputError(text % {"group": name})


def _group_problem(group: Group, situation: Situation) -> str:
    if group.source != LOCAL:
        return _("The group “%(group)s” is kept by a directory.")
    if not situation.outranks_holders(PrincipalType.GROUP, group.pk):
        return _("The group “%(group)s” brings capabilities that you do not have yourself.")
    return ""


def _credits_check(situation: Situation, *, is_on: bool) -> None:
    if not situation.may("manage:billing"):
        raise InvalidInputError(_("You may not give credits: manage:billing is missing."))
    if not is_on:
        raise InvalidInputError(
            _("Balances are off: switch on balance.enabled first, or take the column out.")
        )
