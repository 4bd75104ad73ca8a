"""Bringing every account of the directory up to date at once, and ending those that are gone."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.errors import DirectorySyncRefusedError, LastAdminError, ProviderMismatchError
from accounts.models import AuditEvent, GroupMember, User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.directory import (
    LDAP,
    DirectoryPerson,
    account_changes,
    account_follow,
    account_ids,
    account_of,
    group_keys,
    groups_follow,
    role_wanted,
)
from accounts.services.people import user_disable, user_enable
from accounts.services.registration import domain_allowed

GONE = "account.left_directory"
BACK = "account.back_in_directory"

Pair = tuple[User, DirectoryPerson]


@dataclass(slots=True)
class SyncReport:
    """What a sync did, or would do on a dry run; people by their e-mail address.

    found: how many the directory knows. newcomers: how many of them never signed in here.
    kept: who could not be changed, and why.
    """

    dry_run: bool = False
    found: int = 0
    newcomers: int = 0
    unchanged: int = 0
    updated: list[str] = field(default_factory=list)
    enabled: list[str] = field(default_factory=list)
    disabled: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """Return the length of everything."""
        return {
            name: value if isinstance(value, int) else len(value)
            for name, value in asdict(self).items()
            if name != "dry_run"
        }

    def text(self) -> str:
        """Return the report in words, one line each."""
        return "\n".join(
            [
                *(f"disabled: {email}" for email in self.disabled),
                *(f"kept: {email}: {why}" for email, why in self.kept.items()),
                *(f"{name}: {count}" for name, count in self.counts().items()),
                *(["Nothing was changed: this was a dry run."] if self.dry_run else []),
            ],
        )


def directory_sync(
    people: Iterable[DirectoryPerson],
    *,
    dry_run: bool = False,
    force: bool = False,
    relink: bool = False,
) -> SyncReport:
    """Let the accounts of the directory follow it: names, addresses, groups, roles.

    Accounts that are no longer in it, or may no longer come in, are disabled; those that a sync
    disabled are enabled again when they are back. Nobody is added: that happens at a sign-in.

    people: everybody in the directory. Nothing is changed before all of them are read.
    relink: find accounts whose id is gone by their address, once, after the id was changed.

    Raises:
        DirectorySyncRefusedError: more than half would be disabled, which looks like a mistake
            in a setting; nothing was changed.
    """
    report = SyncReport(dry_run=dry_run)
    everybody = list(people)
    pairs, here = _matched(everybody, _moved(everybody) if relink else {}, report)
    active = list(User.objects.filter(provider=LDAP, is_active=True).order_by("email"))
    gone = [user for user in active if user.pk not in here]
    if len(gone) * 2 > len(active) and not force:
        raise DirectorySyncRefusedError(
            _(
                "%(gone)s of %(active)s accounts are not in the directory and would be"
                " disabled. Nothing was changed. Check the search base and the filter, or use"
                " --force."
            )
            % {"gone": len(gone), "active": len(active)},
            gone=len(gone),
            active=len(active),
        )
    for user, person in pairs.values():
        _follow(user, person, report)
    for user in gone:
        _end(user, report)
    if not dry_run:
        audit_record(Act(category="account", action="directory.synced", metadata=report.counts()))
    return report


def _moved(people: Sequence[DirectoryPerson]) -> dict[str, User]:
    """Return accounts whose id is gone, by the new id of the only person with their address."""
    ids = {str(person.fields()["external_id"]) for person in people}
    count = Counter(person.email for person in people if person.has_mail)
    by_email = {person.email: person for person in people if count[person.email] == 1}
    gone = User.objects.filter(provider=LDAP).exclude(external_id="")
    return {
        by_email[user.email].id: user
        for user in gone
        if user.external_id not in ids and user.email in by_email
    }


def _matched(
    people: Sequence[DirectoryPerson],
    moved: Mapping[str, User],
    report: SyncReport,
) -> tuple[dict[str, Pair], set[str]]:
    """Return the accounts of those who may come in, by id, and the ids of all that stay."""
    pairs: dict[str, Pair] = {}
    stay: set[str] = set()
    for person in people:
        report.found += 1
        may_come = person.is_allowed and domain_allowed(person.email)
        try:
            user = moved.get(person.id) or account_of(person)
        except ProviderMismatchError as exc:
            report.kept[person.email] = exc.message
            stay.update(account_ids(person) if may_come else ())
            continue
        if user is None:
            report.newcomers += 1
        elif may_come:
            pairs.setdefault(user.pk, (user, person))
    return pairs, stay | set(pairs)


def _follow(user: User, person: DirectoryPerson, report: SyncReport) -> None:
    is_back, email = not user.is_active and _was_ended_by_sync(user), user.email
    try:
        changed = _differs(user, person) if report.dry_run else _apply(user, person, is_back)
    except IntegrityError:
        report.kept[email] = f"Somebody else has the address {person.email} already."
        return
    if is_back:
        report.enabled.append(person.email)
    elif changed:
        report.updated.append(person.email)
    else:
        report.unchanged += 1


@transaction.atomic
def _apply(user: User, person: DirectoryPerson, is_back: bool) -> bool:
    if is_back:
        user_enable(user=user)
        audit_record(Act(category="account", action=BACK, target=Target.person(user)))
    has_changed = account_follow(user=user, person=person, caller=None)
    return groups_follow(user=user, groups=person.groups, caller=None) or has_changed


def _differs(user: User, person: DirectoryPerson) -> bool:
    if account_changes(user, person) or role_wanted(user, person) != user.role:
        return True
    if person.groups is None:
        return False
    inside = GroupMember.objects.filter(user=user, group__source=LDAP)
    return set(inside.values_list("group__external_id", flat=True)) != group_keys(person.groups)


def _end(user: User, report: SyncReport) -> None:
    if not report.dry_run:
        try:
            with transaction.atomic():
                user_disable(user=user)
                audit_record(
                    Act(
                        category="account",
                        action=GONE,
                        severity="warning",
                        target=Target.person(user),
                    ),
                )
        except LastAdminError as exc:
            report.kept[user.email] = exc.message
            return
    report.disabled.append(user.email)


def _was_ended_by_sync(user: User) -> bool:
    """Return whether a sync, and nobody after it, disabled the account."""
    acts = ("account.disabled", "account.enabled", GONE)
    events = AuditEvent.objects.filter(target_type="user", target_id=user.pk, action__in=acts)
    last = events.order_by("-sequence").first()
    return last is not None and last.action == GONE
