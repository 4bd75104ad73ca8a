"""What a provider's failure means, said without its keys, addresses and markup."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from django.utils.translation import gettext

from agents.errors import (
    ContextTooLongError,
    InvalidBaseUrlError,
    ModelNotFoundError,
    ProviderAuthError,
    ProviderContentError,
    ProviderError,
    ProviderQuotaError,
    ProviderRateLimitedError,
    ProviderRejectedError,
    ProviderTimeoutError,
    ProviderUnavailableError,
    ProviderUnreachableError,
    SetupError,
)
from agents.llm.providers.provider import Connection
from agents.llm.wire.failures import FailureKind, UpstreamError
from librechat.kernel import clock, outbound

ERRORS: dict[FailureKind, type[ProviderError]] = {
    "auth": ProviderAuthError,
    "forbidden": ProviderAuthError,
    "quota": ProviderQuotaError,
    "rate_limited": ProviderRateLimitedError,
    "model_not_found": ModelNotFoundError,
    "context_too_long": ContextTooLongError,
    "content_filter": ProviderContentError,
    "rejected": ProviderRejectedError,
    "timeout": ProviderTimeoutError,
    "overloaded": ProviderUnavailableError,
    "unavailable": ProviderUnavailableError,
}
# Only here do the provider's own words help the person who asked.
QUOTED: frozenset[FailureKind] = frozenset({"rejected", "context_too_long", "content_filter"})
TIMED_OUT = frozenset({408, 504, 524})
LONGEST_QUOTE = 300
SHORTEST_SECRET = 6
_ADDRESS = re.compile(
    r"\b[a-z][a-z0-9+.-]*://\S+|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b",
    re.IGNORECASE,
)
_KEY = re.compile(r"\b(?:sk|pk|rk|AIza|gsk|xai|Bearer)[-_ ][\w*.-]{4,}", re.IGNORECASE)
_MARKUP = re.compile(r"<[^>]*>")


def scrubbed(text: str, connection: Connection) -> str:
    """Return a provider's words without keys, addresses, markup and line breaks, shortened."""
    secrets = [connection.api_key, connection.base_url, *connection.headers.values()]
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, "…")
    for pattern in (_MARKUP, _ADDRESS, _KEY):
        text = pattern.sub("…", text)
    return " ".join(text.split())[:LONGEST_QUOTE]


def refusal(
    connection: Connection,
    failure: UpstreamError,
    *,
    upstream_status: int = 0,
    retry_after_seconds: float | None = None,
) -> ProviderError:
    """Return the error for what a provider reported."""
    cause = failure.kind
    if cause == "unavailable" and upstream_status in TIMED_OUT:
        cause = "timeout"  # a gateway gave up: the provider may still be at work
    kind = ERRORS[cause]
    data: dict[str, object] = {}
    if upstream_status:
        data["upstream_status"] = upstream_status
    if retry_after_seconds is not None:
        data["retry_after_seconds"] = retry_after_seconds
    if cause == "model_not_found":  # for programs; people are told our own sentence
        data["said"] = scrubbed(failure.message, connection)
    error = kind.by(connection.name, **data)
    if cause not in QUOTED:
        return error
    said = scrubbed(failure.message, connection)
    quote = gettext("%(sentence)s It said: %(said)s")
    return kind(quote % {"sentence": error.message, "said": said}, **error.data, said=said)


def unreached(
    connection: Connection, failure: outbound.OutboundError
) -> ProviderError | SetupError:
    """Return the error for a request that got no answer."""
    match failure:
        case outbound.TimedOutError():
            return ProviderTimeoutError.by(connection.name)
        case outbound.RefusedAddressError() | outbound.UnsafeRequestError():
            return InvalidBaseUrlError.of()
        case _:
            return ProviderUnreachableError.by(connection.name)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds a provider asks to wait; lower-case header names."""
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        return max(0.0, float(headers["retry-after"]))
    except KeyError:
        return None
    except ValueError:
        return _until(headers.get("retry-after", ""))


def _until(date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else datetime.combine(moment.date(), moment.time(), UTC)
    return max(0.0, (aware - clock.now()).total_seconds())
