"""Refusals of the relay, in the words of the dialect that the client speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal, TypeAlias

import orjson

from agents.relay.limit_headers import Left, limit_headers

Speech: TypeAlias = Literal["openai", "anthropic"]

CONTENT_TOO_LARGE = 413  # http.HTTPStatus names it only from Python 3.13 on
OVERLOADED = 529  # Anthropic's own status


@dataclass(frozen=True, slots=True)
class Kind:
    """One situation: OpenAI's status, type and code, Anthropic's status and type."""

    status: int
    type: str
    code: str
    anthropic_status: int
    anthropic_type: str
    should_retry: bool | None = None


def _kind(status: int, type_: str, code: str, anthropic: str, own_status: int = 0) -> Kind:
    return Kind(status, type_, code, own_status or status, anthropic)


BAD, SERVER = "invalid_request_error", "server_error"
KINDS: dict[str, Kind] = {
    "bad_request": _kind(400, BAD, "", BAD),
    "unsupported": _kind(400, BAD, "unsupported_parameter", BAD),
    "no_key": _kind(401, BAD, "invalid_api_key", "authentication_error"),
    "forbidden": _kind(403, BAD, "model_not_allowed", "permission_error"),
    "unknown_model": _kind(404, BAD, "model_not_found", "not_found_error"),
    "unknown_route": _kind(404, BAD, "", "not_found_error"),
    "wrong_method": _kind(405, BAD, "", "not_found_error"),
    "too_long": _kind(400, BAD, "context_length_exceeded", BAD),
    "too_large": _kind(CONTENT_TOO_LARGE, BAD, "request_too_large", "request_too_large"),
    "rate_limited": _kind(429, "rate_limit_error", "rate_limit_exceeded", "rate_limit_error"),
    "out_of_funds": Kind(
        429, "insufficient_quota", "insufficient_quota", 402, "billing_error", should_retry=False
    ),
    "upstream_limited": _kind(429, "rate_limit_error", "rate_limit_exceeded", "rate_limit_error"),
    "upstream_rejected": _kind(400, BAD, "", BAD),
    "upstream_auth": _kind(502, SERVER, "upstream_auth", "api_error"),
    "upstream_quota": _kind(503, SERVER, "upstream_quota", "api_error"),
    "overloaded": _kind(503, SERVER, "overloaded", "overloaded_error", OVERLOADED),
    "upstream_failed": _kind(502, SERVER, "upstream_failed", "api_error"),
    "upstream_timeout": _kind(504, SERVER, "upstream_timeout", "timeout_error"),
    "upstream_truncated": _kind(502, SERVER, "upstream_truncated", "api_error"),
    "stopping": _kind(503, SERVER, "overloaded", "overloaded_error", OVERLOADED),
    "fault": _kind(500, SERVER, "", "api_error"),
}


@dataclass(eq=False)
class RelayError(Exception):
    """A call that comes to nothing; ``kind`` of ``KINDS``.

    param: path of the field that is at fault. code: in place of the kind's; reason: the word for
    the record, where clients hear a wider one. status: in place of the kind's. seconds: when to
    try again. headers: further ones of the answer. measures: limits of the key that are reached.
    raw: the provider's own body, to be handed on as it is to a client that speaks its dialect.
    """

    kind: str
    message: str
    param: str = ""
    code: str = ""
    reason: str = ""
    status: int = 0
    seconds: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, Left] = field(default_factory=dict)
    raw: bytes = b""

    @classmethod
    def bad_request(cls, message: str, *, param: str = "", status: int = 0) -> "RelayError":
        """Return a refusal of what cannot be understood."""
        return cls("bad_request", message, param=param, status=status)

    @classmethod
    def too_large(cls, most_bytes: int) -> "RelayError":
        """Return a refusal of a body over the limit."""
        megabytes = most_bytes // (1024 * 1024)
        return cls("too_large", f"The request is larger than {megabytes} MB; nothing was sent on.")

    def status_in(self, speech: Speech) -> int:
        """Return the HTTP status."""
        if self.status:
            return self.status
        kind = KINDS[self.kind]
        return kind.anthropic_status if speech == "anthropic" else kind.status

    def code_in(self) -> str:
        """Return the word for the record of use."""
        kind = KINDS[self.kind]
        return self.reason or self.code or kind.code or self.kind

    def fields(self, speech: Speech, call_id: str) -> dict[str, object]:
        """Return the body of the answer, or the data of an event in a stream."""
        kind = KINDS[self.kind]
        if speech == "anthropic":
            error = {"type": kind.anthropic_type, "message": self._told()}
            return {"type": "error", "error": error, "request_id": call_id}
        return {
            "error": {
                "message": self.message,
                "type": kind.type,
                "param": self.param or None,
                "code": self.code or kind.code or None,
            }
        }

    def body(self, speech: Speech, call_id: str) -> bytes:
        """Return the answer's body."""
        if self.raw:
            return self.raw
        return orjson.dumps(self.fields(speech, call_id))

    def answer_headers(self, speech: Speech) -> list[tuple[bytes, bytes]]:
        """Return what tells clients when and whether to try again."""
        fields = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in self.headers.items()
        ]
        fields += limit_headers(speech, self.measures)
        kind = KINDS[self.kind]
        if self.seconds is not None and "retry-after" not in self.headers:
            fields.append((b"retry-after", b"%d" % max(1, round(self.seconds + 0.499))))
            fields.append((b"retry-after-ms", b"%d" % max(1, round(self.seconds * 1000))))
        if kind.should_retry is False:
            fields.append((b"x-should-retry", b"false"))
        if self.status_in(speech) == HTTPStatus.UNAUTHORIZED:
            fields.append((b"www-authenticate", b'Bearer realm="relay"'))
        return fields

    def _told(self) -> str:
        """Anthropic's messages begin with the path of the field."""
        if not self.param or self.message.startswith(f"{self.param}:"):
            return self.message
        return f"{self.param}: {self.message}"
