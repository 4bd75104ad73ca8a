"""Responses that a provider keeps: only who made one goes on from it, whichever process asks."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.models import Group
from agents.models import RelayCall
from agents.relay import ownership
from billing.models import Hold
from tests.agents.relay.conftest import Door
from tests.agents.relay.keeping import MADE, MARK, Place, opened, response
from tests.relay.conformance.upstream import Reply, json_reply, stream_reply
from tests.relay.conformance.wires import events, pieces_of

RESPONSES, COUNT = "/v1/responses", "/v1/responses/input_tokens"
NOT_FOUND = {
    "message": f"Previous response with id {MADE!r} not found.",
    "type": "invalid_request_error",
    "param": "previous_response_id",
    "code": "previous_response_not_found",
}


@pytest.fixture
async def place(
    transactional_db: None, settings: LazySettings, tmp_path: Path
) -> AsyncIterator[Place]:
    async with opened(settings, tmp_path) as made:
        yield made


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look once more, but do not wait: there is nothing to wait for."""
    monkeypatch.setattr(ownership, "PAUSES", (0.0,))


async def ask(door: Door, path: str = RESPONSES, **fields: Any) -> Any:
    return await door.post(path, {"model": "keeper", "input": MARK} | fields)


async def go_on(door: Door, path: str = RESPONSES, **fields: Any) -> Any:
    return await ask(door, path, **({"previous_response_id": MADE} | fields))


async def test_ones_own_response_is_gone_on_from_at_once(place: Place) -> None:
    door = await place.door()
    assert (await ask(door)).status_code == 200
    answer = await go_on(door)
    assert (answer.status_code, answer.json()["id"]) == (200, MADE)
    assert place.requests[1].fields["previous_response_id"] == MADE


async def test_what_another_process_was_answered_a_moment_ago_is_found(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await place.door()
    there = await place.door(like=here)
    looked = asyncio.Event()

    def pauses() -> Iterator[float]:
        yield 0.0
        looked.set()
        yield from [0.05] * 200

    monkeypatch.setattr(ownership, "PAUSES", pauses())
    async with there.service.meter._flushing:  # it has not come to writing yet
        assert (await ask(there)).status_code == 200
        going = asyncio.create_task(go_on(here))
        await asyncio.wait_for(looked.wait(), 30)
        assert not await RelayCall.objects.aexists()
    assert (await going).status_code == 200
    assert (await here.ask("GET", f"{RESPONSES}/{MADE}")).json() == response()


async def test_it_is_waited_for_a_call_whose_end_the_client_saw_first(place: Place) -> None:
    door = await place.door()
    said = events([{"type": "response.completed", "response": response()}])
    slow = Reply(
        (said, b": bye\n\n"), headers={"content-type": "text/event-stream"}, pause_seconds=0.5
    )
    place.answers(slow, json_reply(response()))
    asking = asyncio.create_task(ask(door, stream=True))
    await asyncio.to_thread(place.asked.wait, 30)
    assert (await go_on(door)).status_code == 200
    assert (await asking).status_code == 200


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("path", [RESPONSES, COUNT])
async def test_a_strangers_response_is_as_unknown_as_one_that_never_was(
    place: Place, path: str
) -> None:
    owner, stranger = await place.door(), await place.door("stranger")
    await ask(owner)
    await owner.settle()
    refused = await go_on(stranger, path)
    unknown = await go_on(stranger, path, previous_response_id="resp_never")
    assert (refused.status_code, refused.json()["error"]) == (400, NOT_FOUND)
    told = json.loads(unknown.text.replace("resp_never", MADE))
    assert (unknown.status_code, told["error"]) == (400, NOT_FOUND)
    assert len(place.requests) == 1
    await stranger.settle()
    calls = RelayCall.objects.filter(user_id=stranger.key.user_id)
    noted = [(call.status, call.error_code, call.credits) async for call in calls]
    assert noted == [("refused", "previous_response_not_found", 0)] * 2
    assert await Hold.objects.filter(user_id=stranger.key.user_id).acount() == 0


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_a_strangers_response_is_neither_told_nor_deleted(place: Place, method: str) -> None:
    owner, stranger = await place.door(), await place.door("stranger")
    await ask(owner)
    await owner.settle()
    for below in ("", "/input_items") if method == "GET" else ("",):
        answer = await stranger.ask(method, f"{RESPONSES}/{MADE}{below}")
        assert answer.status_code == 404
        assert answer.json()["error"]["type"] == "invalid_request_error"
    assert len(place.requests) == 1
    assert (await owner.ask(method, f"{RESPONSES}/{MADE}")).status_code == 200


async def test_no_response_can_be_cancelled_here(place: Place) -> None:
    door = await place.door()
    answer = await door.post(f"{RESPONSES}/{MADE}/cancel", {})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, DELETE")
    assert not place.requests


@pytest.mark.usefixtures("at_once")
async def test_a_teams_response_is_its_members_and_not_one_of_their_own(place: Place) -> None:
    first, second = [await Group.objects.acreate(name=name) for name in ("One", "Two")]
    made = await place.door("owner", team=first)
    await ask(made)
    await made.settle()
    assert (await go_on(await place.door("colleague", team=first))).status_code == 200
    assert (await go_on(await place.door("owner"))).status_code == 400
    assert (await go_on(await place.door("owner", team=second))).status_code == 400


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    "name", ["", 7, ["resp_1"], "resp_\x00", "..", "x" * 129, "resp_1/input_items"]
)
async def test_what_can_be_no_id_is_not_found(place: Place, name: object) -> None:
    door = await place.door()
    answer = await go_on(door, previous_response_id=name)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "previous_response_not_found")
    assert not place.requests


async def test_an_address_with_a_zero_byte_leads_to_nothing(place: Place) -> None:
    door = await place.door()
    assert (await door.ask("GET", f"{RESPONSES}/resp_%00")).status_code == 404


async def test_a_response_is_gone_on_from_where_it_is_kept(place: Place) -> None:
    door = await place.door()
    await ask(door)
    assert (await go_on(door, model="both")).headers["x-relay-model"] == "Keeper/alpha"
    refused = await go_on(door, model="other")
    assert (refused.status_code, refused.json()["error"]) == (400, NOT_FOUND)
    assert [one.path for one in place.requests] == ["/Keeper/v1/responses"] * 2


async def test_a_model_that_keeps_nothing_refuses_by_the_fields_name(place: Place) -> None:
    door = await place.door()
    error = (await go_on(door, model="forgets")).json()["error"]
    assert (error["code"], error["param"]) == ("unsupported_parameter", "previous_response_id")


@pytest.mark.parametrize("field", ["conversation", "background"])
async def test_what_has_no_owner_here_is_refused(place: Place, field: str) -> None:
    door = await place.door()
    named: dict[str, Any] = {field: "conv_1" if field == "conversation" else True}
    answer = await ask(door, **named)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "unsupported_parameter")
    assert error["param"] == field
    assert not place.requests
    named[field] = None
    assert (await ask(door, **named)).status_code == 200


@pytest.mark.parametrize(
    "hidden",
    ['"previous_response_id":"resp_theirs",', '"previous\\u005fresponse_id":"resp_theirs",'],
    ids=["twice", "escaped"],
)
@pytest.mark.parametrize("last", [f'"{MADE}"', "null"], ids=["own", "none"])
async def test_a_name_that_stands_twice_reaches_the_provider_once(
    place: Place, hidden: str, last: str
) -> None:
    door = await place.door()
    await ask(door)
    named = f'{hidden}"input":"{MARK}","previous_response_id":{last}'
    body = f'{{"model":"keeper",{named}}}'
    answer = await door.ask("POST", RESPONSES, content=body)
    assert answer.status_code == 200
    sent = place.requests[1]
    assert b"resp_theirs" not in sent.body
    assert sent.fields["previous_response_id"] == json.loads(last)


@pytest.mark.parametrize("is_stream", [False, True], ids=["whole", "stream"])
async def test_the_id_is_the_responses_own_wherever_it_stands(
    place: Place, is_stream: bool
) -> None:
    """Metadata come back in the answer: with an id in them nobody makes a response their own."""
    told = response()
    told["id"] = told.pop("id")  # behind the metadata
    parts: list[dict[str, Any]] = [
        {"type": "made.up", "id": "resp_of_somebody_else"},
        {"type": "response.created", "response": {**told, "usage": None}},
        {"type": "response.completed", "response": told},
    ]
    stream = stream_reply(*pieces_of(events(parts), seed=3))
    place.answers(stream if is_stream else json_reply(told))
    door = await place.door()
    assert (await ask(door, stream=is_stream)).status_code == 200
    await door.settle()
    assert (await RelayCall.objects.aget()).upstream_request_id == MADE


async def test_what_the_provider_reads_again_is_promised_and_charged_without_its_count(
    place: Place,
) -> None:
    door = await place.door()
    await ask(door)
    place.answers(json_reply(response("resp_2", usage=None)))
    await go_on(door)
    await door.settle()
    call = await RelayCall.objects.aget(upstream_request_id="resp_2")
    assert call.is_estimated
    assert call.input_tokens > 340
