"""Failures as providers report them, sorted by what can be done about them."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal, TypeAlias

from agents.llm.wire.fields import (
    JsonObject,
    NotJsonError,
    count_of,
    object_of,
    parse_json,
    text_of,
)
from agents.llm.wire.neutral import Failed

FailureKind: TypeAlias = Literal[
    "auth",
    "forbidden",
    "quota",
    "rate_limited",
    "model_not_found",
    "context_too_long",
    "content_filter",
    "rejected",
    "timeout",
    "overloaded",
    "unavailable",
]

MAX_MESSAGE = 2000
MAX_NAME = 100
RETRYABLE: frozenset[FailureKind] = frozenset(
    {"rate_limited", "timeout", "overloaded", "unavailable"}
)

_BY_STATUS: dict[int, FailureKind] = {
    401: "auth",
    402: "quota",
    403: "forbidden",
    404: "model_not_found",
    408: "timeout",
    413: "context_too_long",
    429: "rate_limited",
    503: "overloaded",
    504: "timeout",
    524: "timeout",
    529: "overloaded",
}
_WORDS: dict[FailureKind, str] = {
    "context_too_long": r"context_length_exceeded|prompt is too long|maximum context length"
    r"|input is too long|exceeds the context window|input token count|too many tokens"
    r"|reduce the length|context size",
    "content_filter": r"content_filter|content management policy|responsible ?ai",
    "quota": r"insufficient_quota|billing_error|credit balance|insufficient (?:balance|fund)",
    "auth": r"invalid_api_key|authentication_error|incorrect api key|invalid x-api-key"
    r"|api key not valid",
    "model_not_found": r"model_not_found|model[^.]{0,80}(?:not found|does not exist)",
    "overloaded": r"overloaded|server is busy",
    "rate_limited": r"rate_?limit|too many requests|throttl",
    "timeout": r"timed? ?out|timeout_error",
    "forbidden": r"permission_(?:error|denied)",
    "rejected": r"invalid_request|invalid_prompt|bad_request",
    "unavailable": r"server_error|internal_error|api_error|internal server error",
}
# The first pattern found in "code message" decides; the words tell more than the status.
_BY_WORDS = [(kind, re.compile(words, re.IGNORECASE)) for kind, words in _WORDS.items()]


@dataclass(frozen=True, slots=True)
class UpstreamError:
    """What a provider said went wrong; ``code`` is its own name for it."""

    kind: FailureKind
    message: str
    code: str = ""
    is_retryable: bool = False


def from_response(status: int, body: bytes) -> UpstreamError:
    """Return what an answer that is no success means; markup is never repeated."""
    try:
        parsed = parse_json(body)
    except NotJsonError:
        parsed = None
    if isinstance(parsed, list):  # Google's OpenAI layer wraps the object in a list
        parsed = parsed[0] if parsed else None
    report = _report(object_of(parsed))
    kind = _kind(status or report.number, report)
    fallback = f"The provider answered with status {status}."
    return UpstreamError(kind, report.message or fallback, report.name, kind in RETRYABLE)


def from_stream(payload: JsonObject) -> Failed | None:
    """Return the failure that a payload inside a stream carries, or None."""
    if not payload.get("error") and payload.get("object") != "error":
        return None
    report = _report(payload)
    kind = _kind(report.number, report)
    message = report.message or "The provider reported an error."
    return Failed(report.name or kind, message, is_retryable=kind in RETRYABLE)


@dataclass(frozen=True, slots=True)
class _Report:
    name: str
    number: int  # a status in place of a name: OpenRouter, Google
    message: str


def _report(payload: JsonObject) -> _Report:
    error = payload.get("error")
    if isinstance(error, str):
        return _Report("", 0, error[:MAX_MESSAGE])
    fields = error if isinstance(error, dict) else payload
    message = text_of(fields.get("message")) or text_of(fields.get("detail"))
    names = (text_of(fields.get(key)) for key in ("code", "type"))
    name = next((name for name in names if name and name != "error"), "")
    number = count_of(fields.get("code")) or count_of(fields.get("status")) or 0
    return _Report(name[:MAX_NAME], number, message[:MAX_MESSAGE])


def _kind(status: int, report: _Report) -> FailureKind:
    named = next((kind for kind in _WORDS if kind == report.name), None)
    if named is not None:
        return named  # as ``from_stream`` called it
    words = f"{report.name} {report.message}"
    for kind, pattern in _BY_WORDS:
        if pattern.search(words):
            return kind
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    is_our_fault = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return "rejected" if is_our_fault else "unavailable"
