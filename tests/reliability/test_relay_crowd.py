"""Many streams at once over real sockets, of which many break off.

``RELAY_CROWD`` says how many there are (1,000 for the whole proof).
"""

import asyncio
import json
import os
import random
import resource
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from tests.fakes.product import Product
from tests.fakes.provider import Delay, FakeProvider, Hang, Script, Text, Usage
from tests.reliability.conftest import Launch
from tests.reliability.test_relay import body, in_time, made, resident

pytestmark = [pytest.mark.services, pytest.mark.slow]

STREAMS = int(os.environ.get("RELAY_CROWD", "200"))
SEED = 6
TOKENS = 40
SECONDS = 0.1  # between two tokens
STARTED_WITH = 50_000_000  # credits, as the configuration of these servers says
MOST_GROWN = 40.0  # megabytes that stay with the server after the crowd has left
STAYS, LEAVES = "slow", "hang"  # models, by what their clients do
PATHS = ("/v1/chat/completions", "/v1/messages")
NUMBERS = [f"{number} " for number in range(TOKENS)]
WHOLE = "".join(NUMBERS)
TELL = """
import json
from agents.models import RelayCall
from billing.models import Balance, Hold
from billing.queries.books import trial_balance
calls = RelayCall.objects.values("id", "status", "output_tokens", "credits", "is_estimated")
print(json.dumps({
    "calls": {str(call["id"]): call for call in calls},
    "holds": list(Hold.objects.values("state", "charged_credits")),
    "balances": list(Balance.objects.values("credits", "held_credits", "debt_credits")),
    "trial": trial_balance(),
}, default=str))
"""


@dataclass
class Seen:
    """What one client got. leaves_after: so many tokens; None: it stays."""

    leaves_after: int | None
    call_id: str = ""
    text: str = ""


def test_who_stays_gets_everything_and_who_leaves_pays_for_what_came(
    launch: Launch, provider: FakeProvider, record_property: Callable[[str, object], None]
) -> None:
    _many_sockets()
    steps = [step for number in NUMBERS for step in (Text(number), Delay(SECONDS))]
    provider.script(STAYS, Script(tuple(steps), usage=Usage(11, 3 * TOKENS)))
    # It does not end before its client leaves, however late that one reads.
    provider.script(LEAVES, Script((*steps, Hang())))
    server = launch()
    _key_id, key = made(server)
    first = asyncio.run(_crowd(server.url, key, STREAMS // 4))
    before = in_time(lambda: _told(server), lambda found: _is_settled(found, STREAMS // 4))
    occupied = resident(server.pid)
    crowd = asyncio.run(_crowd(server.url, key, STREAMS))
    everybody = STREAMS + STREAMS // 4
    found = in_time(lambda: _told(server), lambda found: _is_settled(found, everybody))
    _check_texts([*first, *crowd])
    _check_calls([*first, *crowd], found)
    _check_books(found)
    assert len(before["calls"]) == STREAMS // 4
    # Nobody's call goes on at the provider once its client has left.
    assert all(one.wait().is_done or one.is_cancelled for one in provider.requests)
    leavers = sum(one.leaves_after is not None for one in [*first, *crowd])
    assert sum(one.is_cancelled for one in provider.requests) == leavers
    grown = resident(server.pid) - occupied
    record_property("megabytes_grown", round(grown, 1))
    assert grown < MOST_GROWN
    assert server.manage("fsck").returncode == 0


async def _crowd(url: str, key: str, count: int) -> list[Seen]:
    """Have so many clients ask at once; about half of them leave at some time."""
    dice = random.Random(SEED)
    crowd = [Seen(dice.choice((None, dice.randrange(TOKENS - 5)))) for _one in range(count)]
    line = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=None, sock_read=240)
    async with aiohttp.ClientSession(url, connector=line, timeout=timeout) as session:
        asked = (
            _ask(session, PATHS[number % 2], key, seen, number * 0.003)
            for number, seen in enumerate(crowd)
        )
        await asyncio.gather(*asked)
    return crowd


async def _ask(
    session: aiohttp.ClientSession, path: str, key: str, seen: Seen, wait_seconds: float
) -> None:
    await asyncio.sleep(wait_seconds)
    headers = {"Authorization": f"Bearer {key}"}
    model = STAYS if seen.leaves_after is None else LEAVES
    async with session.post(path, json=body(model), headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        seen.call_id = answer.headers["x-request-id"]
        tokens = 0
        if seen.leaves_after == 0:
            answer.close()
            return
        async for line in answer.content:
            text = _text_of(line)
            seen.text += text
            tokens += bool(text)
            if seen.leaves_after is not None and tokens >= seen.leaves_after:
                answer.close()
                return


def _text_of(line: bytes) -> str:
    """Return the text that a line of a stream adds, in either dialect."""
    if not line.startswith(b"data: {"):
        return ""
    data: dict[str, Any] = json.loads(line[6:])
    if data.get("type") == "content_block_delta":
        return str(data["delta"].get("text", ""))
    if data.get("error") or data.get("type") == "error":
        raise AssertionError(data)
    deltas = [choice["delta"] for choice in data.get("choices", [])]
    return "".join(delta.get("content") or "" for delta in deltas)


def _check_texts(crowd: list[Seen]) -> None:
    for seen in crowd:
        if seen.leaves_after is None:
            assert seen.text == WHOLE
        else:
            assert WHOLE.startswith(seen.text)


def _check_calls(crowd: list[Seen], found: dict[str, Any]) -> None:
    assert len({seen.call_id for seen in crowd}) == len(crowd)
    for seen in crowd:
        call = found["calls"][seen.call_id]
        if seen.leaves_after is None:
            assert (call["status"], call["output_tokens"]) == ("ok", 3 * TOKENS)
        else:
            assert call["status"] == "aborted", (seen, call)
            assert seen.text.count(" ") <= call["output_tokens"] <= 3 * TOKENS + 5
            assert call["credits"] > 0 or not seen.text


def _check_books(found: dict[str, Any]) -> None:
    charged = sum(call["credits"] for call in found["calls"].values())
    assert charged == sum(hold["charged_credits"] or 0 for hold in found["holds"])
    [balance] = found["balances"]
    assert balance == {
        "credits": STARTED_WITH - charged,
        "held_credits": 0,
        "debt_credits": 0,
    }
    assert found["trial"] == 0


def _is_settled(found: dict[str, Any], calls: int) -> bool:
    return len(found["calls"]) == calls and all(one["state"] != "open" for one in found["holds"])


def _told(server: Product) -> dict[str, Any]:
    output = server.manage("shell", "-v0", "-c", TELL).stdout.strip().splitlines()[-1]
    found: dict[str, Any] = json.loads(output)
    return found


def _many_sockets() -> None:
    """Let this process and the servers it starts open as many sockets as the system lets them."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
