"""Writes to people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from accounts.errors import (
    AccountDeletionOffError,
    DomainNotAllowedError,
    InvalidRegistrationError,
    LastAdminError,
    RegistrationClosedError,
)
from accounts.models import ADMIN, USER, Role, User
from accounts.services.registration import (
    domain_allowed,
    email_problems,
    name_problems,
    password_problems,
    registration_open,
    username_problems,
)
from accounts.services.sessions import epoch_raise, sessions_close
from accounts.signals import user_deleted, user_registered
from librechat.kernel import clock

THEMES = ("system", "light", "dark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a newcomer gives; nothing in it is trusted yet."""

    name: object
    email: object
    password: object
    username: object = ""
    confirmation: object = None

    def problems(self) -> dict[str, list[str]]:
        """Return field → what is wrong with it; empty when all is well."""
        found = {
            "name": name_problems(self.name),
            "username": username_problems(self.username),
            "email": email_problems(self.email),
            "password": password_problems(self.password),
            "confirm_password": (
                []
                if self.confirmation is None or self.confirmation == self.password
                else ["The passwords do not match"]
            ),
        }
        return {field: lines for field, lines in found.items() if lines}


def user_register(registration: Registration) -> User | None:
    """Add a person; the first of an empty database becomes ADMIN.

    Returns None when the address is taken: doors answer exactly as for a new account, and the
    work done is the same, so that nobody can find out who has one.

    Raises:
        RegistrationClosedError: newcomers are not accepted.
        InvalidRegistrationError: the form has mistakes.
        DomainNotAllowedError: the address is of a domain that is not accepted.
    """
    if not registration_open():
        raise RegistrationClosedError("Registration is not allowed.")
    problems = registration.problems()
    if problems:
        text = " ".join(f"{field}: {line}" for field, lines in problems.items() for line in lines)
        raise InvalidRegistrationError(text, problems=problems)
    email = str(registration.email).strip().lower()
    if not domain_allowed(email):
        raise DomainNotAllowedError("The e-mail address cannot be used here.")
    user = User(
        email=email,
        name=str(registration.name).strip(),
        username=str(registration.username or "").strip().lower(),
        email_verified=True,  # no mail is set up: there is nothing to verify with
        password=make_password(str(registration.password)),
    )
    try:
        with transaction.atomic():
            user.role = _role_of_newcomer()
            user.save(force_insert=True)
            user_registered.send(sender=User, user=user)
    except IntegrityError:
        if not User.objects.filter(email=email).exists():
            raise
        return None
    return user


def _role_of_newcomer() -> str:
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
    if not settings.ALLOW_REGISTRATION:
        raise RegistrationClosedError("Registration is not allowed.")
    return USER


def user_add(*, email: str, name: str, password: str, role: str = USER) -> User:
    """Add a person on behalf of an administrator; the address counts as verified."""
    with transaction.atomic():
        user = User.objects.create_user(
            email,
            password,
            name=name,
            role=role,
            email_verified=True,
        )
        user_registered.send(sender=User, user=user)
    return user


def account_close(*, user: User) -> None:
    """Remove a person at their own wish.

    Raises:
        AccountDeletionOffError: people may not do so here.
        LastAdminError: the others would be left without an administrator.
    """
    if not settings.ALLOW_ACCOUNT_DELETION and user.role != ADMIN:
        raise AccountDeletionOffError("Deleting your account is not allowed here.")
    user_delete(user=user)


def user_delete(*, user: User) -> None:
    """Remove a person and everything that is theirs.

    Raises:
        LastAdminError: the others would be left without an administrator.
    """
    with transaction.atomic():
        _keep_one_admin(user)
        sessions_close(user=user)
        user_deleted.send(sender=User, user=user)
        user.delete()


def role_change(*, user: User, role: str) -> None:
    """Give a person another role and sign them out everywhere.

    Raises:
        LastAdminError: nobody else is an administrator.
    """
    if role == user.role:
        return
    with transaction.atomic():
        _keep_one_admin(user)
        user.role = role
        user.save(update_fields=["role", "updated_at"])
        epoch_raise(user=user)
        sessions_close(user=user)


def user_disable(*, user: User) -> None:
    """Switch an account off and sign it out everywhere.

    Raises:
        LastAdminError: nobody else is an administrator.
    """
    with transaction.atomic():
        _keep_one_admin(user)
        sessions_close(user=user)
        user.is_active = False
        user.save(update_fields=["is_active", "updated_at"])
        epoch_raise(user=user)


def user_enable(*, user: User) -> None:
    """Switch an account on again."""
    user.is_active = True
    user.save(update_fields=["is_active", "updated_at"])


def user_rename(*, user: User, name: str) -> None:
    """Change what a person is called.

    Raises:
        InvalidRegistrationError: the name cannot be used.
    """
    problems = name_problems(name)
    if problems:
        raise InvalidRegistrationError(f"name: {problems[0]}", problems={"name": problems})
    user.name = name.strip()
    user.save(update_fields=["name", "updated_at"])


def terms_accept(*, user: User) -> datetime:
    """Record that the terms were accepted, and return when; the first time counts."""
    if user.terms_accepted_at is None:
        user.terms_accepted_at = clock.now()
        user.save(update_fields=["terms_accepted_at", "updated_at"])
    return user.terms_accepted_at


def preference_set(*, user: User, name: str, value: object) -> None:
    """Store one preference; two tabs that set different ones do not undo each other."""

    def put(fresh: User) -> None:
        fresh.preferences = {**fresh.preferences, name: value}

    _change(user, put, "preferences")


def personalization_set(*, user: User, name: str, value: object) -> None:
    """Store one choice about how answers are personalized."""

    def put(fresh: User) -> None:
        fresh.personalization = {**fresh.personalization, name: value}

    _change(user, put, "personalization")


def _change(user: User, put: Callable[[User], None], field: str) -> None:
    with transaction.atomic():
        fresh = User.objects.select_for_update().get(pk=user.pk)
        put(fresh)
        fresh.save(update_fields=[field, "updated_at"])
    setattr(user, field, getattr(fresh, field))


def is_last_admin(user: User) -> bool:
    """Return whether the others would be left without an administrator."""
    others = User.objects.exclude(pk=user.pk)
    return (
        user.role == ADMIN
        and others.exists()
        and not others.filter(role=ADMIN, is_active=True).exists()
    )


def _keep_one_admin(leaving: User) -> None:
    # Locked, so that two administrators who leave at once do not both see the other.
    list(User.objects.select_for_update().filter(role=ADMIN).values_list("pk", flat=True))
    if is_last_admin(leaving):
        raise LastAdminError("This is the last administrator. Appoint another one first.")
