"""How long a prompt is: what the provider says, or what is estimated where it does not count."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from agents.models import RelayCall
from billing.models import Hold
from tests.agents.relay.keeping import MARK, Place, opened
from tests.relay.conformance.upstream import Reply, json_reply

ESTIMATED = "x-relay-estimated"
ASKED: dict[str, dict[str, Any]] = {
    "/v1/messages/count_tokens": {
        "model": "claude-sonnet-4-5",
        "messages": [{"role": "user", "content": MARK}],
    },
    "/v1/responses/input_tokens": {"model": "keeper", "input": MARK},
}
TOLD: dict[str, dict[str, Any]] = {
    "/v1/messages/count_tokens": {"input_tokens": 14},
    "/v1/responses/input_tokens": {"object": "response.input_tokens", "input_tokens": 14},
}
PAGE = Reply((b"<html>Not Found</html>",), 404, {"content-type": "text/html"})
every_way = pytest.mark.parametrize("path", ASKED)


@pytest.fixture
async def place(
    transactional_db: None, settings: LazySettings, tmp_path: Path
) -> AsyncIterator[Place]:
    async with opened(settings, tmp_path) as made:
        yield made


@every_way
async def test_what_the_provider_counts_is_no_estimate(place: Place, path: str) -> None:
    place.answers(json_reply(TOLD[path]))
    door = await place.door()
    answer = await door.post(path, ASKED[path])
    assert (answer.status_code, answer.json()) == (200, TOLD[path])
    assert ESTIMATED not in answer.headers
    await door.settle()
    assert not (await RelayCall.objects.aget()).is_estimated


@every_way
@pytest.mark.parametrize(
    "refusal",
    [
        PAGE,
        json_reply({"error": {"message": "Unknown request URL."}}, status=404),
        json_reply({"detail": "Method Not Allowed"}, status=405),
        json_reply({"error": "not implemented"}, status=501),
    ],
    ids=["page", "404", "405", "501"],
)
async def test_a_server_that_does_not_count_is_stood_in_for_and_that_is_said(
    place: Place, path: str, refusal: Reply
) -> None:
    place.answers(refusal)
    door = await place.door()
    answer = await door.post(path, ASKED[path])
    counted = answer.json()["input_tokens"]
    assert (answer.status_code, answer.json()) == (200, {**TOLD[path], "input_tokens": counted})
    assert counted > 0
    assert answer.headers[ESTIMATED] == "true"
    assert len(place.requests) == 1
    await door.settle()
    call = await RelayCall.objects.aget()
    assert (call.status, call.http_status, call.is_estimated) == ("ok", 200, True)
    assert (call.credits, await Hold.objects.acount()) == (0, 0)


async def test_the_estimate_is_the_same_whoever_would_have_counted(place: Place) -> None:
    place.answers(PAGE)
    door = await place.door()
    path = "/v1/responses/input_tokens"
    stood_in = await door.post(path, ASKED[path])
    ours = await door.post(path, ASKED[path] | {"model": "forgets"})
    assert stood_in.json() == ours.json()
    assert ours.headers[ESTIMATED] == "true"
    assert len(place.requests) == 1


@every_way
@pytest.mark.parametrize(("status", "told"), [(400, 400), (422, 422), (401, 502), (500, 500)])
async def test_a_refusal_is_told_and_not_estimated_over(
    place: Place, path: str, status: int, told: int
) -> None:
    place.answers(json_reply({"error": {"message": "No."}}, status=status))
    answer = await (await place.door()).post(path, ASKED[path])
    assert answer.status_code == told
    assert ESTIMATED not in answer.headers


@every_way
async def test_an_answer_without_a_count_is_a_failure_and_no_reason_to_estimate(
    place: Place, path: str
) -> None:
    for body in (b"{}", b"no", b'{"input_tokens": "14"}'):
        place.answers(Reply((body,)))
        answer = await (await place.door()).post(path, ASKED[path])
        assert answer.status_code == 502
        assert ESTIMATED not in answer.headers


@every_way
async def test_what_cannot_be_read_here_is_refused_where_nobody_else_counts(
    place: Place, path: str
) -> None:
    place.answers(PAGE)
    body = ASKED[path] | {"tools": [{"type": "function", "name": 7, "mark": MARK}]}
    answer = await (await place.door()).post(path, body)
    assert answer.status_code == 400
    assert "tools.0" in str(answer.json()["error"])
    assert ESTIMATED not in answer.headers
