"""Failures inside an answer, in the words of OpenAI's dialects."""

import re

from agents.llm.wire.neutral import Failed

CODES = {
    "cut": "upstream_truncated",
    "malformed": "upstream_malformed",
    "timeout": "upstream_timeout",
    "too_large": "upstream_too_large",
    "error": "upstream_error",
}
_CLIENTS_FAULT = re.compile(r"invalid_request|bad_request|rejected|context_|content_filter")
_TOO_MUCH = re.compile(r"rate_?limit|too_many")


def error_code(failed: Failed) -> str:
    """Return the name of what went wrong."""
    return CODES.get(failed.kind, failed.kind or "upstream_error")


def error_body(failed: Failed) -> dict[str, object]:
    """Return the error object."""
    kind = "server_error"
    if _TOO_MUCH.search(failed.kind):
        kind = "rate_limit_error"
    elif _CLIENTS_FAULT.search(failed.kind):
        kind = "invalid_request_error"
    error = {"message": failed.message, "type": kind, "param": None, "code": error_code(failed)}
    return {"error": error}
