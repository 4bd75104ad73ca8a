"""What an entry of the directory says of a person."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from accounts.auth.directory_settings import DirectorySettings
from accounts.services.directory import DirectoryGroup, DirectoryPerson
from accounts.services.registration import email_problems

NOWHERE = "ldap.local"  # the domain of addresses that nobody can write to
NOT_IN_ADDRESSES = re.compile(r"[^a-z0-9._+-]+")

# Attribute → its values, whatever the case of the name; text, or bytes that may not be text.
Attributes = Mapping[str, Any]


def person_of(
    wanted: DirectorySettings,
    dn: str,
    attributes: Attributes,
    *,
    groups: Sequence[DirectoryGroup] | None,
    is_admin: bool | None,
    is_allowed: bool,
) -> DirectoryPerson:
    """Return who an entry is."""
    mail = first_text(attributes, wanted.email_attribute, "mail").lower()
    has_mail = not email_problems(mail)
    username = (
        first_text(attributes, wanted.username_attribute, "uid", "sAMAccountName")
        or mail.partition("@")[0]
        or dn
    )
    words = [first_text(attributes, name) for name in wanted.name_attributes]
    name = " ".join(filter(None, words)) or first_text(attributes, "cn", "name", "displayName")
    return DirectoryPerson(
        id=_identifier(attributes, wanted.id_attribute, "uid", "sAMAccountName", "mail") or dn,
        email=mail if has_mail else _address(username),
        has_mail=has_mail,
        name=name or username,
        username=username.lower(),
        groups=None if groups is None else tuple(groups),
        is_admin=is_admin,
        is_allowed=is_allowed,
    )


def first_text(attributes: Attributes, *names: str) -> str:
    """Return the first value of the first attribute that has one, without control characters."""
    text = _first(attributes, *names).decode("utf-8", "ignore")
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cc").strip()


def _identifier(attributes: Attributes, *names: str) -> str:
    """Return the same for an id: one that is no text (objectGUID) in hexadecimal digits."""
    raw = _first(attributes, *names)
    text = raw.decode("utf-8", "ignore")
    return text if text.encode() == raw and text.isprintable() else raw.hex()


def _first(attributes: Attributes, *names: str) -> bytes:
    for name in names:
        values = attributes.get(name) if name else None
        if values and values[0].strip():
            value: str | bytes = values[0]
            return value.encode() if isinstance(value, str) else value
    return b""


def _address(username: str) -> str:
    local = NOT_IN_ADDRESSES.sub("-", username.lower())[:64].strip(".-") or "somebody"
    return f"{local}@{NOWHERE}"
