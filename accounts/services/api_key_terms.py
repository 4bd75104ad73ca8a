"""What an access key may do and how much: its terms, checked before they are stored."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import ApiKey
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError

MAX_NAME = 80
MAX_NOTE = 500
MOST_NAMES = 100  # models, or networks, on one key's list
MAX_PATTERN = 256
LARGEST_LIMIT = 1_000_000
MOST_CONTENT_DAYS = 365
# What a key can be kept to; without any it may do all of them.
READ, WRITE, RELAY = "read", "write", "relay"
# The relay's routes, for a key that is kept to some of them.
RELAY_ROUTES = ("chat", "messages", "responses", "embeddings", "images", "audio", "models")
SCOPES = (READ, WRITE, RELAY, *(f"{RELAY}:{route}" for route in RELAY_ROUTES))
# fnmatch's other signs would make a bracket in a model's name mean something else.
PATTERN = re.compile(r"[\w.:/@+*?\- ]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTerms:
    """What a key is called, may do, and how much; see ``ApiKey`` for the words.

    Values as they come from outside are allowed; ``terms_checked`` refuses what does not fit.
    """

    name: object
    note: object = ""
    scopes: Iterable[object] = ()
    allowed_models: Iterable[object] = ()
    allowed_addresses: Iterable[object] = ()
    requests_per_minute: object = None
    tokens_per_minute: object = None
    parallel_requests: object = None
    content_days: object = 0
    expires_at: datetime | None = None


TERMS = tuple(field.name for field in fields(KeyTerms))


def terms_of(key: ApiKey) -> KeyTerms:
    """Return the terms a key has."""
    return KeyTerms(**{name: getattr(key, name) for name in TERMS})


def terms_checked(terms: KeyTerms, *, end_before: datetime | None = None) -> KeyTerms:
    """Return the terms as they are stored.

    end_before: the end the key has; one that stays may lie behind.

    Raises:
        InvalidInputError: the first field that does not fit; its name is in ``data["field"]``.
    """
    if terms.expires_at not in {None, end_before} and terms.expires_at <= clock.now():
        raise _wrong("expires_at", _("The end of a key must lie ahead."))
    chosen = list(terms.scopes)
    if any(scope not in SCOPES for scope in chosen):
        raise _wrong("scopes", _("Scopes are %(scopes)s.") % {"scopes": ", ".join(SCOPES)})
    return replace(
        terms,
        name=_name(terms.name),
        note=_note(terms.note),
        scopes=[scope for scope in SCOPES if scope in chosen],
        allowed_models=_patterns(terms.allowed_models),
        allowed_addresses=_networks(terms.allowed_addresses),
        content_days=_days(terms.content_days),
        requests_per_minute=_limit("requests_per_minute", terms.requests_per_minute),
        tokens_per_minute=_limit("tokens_per_minute", terms.tokens_per_minute),
        parallel_requests=_limit("parallel_requests", terms.parallel_requests),
    )


def _wrong(field: str, message: str) -> InvalidInputError:
    return InvalidInputError(message, field=field)


def _name(value: object) -> str:
    title = value.strip() if isinstance(value, str) else ""
    if not 0 < len(title) <= MAX_NAME:
        raise _wrong(
            "name", _("The name of a key must have 1 to %(most)s characters.") % {"most": MAX_NAME}
        )
    return title


def _note(value: object) -> str:
    text = value.strip() if isinstance(value, str) else None
    if text is None or len(text) > MAX_NOTE:
        raise _wrong(
            "note", _("The note of a key has at most %(most)s characters.") % {"most": MAX_NOTE}
        )
    return text


def _patterns(values: Iterable[object]) -> list[str]:
    found = _texts("allowed_models", values)
    for text in found:
        if len(text) > MAX_PATTERN or not PATTERN.fullmatch(text):
            raise _wrong(
                "allowed_models",
                _("%(text)s is no name of a model; * stands for any signs, ? for one.")
                % {"text": f"{text[:64]!r}"},
            )
    return found


def _networks(values: Iterable[object]) -> list[str]:
    found = []
    for text in _texts("allowed_addresses", values):
        try:
            found.append(str(ipaddress.ip_network(text, strict=False)))
        except ValueError as exc:
            raise _wrong(
                "allowed_addresses",
                _("%(text)s is no network such as 192.0.2.0/24 or 2001:db8::/32.")
                % {"text": f"{text[:64]!r}"},
            ) from exc
    return list(dict.fromkeys(found))


def _texts(field: str, values: Iterable[object]) -> list[str]:
    found = [value.strip() if isinstance(value, str) else "" for value in values]
    if not all(found) or len(found) > MOST_NAMES:
        raise _wrong(
            field, _("Up to %(most)s texts are wanted, none of them empty.") % {"most": MOST_NAMES}
        )
    return list(dict.fromkeys(found))


def _limit(field: str, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST_LIMIT:
        raise _wrong(
            field,
            _("A limit is a number from 1 to %(most)s, or nothing.")
            % {"most": f"{LARGEST_LIMIT:,}"},
        )
    return value


def _days(value: object) -> int:
    is_days = isinstance(value, int) and 0 <= value <= MOST_CONTENT_DAYS
    if not isinstance(value, int) or isinstance(value, bool) or not is_days:
        raise _wrong(
            "content_days",
            _("Contents are kept for 0 to %(most)s days.") % {"most": MOST_CONTENT_DAYS},
        )
    return value
