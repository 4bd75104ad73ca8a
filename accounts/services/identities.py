"""Who somebody from another provider is here.

An identity is found by the provider's own id for it. Only when the provider confirms the e-mail
address, an account of the same provider that has no id yet is found by address, as accounts
moved in from LibreChat are. An account that signs in another way is never taken over.
"""

import hashlib
import logging
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.errors import (
    DomainNotAllowedError,
    EmailMissingError,
    EmailNotVerifiedError,
    ProviderMismatchError,
    RegistrationClosedError,
)
from accounts.limits.caller import Caller
from accounts.models import ADMIN, USER, Role, User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.memberships import memberships_set
from accounts.services.people import role_change
from accounts.services.registration import domain_allowed, email_problems
from accounts.signals import user_registered

logger = logging.getLogger(__name__)

ADDRESS_LENGTH = 254
NAME_LENGTH = 80
AVATAR_LENGTH = 512
EXTERNAL_ID_LENGTH = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a provider says somebody is.

    uid: the provider's id for the person. email_verified: what it says of the address; None when
    it says nothing. is_admin, role, groups: what it decides here; None when it does not.
    profile: what is kept to show people which account is linked.
    """

    method: str
    uid: str
    email: str = ""
    email_verified: bool | None = None
    name: str = ""
    username: str = ""
    avatar: str = ""
    external_id: str = ""
    is_admin: bool | None = None
    role: str | None = None
    groups: Sequence[str] | None = None
    profile: Mapping[str, str] = field(default_factory=dict)


def issued_uid(issuer: str, subject: str) -> str:
    """Return an id for a subject that another issuer cannot claim."""
    return hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()


def identity_user(*, identity: Identity, caller: Caller, may_register: bool) -> User:
    """Return the person behind an identity: known, found by address, or added now.

    may_register: whether newcomers are accepted; the very first person always is.

    Raises:
        ProviderMismatchError: the address belongs to an account that signs in another way.
        DomainNotAllowedError, RegistrationClosedError, EmailMissingError, EmailNotVerifiedError:
            there is no account, and none can be added.
    """
    try:
        return _found_or_added(identity, caller, may_register)
    except IntegrityError:  # the same person arrived twice at once
        return _found_or_added(identity, caller, may_register)


@transaction.atomic
def _found_or_added(identity: Identity, caller: Caller, may_register: bool) -> User:
    if identity.email and not domain_allowed(identity.email):
        raise DomainNotAllowedError(_("The e-mail address cannot be used here."))
    user = _by_id(identity) or _by_address(identity, caller)
    if user is None:
        user = _added(identity, caller, may_register)
    elif user.is_active:
        _refresh(user, identity, caller)
    if identity.groups is not None:
        memberships_set(
            user=user,
            source=identity.method,
            names=identity.groups,
            caller=caller,
        )
    return user


def _by_id(identity: Identity) -> User | None:
    account = (
        SocialAccount.objects.select_related("user")
        .filter(provider=identity.method, uid=identity.uid)
        .first()
    )
    if account is None:
        return None
    account.extra_data = dict(identity.profile)
    account.save(update_fields=["extra_data", "last_login"])
    return User.objects.get(pk=account.user_id)


def _by_address(identity: Identity, caller: Caller) -> User | None:
    user = User.objects.filter(email=identity.email.lower()).first() if identity.email else None
    if user is None:
        return None
    is_linked = SocialAccount.objects.filter(user=user, provider=identity.method).exists()
    if user.provider != identity.method or is_linked or identity.email_verified is not True:
        raise ProviderMismatchError(
            _(
                "There is an account with this e-mail address that signs in another way. Sign"
                " in the way you did before."
            ),
        )
    _link(user, identity)
    _record("identity.linked", user, identity, caller)
    return user


def _added(identity: Identity, caller: Caller, may_register: bool) -> User:
    if not may_register and User.objects.exists():
        raise RegistrationClosedError(_("New accounts are not accepted here."))
    if not _is_address(identity.email):
        raise EmailMissingError("The provider did not tell an e-mail address.")
    if identity.email_verified is False and not settings.ALLOW_UNVERIFIED_EMAIL_LOGIN:
        raise EmailNotVerifiedError(
            _("The e-mail address is not confirmed at the provider. Confirm it there first."),
        )
    user = User(
        email=identity.email.lower(),
        name=_plain(identity.name) or _plain(identity.username),
        username=_plain(identity.username).lower(),
        avatar=_avatar(identity.avatar),
        provider=identity.method,
        role=_role_of_newcomer(identity),
        external_id=identity.external_id[:EXTERNAL_ID_LENGTH],
        email_verified=identity.email_verified is not False,
    )
    user.set_unusable_password()
    user.save(force_insert=True)
    _link(user, identity)
    user_registered.send(sender=User, user=user)
    _record("account.registered", user, identity, caller)
    return user


def _role_of_newcomer(identity: Identity) -> str:
    if not User.objects.exists():
        # Two first people at once: the second waits here until the first is committed.
        Role.objects.get_or_create(name=ADMIN)
        Role.objects.select_for_update().get(name=ADMIN)
        if not User.objects.exists():
            return ADMIN
    return ADMIN if identity.is_admin else _known_role(identity.role)


def _known_role(name: str | None) -> str:
    if name in {None, USER} or Role.objects.filter(name=name).exists():
        return name or USER
    logger.warning("A provider gives a role that does not exist here.", extra={"role": name})
    return USER


def _link(user: User, identity: Identity) -> None:
    SocialAccount.objects.create(
        user=user,
        provider=identity.method,
        uid=identity.uid,
        extra_data=dict(identity.profile),
    )


def _refresh(user: User, identity: Identity, caller: Caller) -> None:
    fields = {
        "name": _plain(identity.name) or user.name,
        "avatar": user.avatar if _is_own(user.avatar) else _avatar(identity.avatar) or user.avatar,
        "external_id": identity.external_id[:EXTERNAL_ID_LENGTH] or user.external_id,
        "email": _address(user, identity),
    }
    changed = [name for name, value in fields.items() if getattr(user, name) != value]
    if changed:
        for name in changed:
            setattr(user, name, fields[name])
        user.save(update_fields=[*changed, "updated_at"])
    if "email" in changed:
        _record("account.email_changed", user, identity, caller)
    _role_follow(user, identity, caller)


def _address(user: User, identity: Identity) -> str:
    """Return the person's address: the provider's, once it is confirmed there and free here."""
    new = identity.email.lower()
    is_theirs = identity.email_verified is True and user.provider == identity.method
    if not is_theirs or not _is_address(new):
        return user.email
    return user.email if User.objects.exclude(pk=user.pk).filter(email=new).exists() else new


def _role_follow(user: User, identity: Identity, caller: Caller) -> None:
    role = user.role
    if identity.is_admin:
        role = ADMIN
    elif role != ADMIN or identity.is_admin is False:
        role = _known_role(identity.role) if identity.role else USER if role == ADMIN else role
    if role == user.role:
        return
    others = User.objects.exclude(pk=user.pk).filter(role=ADMIN, is_active=True)
    if user.role == ADMIN and not others.exists():
        logger.warning("The last administrator lacks the provider's role and stays one.")
        return
    role_change(user=user, role=role, caller=caller)


def _is_address(email: str) -> bool:
    return len(email) <= ADDRESS_LENGTH and not email_problems(email)


def _plain(text: str) -> str:
    letters = (letter for letter in text if unicodedata.category(letter) not in {"Cc", "Cs", "Cf"})
    return "".join(letters).strip()[:NAME_LENGTH]


def _avatar(url: str) -> str:
    """Return the address of a picture: it is shown from there, never fetched by the server."""
    is_shown = urlsplit(url).scheme == "https" and len(url) <= AVATAR_LENGTH
    return url if is_shown else ""


def _is_own(avatar: str) -> bool:
    return parse_qs(urlsplit(avatar).query).get("manual") == ["true"]


def _record(action: str, user: User, identity: Identity, caller: Caller) -> None:
    audit_record(
        Act(
            category="account",
            action=action,
            actor=user,
            target=Target.person(user),
            metadata={"method": identity.method},
            caller=caller,
        ),
    )
