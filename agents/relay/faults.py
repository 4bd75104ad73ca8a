"""What an upstream's failure means for the client: the operator's troubles stay the operator's."""

from collections.abc import Mapping
from http import HTTPStatus

import orjson

from agents import errors
from agents.llm.providers.provider import Connection
from agents.llm.providers.refusals import retry_after, scrubbed
from agents.llm.wire import failures
from agents.llm.wire.failures import FailureKind
from agents.llm.wire.serving.asked import BadRequestError
from agents.relay.problems import CONTENT_TOO_LARGE, OVERLOADED, RelayError
from librechat.kernel import outbound
from librechat.kernel.errors import AppError

KINDS: dict[FailureKind, str] = {
    "auth": "upstream_auth",
    "forbidden": "upstream_auth",
    "quota": "upstream_quota",
    "rate_limited": "upstream_limited",
    "model_not_found": "upstream_rejected",
    "context_too_long": "too_long",
    "content_filter": "upstream_rejected",
    "rejected": "upstream_rejected",
    "timeout": "upstream_timeout",
    "overloaded": "overloaded",
    "unavailable": "upstream_failed",
}
BY_ERROR: tuple[tuple[type[AppError], str], ...] = (
    (errors.ProviderAuthError, "upstream_auth"),
    (errors.ProviderQuotaError, "upstream_quota"),
    (errors.ProviderRateLimitedError, "upstream_limited"),
    (errors.ContextTooLongError, "too_long"),
    (errors.ProviderContentError, "upstream_rejected"),
    (errors.ProviderRejectedError, "upstream_rejected"),
    (errors.ModelNotFoundError, "upstream_rejected"),
    (errors.ProviderTimeoutError, "upstream_timeout"),
    (errors.ProviderUnreachableError, "upstream_failed"),
    (errors.ProviderUnavailableError, "overloaded"),
)
TOLD = {
    "upstream_auth": "The server's own access to this model was refused. Tell its operator.",
    "upstream_quota": "The server's account for this model is used up. Tell its operator.",
    "upstream_timeout": "The model did not answer in time. Nothing was charged; try again.",
    "overloaded": "The model is overloaded. Nothing was charged; try again in a moment.",
    "upstream_failed": "The model's server failed. Nothing was charged; try again.",
    "upstream_limited": "The model receives too many requests. Try again in a moment.",
}
OVERLOADED_STATUSES = frozenset({None, 503, OVERLOADED})
# Statuses of the client's own fault are told as they are.
KEPT = frozenset({400, 404, 409, 413, 422})
# Another deployment may do better; what is the request's own fault it would refuse, too.
WORTH_ANOTHER = frozenset(
    {
        "upstream_auth",
        "upstream_quota",
        "upstream_limited",
        "upstream_timeout",
        "upstream_failed",
        "upstream_truncated",
        "overloaded",
        "too_long",
    }
)
WAITS = ("retry-after", "retry-after-ms")
HANDED_ON = (*WAITS, "x-should-retry")
PROMPT_TOO_LONG = "prompt is too long"
LONGEST_BODY = 64 * 1024


def from_provider(exc: AppError) -> RelayError:
    """Return what a provider's error means for a client."""
    kind = next((kind for error, kind in BY_ERROR if isinstance(exc, error)), "upstream_failed")
    said = str(exc.data.get("said") or "")
    upstream = exc.data.get("upstream_status")
    if kind == "overloaded" and upstream not in OVERLOADED_STATUSES:
        kind = "upstream_failed"
    elif kind == "too_long" and upstream == CONTENT_TOO_LARGE and "too long" not in said.lower():
        return RelayError("too_large", said or "The request is too large for the model.")
    seconds = exc.data.get("retry_after_seconds")
    return RelayError(
        kind,
        _message(kind, said),
        status=upstream if kind == "upstream_rejected" and upstream in KEPT else 0,
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
    )


def from_answer(
    connection: Connection, status: int, headers: Mapping[str, str], body: bytes
) -> RelayError:
    """Return what an upstream's refusal means for a client that speaks the same dialect.

    Its own body is handed on, unless it is about the operator's key or account, or is no JSON.
    """
    failure = failures.from_response(status, body)
    kind = KINDS[failure.kind]
    if kind == "upstream_rejected" and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        kind = "upstream_failed"
    is_own = kind in {"upstream_auth", "upstream_quota"}
    is_json = "json" in headers.get("content-type", "") and _is_json(body)
    passed = {name: headers[name] for name in HANDED_ON if name in headers}
    if not passed.get("retry-after", "").strip().isdigit():
        # A date, or none: clients' libraries read only seconds, and those are said anew.
        passed = {name: told for name, told in passed.items() if name not in WAITS}
    return RelayError(
        kind,
        _message(kind, scrubbed(failure.message, connection)),
        status=_status(kind, status),
        seconds=None if is_own else retry_after(headers),
        headers={} if is_own else passed,
        raw=b"" if is_own or not is_json else without_secrets(body, connection)[:LONGEST_BODY],
    )


def from_request(exc: BadRequestError) -> RelayError:
    """Return what a request means that cannot be read, or not be said to the upstream."""
    return RelayError("bad_request", exc.message, param=exc.param, code=exc.code)


def from_line(exc: outbound.OutboundError) -> RelayError:
    """Return what a request without an answer means."""
    kind = "upstream_timeout" if isinstance(exc, outbound.TimedOutError) else "upstream_failed"
    return RelayError(kind, TOLD[kind])


def _status(kind: str, status: int) -> int:
    """Return the status to hand on; 0 for the kind's own."""
    if kind in {"upstream_auth", "upstream_quota", "overloaded", "upstream_timeout"}:
        return 0
    return status if HTTPStatus.BAD_REQUEST <= status < OVERLOADED else 0


def _message(kind: str, said: str) -> str:
    if kind == "too_long":
        said = said or "the request does not fit into the model's context window"
        return said if PROMPT_TOO_LONG in said.lower() else f"{PROMPT_TOO_LONG}: {said}"
    return TOLD.get(kind) or said or "The model did not accept the request."


def _is_json(body: bytes) -> bool:
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return body.lstrip()[:1] in {b"{", b"["}


def without_secrets(body: bytes, connection: Connection) -> bytes:
    """Return what a provider said without the operator's key and address."""
    for secret in (connection.api_key, connection.base_url):
        if secret:
            body = body.replace(secret.encode(), b"***")
    return body
