"""Invitations: a link that lets one address register, also while registration is closed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.access.capabilities import rank_require
from accounts.access.permissions import role_exists
from accounts.life_errors import AddressTakenError, InvalidInviteError
from accounts.limits.caller import Caller
from accounts.models import (
    INVITE,
    USER,
    Group,
    GroupMember,
    OneTimeToken,
    PrincipalType,
    User,
)
from accounts.models.group import LOCAL
from accounts.services.audit import Act, Target, audit_record
from accounts.services.mail import mail_is_configured, mail_send, mail_send_now
from accounts.services.one_time import one_time_issue, one_time_usable, one_time_use
from accounts.services.registration import email_problems
from accounts.signals import group_changed
from librechat.kernel.errors import AppError, InvalidInputError

LIFETIME = timedelta(days=7)
MOST_AT_ONCE = 500
# In an invitation's data: what an app above owes to whoever uses it; gone once it was given.
OWED = "credits"
REFUSAL = gettext_noop("This invitation is invalid, has expired, or is for another address.")


@dataclass(frozen=True, slots=True)
class Invite:
    """What an invitation gives to whoever registers with it."""

    row: OneTimeToken

    @property
    def email(self) -> str:
        """The address it is for."""
        return self.row.email

    @property
    def role(self) -> str:
        """The role its owner gets; one that is gone counts as USER."""
        role = str(self.row.data.get("role", USER))
        return role if role_exists(role) else USER


@dataclass(frozen=True, slots=True)
class Invited:
    """What became of several addresses.

    links: address → the link of its invitation. refused: address → why it was not invited.
    """

    links: dict[str, str]
    refused: dict[str, str]


def invite_make(
    *,
    email: str,
    role: str = USER,
    groups: Iterable[str] = (),
    actor: User | None = None,
    caller: Caller | None = None,
    is_waited_for: bool = False,
) -> str:
    """Mail an invitation and return its link, to hand over where no mail is set up.

    groups: names of groups. An older invitation of the address stops working.
    is_waited_for: send the mail before returning, so that a failure can be told.

    Raises:
        InvalidInputError: no address, or no such role or group.
        AddressTakenError: the address has an account.
        MailFailedError: only when waited for; the invitation exists.
    """
    address = email.strip().lower()
    if email_problems(address):
        raise InvalidInputError(_("This is not an e-mail address."))
    if User.objects.filter(email=address).exists():
        raise AddressTakenError(_("%(address)s has an account.") % {"address": address})
    if not role_exists(role):
        raise InvalidInputError(_("There is no role %(role)s.") % {"role": f"{role!r}"})
    names = list(groups)
    found = dict(Group.objects.filter(name__in=names).values_list("name", "pk"))
    missing = [name for name in names if name not in found]
    if missing:
        raise InvalidInputError(
            _("There is no group %(missing)s.") % {"missing": f"{missing[0]!r}"}
        )
    with transaction.atomic():
        token = one_time_issue(
            purpose=INVITE,
            lifetime=LIFETIME,
            user=None,
            email=address,
            data={
                "role": role,
                "groups": sorted(found.values()),
                "by": actor.pk if actor else "",
            },
        )
        link = f"{settings.DOMAIN_CLIENT}/register?{urlencode({'token': token})}"
        _record("invite.made", actor, address, caller, role=role, groups=names)
        if not is_waited_for:
            mail_send(template="invite", to=address, context={"link": link})
    if is_waited_for and mail_is_configured():
        mail_send_now(template="invite", to=address, context={"link": link})
    return link


def invites_make(
    *,
    emails: Iterable[str],
    role: str,
    groups: Sequence[Group],
    actor: User,
    caller: Caller | None = None,
) -> Invited:
    """Invite several addresses at once; what is wrong with one spares the others.

    Raises:
        ForbiddenError: the role or a group brings what the actor does not have.
        InvalidInputError: no address, too many, or a group that a directory decides about.
    """
    addresses = list(dict.fromkeys(text.strip().lower() for text in emails if text.strip()))
    if not 0 < len(addresses) <= MOST_AT_ONCE:
        words = {"n": MOST_AT_ONCE}
        raise InvalidInputError(_("Name one to %(n)s addresses. Nobody was invited.") % words)
    rank_require(actor, PrincipalType.ROLE, role)
    for group in groups:
        if group.source != LOCAL:
            raise InvalidInputError(
                _("A directory decides who is in %(name)s. Nobody was invited.")
                % {"name": group.name},
            )
        rank_require(actor, PrincipalType.GROUP, group.pk)
    names = [group.name for group in groups]
    links: dict[str, str] = {}
    refused: dict[str, str] = {}
    for address in addresses:
        try:
            links[address] = invite_make(
                email=address,
                role=role,
                groups=names,
                actor=actor,
                caller=caller,
            )
        except AppError as exc:
            refused[address] = exc.message
    return Invited(links, refused)


def invite_resend(*, row: OneTimeToken, actor: User, caller: Caller | None = None) -> str:
    """Mail an invitation again, with everything it gives, and return its new link.

    The link sent before stops working.

    Raises:
        InvalidInviteError: it is no invitation, or was used.
        ForbiddenError: it brings what the actor does not have.
        AddressTakenError: the address has an account by now.
    """
    if row.purpose != INVITE or row.used_at is not None:
        raise InvalidInviteError(_(REFUSAL))
    groups = list(Group.objects.filter(pk__in=row.data.get("groups", [])))
    role = Invite(row).role
    rank_require(actor, PrincipalType.ROLE, role)
    for group in groups:
        rank_require(actor, PrincipalType.GROUP, group.pk)
    names = [group.name for group in groups]
    with transaction.atomic():
        link = invite_make(email=row.email, role=role, groups=names, actor=actor, caller=caller)
        fresh = OneTimeToken.objects.get(purpose=INVITE, email=row.email, used_at=None)
        # What apps above promised with it, and who did, stays as it was.
        fresh.data = {**fresh.data, **row.data, "role": role, "groups": fresh.data["groups"]}
        fresh.save(update_fields=["data"])
    return link


def invite_withdraw(*, row: OneTimeToken, actor: User, caller: Caller | None = None) -> None:
    """Take an invitation back; its link stops working.

    Raises:
        InvalidInviteError: it is no invitation, or was used a moment ago.
    """
    with transaction.atomic():
        waiting = OneTimeToken.objects.filter(pk=row.pk, purpose=INVITE, used_at=None)
        if not waiting.delete()[0]:
            raise InvalidInviteError(_(REFUSAL))
        _record("invite.withdrawn", actor, row.email, caller)


def invite_find(*, token: object) -> Invite:
    """Return an invitation.

    Raises:
        InvalidInviteError: it is unknown, used or too old.
    """
    row = one_time_usable(purpose=INVITE, token=token).first()
    if row is None:
        raise InvalidInviteError(_(REFUSAL))
    return Invite(row)


def invite_use(*, invite: Invite, user: User) -> None:
    """Let a new person into the groups of their invitation; call it in their transaction.

    Raises:
        InvalidInviteError: it was used a moment ago, or is for another address.
    """
    if user.email != invite.email or not one_time_use(invite.row):
        raise InvalidInviteError(_(REFUSAL))
    # By the person, not by the address: addresses change hands.
    OneTimeToken.objects.filter(pk=invite.row.pk).update(user=user)
    groups = Group.objects.filter(pk__in=invite.row.data.get("groups", []))
    added = [GroupMember(group=group, user=user) for group in groups]
    GroupMember.objects.bulk_create(added)
    if added:
        group_changed.send(sender=User, user=user)
    _record("invite.used", user, user.email, None, role=user.role)


def _record(
    action: str,
    actor: User | None,
    email: str,
    caller: Caller | None,
    **metadata: object,
) -> None:
    target = Target("invite", "", email)
    audit_record(
        Act(
            category="account",
            action=action,
            actor=actor,
            target=target,
            metadata=metadata,
            caller=caller,
        ),
    )
