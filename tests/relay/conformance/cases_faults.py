"""Providers' failures as each client hears of them (1.3); the upstream is of the other dialect."""

from tests.relay.conformance.tables import ABSENT, Fault, Like
from tests.relay.conformance.upstream import Json, Reply, json_reply, stream_reply
from tests.relay.conformance.wires import sse

BAD, SERVER = "invalid_request_error", "server_error"
SAID = "Something is wrong with it."
HTML = {"content-type": "text/html"}
NO_MARKUP = Like(r"^[^<]*$")


def failing(
    status: int, message: str = SAID, *, type_: str = "", code: object = None, **headers: str
) -> Reply:
    """Return a provider's refusal; it can be read in both dialects."""
    kind = type_ or "some_error"
    body = {
        "type": "error",
        "error": {"type": kind, "message": message, "param": None, "code": code},
    }
    return json_reply(body, status=status, **headers)


def chat(status: int, type_: str, code: object = ..., message: object = ...) -> tuple[int, Json]:
    return status, {"type": type_, "code": code, "message": message, "param": ...}


def messages(status: int, type_: object, message: object = ...) -> tuple[int, Json]:
    return status, {"type": type_, "message": message}


AUTH = (chat(502, SERVER, "upstream_auth"), messages(502, "api_error"))
QUOTA = (chat(503, SERVER, "upstream_quota"), messages(503, Like("^(overloaded|api)_error$")))
BUSY = (chat(503, SERVER, "overloaded"), messages(529, "overloaded_error"))
DOWN = (chat(502, SERVER, ..., NO_MARKUP), messages(502, "api_error", NO_MARKUP))
SLOW = (chat(504, SERVER, "upstream_timeout"), messages(504, "timeout_error"))
KEPT = Like(SAID)
TOO_LONG = (
    chat(400, BAD, "context_length_exceeded", Like("(?i)prompt is too long")),
    messages(400, BAD, Like("(?i)^prompt is too long")),
)
LIMITED = (chat(429, "rate_limit_error", "rate_limit_exceeded"), messages(429, "rate_limit_error"))
PATIENT = {"retry-after": "7"}
STATUSES = [
    Fault("400", failing(400), chat(400, BAD, ..., KEPT), messages(400, BAD, KEPT)),
    Fault("404", failing(404), chat(404, BAD, ..., KEPT), messages(404, Like("error$"), KEPT)),
    Fault("413", failing(413), chat(413, BAD), messages(413, Like("error$|request_too_large"))),
    Fault("422", failing(422), chat(422, BAD, ..., KEPT), messages(422, BAD, KEPT)),
    Fault("401", failing(401, "Incorrect API key provided: operators-openai-key"), *AUTH),
    Fault("403", failing(403), *AUTH),
    Fault("402", failing(402, "Your credit balance is too low"), *QUOTA),
    Fault(
        "429-of-the-operators-quota",
        failing(429, type_="insufficient_quota", code="insufficient_quota"),
        *QUOTA,
    ),
    Fault("429", failing(429), *LIMITED),
    Fault("429-with-retry-after", failing(429, retry_after="7"), *LIMITED, PATIENT),
    Fault(
        "429-with-retry-after-in-milliseconds",
        failing(429, retry_after="7", retry_after_ms="6500"),
        *LIMITED,
        {"retry-after-ms": "6500"},
    ),
    Fault("503", failing(503), *BUSY),
    Fault("529", failing(529, type_="overloaded_error"), *BUSY),
    Fault("500", failing(500), *DOWN),
    Fault("502", failing(502), *DOWN),
    Fault("500-without-body", Reply((), 500), *DOWN),
    Fault("502-as-a-page", Reply((b"<html><b>Bad gateway</b></html>",), 502, HTML), *DOWN),
    Fault("200-as-a-page", Reply((b"<html><b>Sign in</b></html>",), 200, HTML), *DOWN),
    Fault("200-without-json", Reply((b"{oops",)), *DOWN),
    Fault("200-cut-before-anything", Reply((), is_cut=True), *DOWN),
    Fault("redirect", Reply((), 302, {"location": "http://127.0.0.1:1/"}), *DOWN),
    Fault(
        "first-event-is-an-error",
        stream_reply(
            sse(
                {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
                name="error",
            )
        ),
        *BUSY,
    ),
    Fault("200-with-an-error-in-json", failing(200, "Overloaded", type_="overloaded_error"), *BUSY),
    Fault("slow", Reply((b"{}",), wait_seconds=60), *SLOW, models=("hurried-o", "hurried-a")),
    *(
        Fault(f"too-long-{number}", failing(400, words), *TOO_LONG)
        for number, words in enumerate(
            (
                "prompt is too long: 250000 tokens > 200000 maximum",
                "This model's maximum context length is 128000 tokens.",
                "Input is too long for requested model.",
                "Your input exceeds the context window of this model.",
                "The input token count (9) exceeds the maximum.",
                "Too many tokens in the prompt.",
                "Please reduce the length of the messages.",
            ),
            1,
        )
    ),
    Fault("too-long-by-code", failing(400, code="context_length_exceeded"), *TOO_LONG),
]
FAULTS = STATUSES
UNSEEN = {
    "openai-organization": ABSENT,
    "anthropic-organization-id": ABSENT,
    "x-ratelimit-remaining-requests": ABSENT,
}
