"""``{{LIBRECHAT_USER_…}}`` and ``{{LIBRECHAT_BODY_…}}`` in headers and addresses."""

import base64
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from accounts.models import User

PLACEHOLDER = re.compile(r"\{\{\s*LIBRECHAT_([A-Z]+)_([A-Z_]+)\s*\}\}")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def headers_filled(
    headers: Mapping[str, str],
    user: User,
    body: Mapping[str, str],
) -> dict[str, str]:
    """Return headers with their placeholders filled; text outside Latin-1 goes as ``b64:…``."""
    return {name: _filled(value, user, body, _header_safe) for name, value in headers.items()}


def address_filled(address: str, user: User, body: Mapping[str, str]) -> str:
    """Return an address with its placeholders filled, percent-encoded."""
    return _filled(address, user, body, lambda text: quote(text, safe=""))


def _filled(
    text: str,
    user: User,
    body: Mapping[str, str],
    safe: Callable[[str], str],
) -> str:
    fields = {name.upper(): value for name, value in body.items()}

    def replaced(match: re.Match[str]) -> str:
        match match[1]:
            case "USER":
                return safe(_of_user(user, match[2]))
            case "BODY":
                return safe(fields.get(match[2], ""))
            case _:
                return ""  # tokens of sign-ins that this person did not use

    return PLACEHOLDER.sub(replaced, text)


def _of_user(user: User, field: str) -> str:
    known = {
        "ID": user.pk,
        "NAME": user.name,
        "USERNAME": user.username,
        "EMAIL": user.email,
        "PROVIDER": user.provider,
        "ROLE": user.role,
        "EMAILVERIFIED": str(user.email_verified).lower(),
    }
    return known.get(field, "")


def _header_safe(text: str) -> str:
    clean = CONTROL.sub("", text)
    try:
        clean.encode("latin-1")
    except UnicodeEncodeError:
        return "b64:" + base64.b64encode(clean.encode()).decode()
    return clean
