"""Writes to people: who comes, who goes, who is let in."""

from collections import Counter
from copy import copy
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.errors import (
    DomainNotAllowedError,
    InvalidRegistrationError,
    LastAdminError,
    RegistrationClosedError,
)
from accounts.limits.caller import Caller
from accounts.models import ADMIN, USER, Role, User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.invites import Invite, invite_find, invite_use
from accounts.services.legal_holds import legal_hold_refuse
from accounts.services.mail import mail_is_configured
from accounts.services.registration import Registration, domain_allowed, registration_open
from accounts.services.sessions import epoch_raise, sessions_close
from accounts.services.verification import verification_send
from accounts.signals import user_deleted, user_registered
from librechat.kernel import clock

UNVERIFIED_LIFETIME = timedelta(days=7)


def user_register(
    registration: Registration,
    *,
    caller: Caller | None = None,
) -> User | None:
    """Add a person; the first of an empty database becomes ADMIN.

    With mail the address must be confirmed, unless an invitation was sent to it.
    Returns None when the address is taken: doors answer exactly as for a new account, and the
    work done is the same, so that nobody can find out who has one.

    Raises:
        RegistrationClosedError: newcomers are not accepted.
        InvalidInviteError: there is no such invitation, or it is for another address.
        InvalidRegistrationError: the form has mistakes.
        DomainNotAllowedError: the address is of a domain that is not accepted.
    """
    invite = invite_find(token=registration.invite) if registration.invite else None
    if invite is None and not registration_open():
        raise RegistrationClosedError(_("Registration is not allowed."))
    problems = registration.problems()
    if problems:
        text = " ".join(f"{field}: {line}" for field, lines in problems.items() for line in lines)
        raise InvalidRegistrationError(text, problems=problems)
    email = str(registration.email).strip().lower()
    if not domain_allowed(email):
        raise DomainNotAllowedError(_("The e-mail address cannot be used here."))
    is_verified = invite is not None or not mail_is_configured()
    is_lasting = is_verified or settings.ALLOW_UNVERIFIED_EMAIL_LOGIN
    user = User(
        email=email,
        name=str(registration.name).strip(),
        username=str(registration.username or "").strip().lower(),
        email_verified=is_verified,
        unverified_until=None if is_lasting else clock.now() + UNVERIFIED_LIFETIME,
        password=make_password(str(registration.password)),
    )
    try:
        with transaction.atomic():
            user.role = _role_of_newcomer(invite)
            user.save(force_insert=True)
            if invite is not None:
                invite_use(invite=invite, user=user)
            elif not is_verified:
                verification_send(user=user, email=email)
            user_registered.send(sender=User, user=user)
            _record("account.registered", user, actor=user, caller=caller)
    except IntegrityError:
        if not User.objects.filter(email=email).exists():
            raise
        return None
    return user


def _role_of_newcomer(invite: Invite | None) -> str:
    """Return the role of the person about to be added; call it inside the transaction.

    Raises:
        RegistrationClosedError: somebody else has just become the first.
    """
    if not User.objects.exists():
        # Two first registrations at once: the second waits here until the first is committed.
        Role.objects.get_or_create(name=ADMIN)
        Role.objects.select_for_update().get(name=ADMIN)
        if not User.objects.exists():
            return ADMIN
    if invite is not None:
        return invite.role
    if not settings.ALLOW_REGISTRATION:
        raise RegistrationClosedError(_("Registration is not allowed."))
    return USER


def user_add(
    *,
    email: str,
    name: str,
    password: str | None,
    role: str = USER,
    actor: User | None = None,
    caller: Caller | None = None,
    **fields: object,
) -> User:
    """Add a person on behalf of an administrator; the address counts as verified.

    fields: further columns, such as ``username`` or ``provider``.
    """
    with transaction.atomic():
        given = {"name": name, "role": role, "email_verified": True, **fields}
        user = User.objects.create_user(email, password, **given)
        user_registered.send(sender=User, user=user)
        _record("account.added", user, actor=actor, caller=caller, role=role)
    return user


def user_delete(
    *,
    user: User,
    actor: User | None = None,
    caller: Caller | None = None,
) -> dict[str, int]:
    """Remove a person and everything that is theirs; return what was removed: name → count.

    Raises:
        LastAdminError: the others would be left without an administrator.
        LegalHoldError: they are under a legal hold.
    """
    with transaction.atomic():
        legal_hold_refuse(user)
        keep_one_admin(user)
        sessions_close(user=user)
        gone = Counter[str]()
        for _receiver, counts in user_deleted.send(sender=User, user=user):
            gone.update(counts or {})
        target, by = Target.person(user), copy(actor)  # deletion takes the id of the original
        _total, rows = user.delete()
        gone.update({name.rpartition(".")[2].lower(): count for name, count in rows.items()})
        receipt = {name: count for name, count in sorted(gone.items()) if count}
        audit_record(
            Act(
                category="account",
                action="account.deleted",
                severity="warning",
                actor=by,
                target=target,
                metadata={"removed": receipt},
                caller=caller,
            ),
        )
    return receipt


def role_change(
    *,
    user: User,
    role: str,
    actor: User | None = None,
    caller: Caller | None = None,
) -> None:
    """Give a person another role and sign them out everywhere.

    Raises:
        LastAdminError: nobody else is an administrator.
    """
    if role == user.role:
        return
    with transaction.atomic():
        keep_one_admin(user)
        before, user.role = user.role, role
        user.save(update_fields=["role", "updated_at"])
        epoch_raise(user=user)
        sessions_close(user=user)
        audit_record(
            Act(
                category="role",
                action="role.changed",
                severity="warning",
                actor=actor,
                target=Target.person(user),
                metadata={"before": before, "after": role},
                caller=caller,
            ),
        )


def user_disable(
    *,
    user: User,
    actor: User | None = None,
    caller: Caller | None = None,
) -> None:
    """Switch an account off and sign it out everywhere.

    Raises:
        LastAdminError: nobody else is an administrator.
    """
    with transaction.atomic():
        keep_one_admin(user)
        sessions_close(user=user)
        user.is_active = False
        user.save(update_fields=["is_active", "updated_at"])
        epoch_raise(user=user)
        _record("account.disabled", user, actor=actor, caller=caller)


def user_enable(
    *,
    user: User,
    actor: User | None = None,
    caller: Caller | None = None,
) -> None:
    """Switch an account on again."""
    with transaction.atomic():
        user.is_active = True
        user.save(update_fields=["is_active", "updated_at"])
        _record("account.enabled", user, actor=actor, caller=caller)


def is_last_admin(user: User) -> bool:
    """Return whether the others would be left without an administrator."""
    others = User.objects.exclude(pk=user.pk)
    return (
        user.role == ADMIN
        and others.exists()
        and not others.filter(role=ADMIN, is_active=True).exists()
    )


def keep_one_admin(leaving: User) -> None:
    """Pass while somebody else is an administrator; call it inside the transaction.

    Raises:
        LastAdminError: nobody is.
    """
    # Locked, so that two administrators who leave at once do not both see the other.
    list(User.objects.select_for_update().filter(role=ADMIN).values_list("pk", flat=True))
    if is_last_admin(leaving):
        raise LastAdminError(_("This is the last administrator. Appoint another one first."))


def _record(
    action: str,
    user: User,
    *,
    actor: User | None,
    caller: Caller | None,
    **metadata: object,
) -> None:
    audit_record(
        Act(
            category="account",
            action=action,
            actor=actor,
            target=Target.person(user),
            metadata=metadata,
            caller=caller,
        ),
    )
