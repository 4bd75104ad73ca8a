"""The account of a person whom the company's directory vouches for."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.errors import (
    DirectoryRefusedError,
    DomainNotAllowedError,
    LastAdminError,
    ProviderMismatchError,
)
from accounts.limits.caller import Caller
from accounts.models import ADMIN, USER, Group, GroupMember, Role, User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.people import role_change
from accounts.services.registration import domain_allowed
from accounts.signals import group_changed, user_registered

logger = logging.getLogger(__name__)

LDAP = "ldap"
KEY_LENGTH, NAME_LENGTH, GROUP_NAME_LENGTH = 256, 80, 128


@dataclass(frozen=True, slots=True)
class DirectoryGroup:
    """A group of the directory; ``dn`` is its full name."""

    dn: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryPerson:
    """What the directory says of somebody.

    has_mail: whether the address is a real one. groups, is_admin: None when the directory does
    not decide. is_allowed: whether this person may come in at all.
    """

    id: str
    email: str
    name: str
    username: str
    has_mail: bool = True
    groups: tuple[DirectoryGroup, ...] | None = None
    is_admin: bool | None = None
    is_allowed: bool = True

    def fields(self) -> dict[str, object]:
        """Return the columns that the directory decides."""
        return {
            "external_id": _key(self.id),
            "email": self.email,
            "name": self.name[:NAME_LENGTH],
            "username": self.username[:NAME_LENGTH],
            "email_verified": True,
        }


def directory_user(*, person: DirectoryPerson, caller: Caller) -> User:
    """Return the account of a person, added or brought up to date.

    The first person of an empty database becomes ADMIN, unless a group names the administrators.

    Raises:
        DirectoryRefusedError: the person is not in the group that may come in.
        DomainNotAllowedError: the address is of a domain that is not accepted.
        ProviderMismatchError: the address belongs to an account that signs in another way.
    """
    if not person.is_allowed:
        raise DirectoryRefusedError(
            _(
                "Your password is right, but your account in the directory may not use this"
                " site. Ask its administrators."
            ),
        )
    if not domain_allowed(person.email):
        raise DomainNotAllowedError(_("The e-mail address cannot be used here."))
    try:
        return _stored(person, caller)
    except IntegrityError:  # the same person arrived twice at once
        return _stored(person, caller)


@transaction.atomic
def _stored(person: DirectoryPerson, caller: Caller) -> User:
    user = account_of(person)
    if user is None:
        user = _add(person, caller)
    else:
        account_follow(user=user, person=person, caller=caller)
    groups_follow(user=user, groups=person.groups, caller=caller)
    return user


def account_of(person: DirectoryPerson) -> User | None:
    """Return the account of a person, found by the directory's id.

    Found by address is only an account of the directory that has no id yet, as accounts moved
    in from elsewhere are: people can often change their address in a directory themselves.

    Raises:
        ProviderMismatchError: the address belongs to another account.
    """
    known = _known(person).first()
    holder = User.objects.filter(email=person.email).first()
    if holder is None or holder == known:
        return known
    is_free = holder.provider == LDAP and not holder.external_id
    if known or not is_free or not person.has_mail:
        raise ProviderMismatchError(
            _(
                "Your e-mail address belongs to another account here, which signs in another"
                " way. Sign in the way you did before, or ask the administrators."
            ),
        )
    return holder


def account_ids(person: DirectoryPerson) -> set[str]:
    """Return the primary key of the account with the directory's id for a person, if any."""
    return set(_known(person).values_list("pk", flat=True))


def _known(person: DirectoryPerson) -> QuerySet[User]:
    return User.objects.filter(provider=LDAP, external_id=_key(person.id))


def account_changes(user: User, person: DirectoryPerson) -> dict[str, object]:
    """Return the columns that differ from what the directory says: name → what it says."""
    return {name: value for name, value in person.fields().items() if getattr(user, name) != value}


def account_follow(*, user: User, person: DirectoryPerson, caller: Caller | None) -> bool:
    """Overwrite an account with what the directory says, its role too; return what changed."""
    changes = account_changes(user, person)
    if changes:
        before = {name: getattr(user, name) for name in changes}
        for name, value in changes.items():
            setattr(user, name, value)
        with transaction.atomic():
            user.save(update_fields=[*changes, "updated_at"])
            _record("account.followed_directory", user, caller, before=before, after=changes)
    return _role_follow(user, person, caller) or bool(changes)


def role_wanted(user: User, person: DirectoryPerson) -> str:
    """Return the role that the directory gives; other roles than ADMIN are not its business."""
    if person.is_admin:
        return ADMIN
    return USER if person.is_admin is False and user.role == ADMIN else user.role


def groups_follow(
    *,
    user: User,
    groups: Sequence[DirectoryGroup] | None,
    caller: Caller | None,
) -> bool:
    """Replace the person's groups of the directory; return whether any changed."""
    if groups is None:
        return False
    wanted = {_key(group.dn): group.name[:GROUP_NAME_LENGTH] for group in groups}
    with transaction.atomic():
        inside = GroupMember.objects.filter(user=user, group__source=LDAP).select_related("group")
        known = {member.group.external_id: member for member in inside}
        left = [member for key, member in known.items() if key not in wanted]
        joined = [group for group in _rows(wanted) if group.external_id not in known]
        GroupMember.objects.filter(pk__in=[member.pk for member in left]).delete()
        GroupMember.objects.bulk_create([GroupMember(group=group, user=user) for group in joined])
        if left or joined:
            names = {
                "joined": [str(group) for group in joined],
                "left": [str(m.group) for m in left],
            }
            audit_record(
                Act(
                    category="group",
                    action="group.members_mirrored",
                    target=Target.person(user),
                    metadata={"source": LDAP, **names},
                    caller=caller,
                ),
            )
            group_changed.send(sender=Group, user=user)
    return bool(left or joined)


def group_keys(groups: Sequence[DirectoryGroup]) -> set[str]:
    """Return how the rows of groups are known here."""
    return {_key(group.dn) for group in groups}


def _rows(wanted: dict[str, str]) -> list[Group]:
    """Return the rows of groups (key → name), added where missing, renamed where different."""
    rows = {
        row.external_id: row for row in Group.objects.filter(source=LDAP, external_id__in=wanted)
    }
    for key, name in wanted.items():
        row = rows.get(key)
        if row is None:
            rows[key] = Group.objects.create(source=LDAP, external_id=key, name=name)
        elif row.name != name:
            row.name = name
            row.save(update_fields=["name", "updated_at"])
    return list(rows.values())


def _add(person: DirectoryPerson, caller: Caller) -> User:
    user = User(provider=LDAP, role=_role_of_newcomer(person), **person.fields())
    user.set_unusable_password()
    user.save(force_insert=True)
    user_registered.send(sender=User, user=user)
    _record("account.registered", user, caller, method=LDAP, role=user.role)
    return user


def _role_of_newcomer(person: DirectoryPerson) -> str:
    if person.is_admin is None and not User.objects.exists():
        # Two first people at once: the second waits here until the first is committed.
        Role.objects.get_or_create(name=ADMIN)
        Role.objects.select_for_update().get(name=ADMIN)
        return USER if User.objects.exists() else ADMIN
    return ADMIN if person.is_admin else USER


def _role_follow(user: User, person: DirectoryPerson, caller: Caller | None) -> bool:
    role = role_wanted(user, person)
    if role == user.role:
        return False
    try:
        role_change(user=user, role=role, caller=caller)
    except LastAdminError:
        logger.warning("The last administrator is not in the directory's group and stays one.")
        return False
    return True


def _key(name: str) -> str:
    """Return a name as it is stored: one that is too long as its fingerprint."""
    return (
        name if len(name) <= KEY_LENGTH else f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"
    )


def _record(action: str, user: User, caller: Caller | None, **metadata: object) -> None:
    audit_record(
        Act(
            category="account",
            action=action,
            actor=user if caller else None,
            target=Target.person(user),
            metadata=metadata,
            caller=caller,
        ),
    )
