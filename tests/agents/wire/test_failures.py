"""Errors of providers: status, name and words, whichever tells most."""

import json

import pytest

from agents.llm.wire import anthropic, openai_chat
from agents.llm.wire.failures import UpstreamError


def parsed(status: int, body: object) -> UpstreamError:
    return openai_chat.parse_error(status, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("status", "kind", "is_retryable"),
    [
        (400, "rejected", False),
        (401, "auth", False),
        (402, "quota", False),
        (403, "forbidden", False),
        (404, "model_not_found", False),
        (408, "timeout", True),
        (413, "context_too_long", False),
        (429, "rate_limited", True),
        (500, "unavailable", True),
        (503, "overloaded", True),
        (504, "timeout", True),
        (529, "overloaded", True),
    ],
)
def test_the_status_decides_when_the_body_says_nothing(
    status: int, kind: str, is_retryable: bool
) -> None:
    error = openai_chat.parse_error(status, b"<html>nginx</html>")
    assert (error.kind, error.is_retryable) == (kind, is_retryable)
    assert error.message == f"The provider answered with status {status}."
    assert error.code == ""


@pytest.mark.parametrize(
    ("status", "code", "message", "kind"),
    [
        (400, "context_length_exceeded", "too many", "context_too_long"),
        (400, "invalid_request_error", "prompt is too long: 9 > 8", "context_too_long"),
        (400, "content_filter", "filtered", "content_filter"),
        (429, "insufficient_quota", "You exceeded your quota", "quota"),
        (400, "invalid_request_error", "Your credit balance is too low", "quota"),
        (400, "invalid", "API key not valid. Pass another", "auth"),
        (400, "", "The model `gpt-9` does not exist", "model_not_found"),
        (400, "invalid_request_error", "temperature must be 1", "rejected"),
        (403, "permission_error", "no", "forbidden"),
        (500, "api_error", "Internal server error", "unavailable"),
    ],
)
def test_words_tell_more_than_the_status(status: int, code: str, message: str, kind: str) -> None:
    error = parsed(status, {"error": {"code": code, "message": message}})
    assert (error.kind, error.code, error.message) == (kind, code, message)


def test_anthropic_names_its_errors_by_type() -> None:
    body = b'{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}'
    assert anthropic.parse_error(529, body) == UpstreamError(
        "overloaded", "Overloaded", "overloaded_error", is_retryable=True
    )


@pytest.mark.parametrize(
    "body",
    [
        {"error": "no such thing"},
        {"detail": "no such thing"},
        {"object": "error", "message": "no such thing"},
        [{"error": {"code": 400, "message": "no such thing", "status": "INVALID_ARGUMENT"}}],
    ],
)
def test_other_shapes_of_bodies_are_read(body: object) -> None:
    assert parsed(400, body) == UpstreamError("rejected", "no such thing")


@pytest.mark.parametrize("body", [[], [1], 5, None, {"error": {"message": 7}}, {"error": []}])
def test_odd_bodies_fall_back_to_the_status(body: object) -> None:
    assert parsed(418, body) == UpstreamError("rejected", "The provider answered with status 418.")


def test_long_messages_are_shortened() -> None:
    assert len(parsed(400, {"error": {"message": "x" * 9000}}).message) == 2000
    assert len(parsed(400, {"error": "x" * 9000}).message) == 2000
