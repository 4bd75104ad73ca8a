"""Routes of one dialect: legacy completions, images, speech, transcriptions; bytes pass (1.1)."""

import pytest

from tests.relay.conformance.conftest import Relay
from tests.relay.conformance.media import DOORS, FORM, MP3, SAID, SOUND, Door, ask, form, used
from tests.relay.conformance.upstream import Reply, json_reply
from tests.relay.conformance.wires import pieces_of

pytestmark = pytest.mark.services
BAD, SERVER = "invalid_request_error", "server_error"
EACH = pytest.mark.parametrize("door", [pytest.param(one, id=one.path[4:]) for one in DOORS])


@EACH
def test_a_request_passes_byte_by_byte_but_for_the_model(relay: Relay, door: Door) -> None:
    answer, (received,) = ask(relay, door, door.reply)
    assert answer.status_code == 200
    assert received.path == door.path
    assert received.body == door.asking("MARK", "gpt-4.1")
    assert received.headers["content-type"] == door.kind
    assert received.headers["authorization"] == "Bearer operators-openai-key"


@EACH
def test_an_answer_passes_byte_by_byte_however_it_is_cut(relay: Relay, door: Door) -> None:
    body = b"".join(door.reply.pieces)
    for seed in range(4):
        reply = Reply(pieces_of(body, seed=seed), headers=door.reply.headers)
        answer, _requests = ask(relay, door, reply)
        assert (answer.status_code, answer.content) == (200, body)
        assert answer.headers["content-type"] == door.reply.headers["content-type"]
        assert answer.headers["x-relay-model"] == "openAI/gpt-4.1"
        assert answer.headers["x-request-id"] == answer.headers["request-id"]


@EACH
def test_the_providers_count_is_what_is_kept(relay: Relay, door: Door) -> None:
    before = used(relay)
    ask(relay, door, door.reply)
    calls, given, output = (after - ago for ago, after in zip(before, used(relay), strict=True))
    assert calls == 1
    if door.counted is None:
        assert given > 0  # ours: sound has no tokens
    else:
        assert (given, output) == door.counted


@EACH
@pytest.mark.parametrize("status", [400, 404, 422, 429])
def test_a_providers_refusal_is_handed_on(relay: Relay, door: Door, status: int) -> None:
    said = b'{"error" : {"message":"No.","type":"made_up","param":null,"code":null}}'
    reply = Reply((said,), status, {"content-type": "application/json", "retry-after": "7"})
    before = used(relay)
    answer, _requests = ask(relay, door, reply)
    assert (answer.status_code, answer.content) == (status, said)
    assert answer.headers["retry-after"] == "7"
    assert used(relay)[1:] == before[1:]


FAULTS = [
    pytest.param(json_reply({"error": "x"}, status=401), 502, "upstream_auth", id="401"),
    pytest.param(json_reply({"error": "x"}, status=402), 503, "upstream_quota", id="402"),
    pytest.param(
        Reply((b"<html>Bad gateway</html>",), 502, {"content-type": "text/html"}),
        502,
        "upstream_failed",
        id="page",
    ),
    pytest.param(Reply((), is_cut=True), 502, ..., id="cut"),
]


@EACH
@pytest.mark.parametrize(("reply", "status", "code"), FAULTS)
def test_the_operators_troubles_stay_the_operators(
    relay: Relay, door: Door, reply: Reply, status: int, code: object
) -> None:
    answer, _requests = ask(relay, door, reply)
    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (status, SERVER)
    assert code in {..., error["code"]}
    assert "operators-openai-key" not in answer.text
    assert "<" not in answer.text


@EACH
@pytest.mark.parametrize(
    ("model", "key", "status", "code", "param"),
    [
        ("nope", "main", 404, "model_not_found", "model"),
        ("sonnet", "main", 404, None, "model"),
        ("gpt5", "one-model", 403, "model_not_allowed", None),
        ("gpt", "embeddings-only", 403, ..., None),
        ("gpt", "revoked", 401, "invalid_api_key", None),
        ("gpt", "elsewhere", 403, ..., None),
        ("", "main", 400, None, "model"),
    ],
)
def test_what_is_refused_never_reaches_the_provider(
    relay: Relay, door: Door, model: str, key: str, status: int, code: object, param: object
) -> None:
    answer, requests = ask(relay, door, door.reply, model=model, key=key)
    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (status, BAD)
    assert code in {..., error["code"]}
    assert error["param"] == param
    assert requests == []


@EACH
def test_over_the_budget_nothing_is_asked(relay: Relay, door: Door) -> None:
    answer, requests = ask(relay, door, door.reply, key="poor")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "insufficient_quota")
    assert answer.headers["x-should-retry"] == "false"
    assert requests == []


@EACH
def test_the_wrong_method_is_told(relay: Relay, door: Door) -> None:
    answer = relay.client.get(door.path, headers=relay.headers())
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_transcription_as_text_passes(relay: Relay) -> None:
    reply = Reply((b"Rain.\n",), headers={"content-type": "text/plain; charset=utf-8"})
    answer, _requests = ask(relay, DOORS[3], reply)
    assert (answer.content, answer.headers["content-type"]) == (
        b"Rain.\n",
        "text/plain; charset=utf-8",
    )


def test_a_transcription_by_the_second_is_estimated(relay: Relay) -> None:
    said = {"text": "Rain.", "usage": {"type": "duration", "seconds": 9.2}}
    before = used(relay)
    answer, _requests = ask(relay, DOORS[3], json_reply(said))
    assert answer.json() == said
    assert used(relay)[1] > before[1]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (form(("language", b"en")), FORM),
        (form(("model", b"gpt"), ("model", b"gpt5")), FORM),
        (form(("model", b"gpt")).replace(b"\r\n", b"\n"), FORM),
        (b'{"model":"gpt"}', "application/json"),
        (form(("model", b"gpt")), "multipart/form-data"),
    ],
    ids=["no-model", "two-models", "other-line-ends", "json", "no-boundary"],
)
def test_a_form_that_does_not_clearly_name_a_model_is_refused(
    relay: Relay, body: bytes, kind: str
) -> None:
    headers = relay.headers(content_type=kind)
    answer = relay.client.post("/v1/audio/transcriptions", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, BAD)


def test_a_model_inside_the_file_opens_no_other_model(relay: Relay) -> None:
    """The key may use gpt; the file's own words must neither help nor harm."""
    for model, status in (("gpt", 200), ("gpt5", 403)):
        sound = SOUND.replace(b"gpt5", b"gpt" if model == "gpt5" else b"gpt5")
        door = Door(
            "/v1/audio/transcriptions", form(("model", b"MODEL"), sound=sound), MP3, None, FORM
        )
        answer, requests = ask(relay, door, json_reply(SAID), model=model, key="one-model")
        assert answer.status_code == status
        assert [one.body for one in requests] == (
            [door.asking("MARK", "gpt-4.1")] if status == 200 else []
        )
