"""What people say and choose about themselves."""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRegistrationError
from accounts.models import User
from accounts.services.registration import name_problems, username_problems
from accounts.services.terms import terms_accept, terms_reset
from librechat.kernel.errors import InvalidInputError

__all__ = [
    "language_of",
    "notification_set",
    "notifications_of",
    "personalization_set",
    "preference_set",
    "terms_accept",
    "terms_reset",
    "user_rename",
    "username_change",
]

LANGUAGE = "language"  # among a person's preferences
THEMES = ("system", "light", "dark")
# What people can be told by mail, and whether they are while they have not chosen.
NOTIFICATIONS = {"key_created": True}


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


def preference_set(*, user: User, name: str, value: object) -> None:
    """Store one preference; two tabs that set different ones do not undo each other."""

    def put(fresh: User) -> None:
        fresh.preferences = {**fresh.preferences, name: value}

    _change(user, put, "preferences")


def language_of(user: User) -> str:
    """Return the language a person chose; "" when they leave it to the browser."""
    chosen = user.preferences.get(LANGUAGE, "")
    return chosen if chosen in dict(settings.LANGUAGES) else ""


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


def username_change(*, user: User, username: str) -> None:
    """Change a person's user name; blank for none.

    Raises:
        InvalidRegistrationError: it cannot be used.
    """
    wanted = username.strip().lower()
    problems = username_problems(wanted)
    if problems:
        raise InvalidRegistrationError(f"username: {problems[0]}", problems={"username": problems})
    user.username = wanted
    user.save(update_fields=["username", "updated_at"])


def notifications_of(user: User) -> dict[str, bool]:
    """Return what this person is told by mail: name → whether."""
    chosen = user.preferences.get("notifications", {})
    return {name: bool(chosen.get(name, default)) for name, default in NOTIFICATIONS.items()}


def notification_set(*, user: User, name: str, is_on: bool) -> None:
    """Switch one kind of mail on or off.

    Raises:
        InvalidInputError: there is no such kind.
    """
    if name not in NOTIFICATIONS:
        raise InvalidInputError(_("There is no notification %(name)s.") % {"name": f"{name!r}"})
    chosen = {**notifications_of(user), name: is_on}
    preference_set(user=user, name="notifications", value=chosen)
