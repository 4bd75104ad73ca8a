"""Every class of tokens is paid by its own rate, once, and the ledger can tell it again."""

from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async

from agents.engine.offload import offload
from agents.models import RelayAlias, RelayCall, RelayDeployment
from billing.models import Transaction
from billing.queries.receipts import receipts_check
from tests.agents.relay.conftest import Door
from tests.factories.prices import price_make
from tests.fakes.provider import FakeProvider, Script, Text
from tests.fakes.provider.script import Usage

CLAUDE = "claude-sonnet-4-5"
KEPT = Usage(1_000, 10, cached_tokens=100, written_tokens=600, written_long_tokens=200)
# 300 in at 3, 100 read at 0.3, 400 written at 3.75, 200 written for an hour at 6, 10 out at 15
KEPT_CREDITS = 900 + 30 + 1_500 + 1_200 + 150
SPOKEN = Usage(20, 10, audio_tokens=5, audio_output_tokens=4)


async def paid(door: Door) -> tuple[RelayCall, Transaction]:
    """Return the one call and its booking, both checked against each other."""
    await door.settle()
    call = await RelayCall.objects.aget()
    booked = await Transaction.objects.aget(context="relay")
    assert await offload(receipts_check) == []
    return call, booked


async def ask(door: Door, path: str, model: str, **fields: Any) -> httpx.Response:
    messages = [{"role": "user", "content": "Hi"}]
    body = {"model": model, "messages": messages, "max_tokens": 50}
    return await door.post(path, body | fields)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("path", ["/v1/messages", "/v1/chat/completions"])
async def test_what_is_kept_an_hour_costs_twice_the_input(
    door: Door, provider: FakeProvider, path: str, *, stream: bool
) -> None:
    provider.script(CLAUDE, Script((Text("Hello."),), KEPT))
    answer = await ask(door, path, CLAUDE, stream=stream)
    assert answer.status_code == 200
    call, booked = await paid(door)
    assert (call.input_tokens, call.cache_read_tokens, call.cache_write_tokens) == (300, 100, 600)
    assert (call.credits, call.is_estimated) == (KEPT_CREDITS, False)
    assert call.cache_write_long_tokens == 200
    assert booked.tokens == {"cache_write_long": 200}
    (told,) = (await door.ask("GET", "/v1/usage")).json()["data"]
    assert (told["cache_write_tokens"], told["cache_write_long_tokens"]) == (600, 200)


async def test_a_client_of_anthropics_dialect_hears_how_long_it_is_kept(
    door: Door, provider: FakeProvider
) -> None:
    provider.script(CLAUDE, Script((Text("Hello."),), KEPT))
    answer = await ask(door, "/v1/messages", CLAUDE)
    assert answer.json()["usage"]["cache_creation"] == {
        "ephemeral_5m_input_tokens": 400,
        "ephemeral_1h_input_tokens": 200,
    }


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("path", ["/v1/messages", "/v1/chat/completions"])
async def test_spoken_answers_cost_what_the_alias_says(
    door: Door, provider: FakeProvider, path: str, *, stream: bool
) -> None:
    rates = {"prompt": 1, "completion": 2, "audioOutput": 10}
    alias = await RelayAlias.objects.acreate(name="voice", rates=rates)
    await RelayDeployment.objects.acreate(alias=alias, endpoint="Fake", model="alpha")
    provider.script("alpha", Script((Text("Hello."),), SPOKEN))
    answer = await ask(door, path, "voice", stream=stream)
    assert answer.status_code == 200
    call, booked = await paid(door)
    assert call.credits == 20 * 1 + 6 * 2 + 4 * 10
    assert (call.audio_tokens, call.audio_output_tokens) == (5, 4)
    assert booked.tokens == {"audio": 5, "audio_output": 4}


async def test_a_price_of_an_administrator_names_every_class(
    door: Door, provider: FakeProvider
) -> None:
    rates: dict[str, Any] = {
        "cache_write": 3,
        "cache_write_long": 7,
        "cache_read": 1,
        "audio_output": 9,
    }
    await sync_to_async(price_make)(CLAUDE, 2, 4, **rates)
    provider.script(CLAUDE, Script((Text("Hello."),), KEPT))
    assert (await ask(door, "/v1/messages", CLAUDE)).status_code == 200
    call, booked = await paid(door)
    assert call.credits == 300 * 2 + 100 * 1 + 400 * 3 + 200 * 7 + 10 * 4
    assert (booked.rates["source"], booked.rates["cache_write_long"]) == ("admin", "7.000000000")


async def test_a_price_that_says_nothing_of_what_is_kept_an_hour_takes_it_as_any_write(
    door: Door, provider: FakeProvider
) -> None:
    await sync_to_async(price_make)(CLAUDE, 2, 4, cache_write=3)
    provider.script(CLAUDE, Script((Text("Hello."),), KEPT))
    assert (await ask(door, "/v1/messages", CLAUDE)).status_code == 200
    call, _booked = await paid(door)
    assert call.credits == 300 * 2 + 100 * 2 + 600 * 3 + 10 * 4
