"""Accounts at other providers that sign somebody in."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.life_errors import OnlyWayInError
from accounts.limits.caller import Caller
from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from librechat.kernel.errors import NotFoundError

LABELS = {
    "apple": "Apple",
    "discord": "Discord",
    "facebook": "Facebook",
    "github": "GitHub",
    "google": "Google",
    "ldap": "LDAP",
    "openid": "OpenID",
    "saml": "SAML",
}


@dataclass(frozen=True, slots=True)
class Linked:
    """One linked account as its list shows it."""

    id: str
    provider: str
    label: str


def linked_accounts(user: User) -> list[Linked]:
    """Return the accounts linked to a person, oldest first."""
    rows = SocialAccount.objects.filter(user_id=user.pk).order_by("date_joined", "pk")
    return [_shown(row) for row in rows]


def unlink(*, user: User, linked_id: str, caller: Caller | None = None) -> Linked:
    """Take a linked account away.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
        OnlyWayInError: its owner could not sign in any more.
    """
    with transaction.atomic():
        fresh = User.objects.select_for_update().get(pk=user.pk)
        mine = SocialAccount.objects.filter(user_id=fresh.pk)
        row = mine.filter(pk=linked_id).first() if linked_id.isdecimal() else None
        if row is None:
            raise NotFoundError(_("There is no such linked account."))
        if not _has_another_way(fresh, row):
            raise OnlyWayInError(
                _("This is the only way you can sign in. Set a password or add a passkey first."),
            )
        gone = _shown(row)
        row.delete()
        if fresh.provider == gone.provider:
            User.objects.filter(pk=fresh.pk).update(provider="local")
        audit_record(
            Act(
                category="account",
                action="identity.unlinked",
                actor=user,
                target=Target.person(user),
                metadata={"provider": gone.provider},
                caller=caller,
            ),
        )
    return gone


def _has_another_way(user: User, row: SocialAccount) -> bool:
    has_password = settings.ALLOW_EMAIL_LOGIN and user.has_usable_password()
    passkeys = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.WEBAUTHN)
    others = SocialAccount.objects.filter(user_id=user.pk).exclude(pk=row.pk)
    return has_password or passkeys.exists() or others.exists()


def _shown(row: SocialAccount) -> Linked:
    return Linked(str(row.pk), row.provider, LABELS.get(row.provider, row.provider))
