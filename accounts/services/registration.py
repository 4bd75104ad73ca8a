"""Who may register, and what a registration must hold."""

import re
import unicodedata
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts import config
from accounts.models import User

MAX_PASSWORD_LENGTH = 128
NAME_LENGTHS = (3, 80)
USERNAME_LENGTHS = (2, 80)
SCRIPTS = ("LATIN", "CYRILLIC", "DEVANAGARI", "CJK", "ARABIC", "HIRAGANA", "KATAKANA", "HANGUL")
PUNCTUATION = frozenset("_.@#$%&*()0123456789 ")
OPERATORS = re.compile(r"\$(ne|gt|gte|lt|lte|or|and|where|regex)\b", re.IGNORECASE)


def registration_open() -> bool:
    """Return whether newcomers may register: by setting, and always for the very first.

    Where a directory decides who comes in, nobody registers.
    """
    if settings.LDAP:
        return False
    return settings.ALLOW_REGISTRATION or not User.objects.exists()


def domain_allowed(email: str) -> bool:
    """Return whether addresses of this domain are accepted; an empty list accepts all."""
    allowed = config.registration().allowed_domains
    if not allowed:
        return True
    return email.rpartition("@")[2].lower() in {domain.strip().lower() for domain in allowed}


def name_problems(name: object) -> list[str]:
    """Return what is wrong with a display name."""
    if not isinstance(name, str):
        return [_("Required")]
    low, high = NAME_LENGTHS
    if not low <= len(name.strip()) <= high:
        return [_wrong_length(low, high)]
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in name):
        return [_("Must not contain control characters")]
    return []


def username_problems(username: object) -> list[str]:
    """Return what is wrong with a user name; it may be left out."""
    if username is None or username == "":
        return []
    low, high = USERNAME_LENGTHS
    if not isinstance(username, str) or not low <= len(username) <= high:
        return [_wrong_length(low, high)]
    if OPERATORS.search(username) or not all(_is_plain(letter) for letter in username):
        return [_("Contains characters that are not allowed")]
    return []


def email_problems(email: object) -> list[str]:
    """Return what is wrong with an e-mail address."""
    try:
        validate_email(email.strip() if isinstance(email, str) else "")
    except ValidationError:
        return [_("Invalid email")]
    return []


def password_problems(password: object) -> list[str]:
    """Return what is wrong with a new password."""
    if not isinstance(password, str):
        return [_("Required")]
    low, high = settings.MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH
    if not low <= len(password) <= high:
        return [_wrong_length(low, high)]
    if not password.strip():
        return [_("Must not be only spaces")]
    return []


def _wrong_length(low: int, high: int) -> str:
    return _("Must be %(low)s to %(high)s characters long") % {"low": low, "high": high}


def _is_plain(letter: str) -> bool:
    if letter in PUNCTUATION:
        return True
    return unicodedata.category(letter)[0] in {"L", "M"} and unicodedata.name(
        letter,
        "",
    ).startswith(SCRIPTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a newcomer gives; nothing in it is trusted yet."""

    name: object
    email: object
    password: object
    username: object = ""
    confirmation: object = None
    invite: object = None

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
                else [_("The passwords do not match")]
            ),
        }
        return {field: lines for field, lines in found.items() if lines}
