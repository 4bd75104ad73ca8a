"""The relay on a real server: clients that leave, keys that end, processes that die."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.fakes.product import Product
from tests.fakes.provider import Delay, Endless, FakeProvider, Hang, Script, Text
from tests.reliability.conftest import Launch

pytestmark = [pytest.mark.services, pytest.mark.slow]

PATIENCE_SECONDS = 120
KEY = """
from accounts.models import User
from accounts.services.api_keys import api_key_create
owner, _new = User.objects.get_or_create(
    email="programs@example.org", defaults={"username": "programs", "role": "ADMIN"})
key, text = api_key_create(user=owner, name="Script")
print("made", key.pk, text)
"""
REVOKE = """
from accounts.models import ApiKey
from accounts.services.api_keys import api_key_revoke
key = ApiKey.objects.get(pk="{}")
api_key_revoke(key=key, actor=key.user)
"""
TELL = """
import json
from agents.models import RelayCall
from billing.models import Balance, Hold
calls = RelayCall.objects.order_by("started_at", "id")
print(json.dumps({
    "calls": list(calls.values("status", "error_code", "input_tokens", "output_tokens",
                               "credits", "is_estimated", "allowance")),
    "holds": list(Hold.objects.values("state", "charged_credits")),
    "balances": list(Balance.objects.values("credits", "held_credits", "debt_credits")),
}))
"""


def made(server: Product) -> tuple[str, str]:
    """Return a new key: its id and its text."""
    _word, key_id, text = server.manage("shell", "-v0", "-c", KEY).stdout.split()[-3:]
    return key_id, text


def told(server: Product) -> dict[str, Any]:
    """Return what the database says."""
    output = server.manage("shell", "-v0", "-c", TELL).stdout.strip().splitlines()[-1]
    found: dict[str, Any] = json.loads(output)
    return found


def in_time(state: Callable[[], dict[str, Any]], is_so: Callable[[dict[str, Any]], bool]) -> Any:
    """Return the state once it is so; fail after two minutes."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = state()
        if is_so(found):
            return found
        assert time.monotonic() < until, found
        time.sleep(0.3)


def body(model: str, *, stream: bool = True) -> dict[str, Any]:
    message = {"role": "user", "content": "Go on."}
    return {"model": model, "stream": stream, "max_tokens": 1_000, "messages": [message]}


def client(server: Product, text: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {text}"}
    return httpx.Client(base_url=server.url, headers=headers, timeout=PATIENCE_SECONDS)


@contextmanager
def asking_raw(server: Product, text: str, content: dict[str, Any]) -> Iterator[socket.socket]:
    """Send a request and give its line, from which nothing is read."""
    parts = urlsplit(server.url)
    sent = json.dumps(content).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {text}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n"
    )
    with socket.create_connection((parts.hostname, parts.port or 0)) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        line.sendall(head.encode() + sent)
        yield line


def all_settled(found: dict[str, Any]) -> bool:
    return bool(found["calls"]) and all(hold["state"] != "open" for hold in found["holds"])


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
def test_a_client_that_leaves_ends_the_call_and_pays_for_what_came(
    launch: Launch, provider: FakeProvider, path: str
) -> None:
    server = launch()
    _key_id, text = made(server)
    provider.script("slow", Script((Endless("word ", 0.01),)))
    with client(server, text) as asking, asking.stream("POST", path, json=body("slow")) as answer:
        for seen, _line in enumerate(answer.iter_lines()):
            if seen > 40:
                break
    assert provider.requests[-1].wait().is_cancelled
    found = in_time(lambda: told(server), all_settled)
    [call] = found["calls"]
    assert (call["status"], call["is_estimated"]) == ("aborted", True)
    assert call["output_tokens"] > 3
    assert found["holds"][0]["charged_credits"] == call["credits"] > 0
    assert found["balances"][0]["held_credits"] == 0


def test_a_client_that_leaves_before_the_first_byte_ends_the_call(
    launch: Launch, provider: FakeProvider
) -> None:
    server = launch()
    _key_id, text = made(server)
    provider.script("hang", Script((Hang(),)))
    with asking_raw(server, text, body("hang", stream=False)):
        provider.wait_for_request()
    assert provider.requests[-1].wait().is_cancelled
    [call] = in_time(lambda: told(server), all_settled)["calls"]
    assert (call["status"], call["credits"]) == ("aborted", 0)


def test_a_key_that_is_ended_cuts_its_streams(launch: Launch, provider: FakeProvider) -> None:
    server = launch()
    key_id, text = made(server)
    provider.script("slow", Script((Endless("word ", 0.02),)))
    with client(server, text) as asking:
        ask = asking.stream("POST", "/v1/chat/completions", json=body("slow"))
        with ask as answer:
            lines = answer.iter_lines()
            next(lines)
            server.manage("shell", "-v0", "-c", REVOKE.format(key_id))
            last = [line for line in lines if line][-1]
    assert json.loads(last.removeprefix("data: "))["error"]["code"] == "invalid_api_key"


def test_a_stalled_client_holds_the_upstream_back_and_no_memory(
    launch: Launch, provider: FakeProvider
) -> None:
    server = launch()
    _key_id, text = made(server)
    provider.script("slow", Script((Endless("word " * 2_000, 0.0),)))
    with client(server, text) as asking:  # what a first call imports is no part of the growth
        ask = asking.stream("POST", "/v1/chat/completions", json=body("slow"))
        with ask as answer:
            next(answer.iter_lines())
    provider.requests[-1].wait()
    with asking_raw(server, text, body("slow")):
        provider.wait_for_request(2)
        time.sleep(1)
        before = resident(server.pid)
        time.sleep(4)
        grown = resident(server.pid) - before
    assert grown < 30  # megabytes; unheld, the provider sends hundreds in this time


def test_calls_of_a_killed_server_are_settled_by_the_next_one(
    launch: Launch, provider: FakeProvider
) -> None:
    server = launch()
    _key_id, text = made(server)
    provider.script("echo", Script((Text("Done."),)))
    provider.script("slow", Script((Endless("word ", 0.02),)))
    with client(server, text) as asking:
        asking.post("/v1/chat/completions", json=body("echo", stream=False))
        ask = asking.stream("POST", "/v1/chat/completions", json=body("slow"))
        with ask as answer:
            next(answer.iter_lines())
            server.kill()
    again = launch()
    found = in_time(lambda: told(again), all_settled)
    assert sorted(call["status"] for call in found["calls"]) == ["lost", "ok"]
    charged = sum(hold["charged_credits"] or 0 for hold in found["holds"])
    assert charged == sum(call["credits"] for call in found["calls"]) > 0
    assert found["balances"][0]["held_credits"] == 0
    assert again.manage("fsck").returncode == 0


def test_a_server_that_stops_lets_running_calls_end(launch: Launch, provider: FakeProvider) -> None:
    server = launch()
    _key_id, text = made(server)
    provider.script("slow", Script((Text("One "), Delay(2), Text("two."))))
    with client(server, text) as asking:
        ask = asking.stream("POST", "/v1/chat/completions", json=body("slow"))
        with ask as answer:
            lines = answer.iter_lines()
            next(lines)
            server.terminate()
            rest = list(lines)
    assert "data: [DONE]" in rest
    server.wait()
    [call] = told(server)["calls"]
    assert call["status"] == "ok"


def resident(pid: int) -> float:
    """Return the megabytes a process occupies."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")
