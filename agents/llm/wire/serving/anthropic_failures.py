"""Failures in the words of the messages API."""

from agents.llm.wire import failures
from agents.llm.wire.failures import FailureKind
from agents.llm.wire.neutral import Failed
from agents.llm.wire.serving.anthropic_frames import safe_json

# The operator's own troubles with a provider are none of the client's: it would drop its key.
TYPES: dict[FailureKind, str] = {
    "auth": "api_error",
    "forbidden": "api_error",
    "quota": "api_error",
    "rate_limited": "rate_limit_error",
    "model_not_found": "not_found_error",
    "context_too_long": "invalid_request_error",
    "content_filter": "invalid_request_error",
    "rejected": "invalid_request_error",
    "timeout": "timeout_error",
    "overloaded": "overloaded_error",
    "unavailable": "api_error",
}
TOO_LONG = "prompt is too long"  # words that clients look for


def error_of(failed: Failed) -> dict[str, object]:
    """Return the object ``error`` of an error event."""
    kind = _kind(failed)
    message = failed.message
    if kind == "context_too_long" and not message.lower().startswith(TOO_LONG):
        message = f"{TOO_LONG}: {message}"
    return {"type": TYPES[kind], "message": message}


def _kind(failed: Failed) -> FailureKind:
    for kind in TYPES:
        if kind == failed.kind:
            return kind
    report = {"error": {"type": failed.kind, "message": failed.message}}
    return failures.from_response(0, safe_json(report)).kind
