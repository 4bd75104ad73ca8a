"""What a streamed answer costs, beside a bare pass-through in the same run.

Provider, server and readers are processes of their own. An answer has a fixed cost (the start,
its transactions, the stored end) and a marginal one per token; both are printed, and their sum.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.benchmarks.conftest import cpu_seconds, report
from tests.benchmarks.passthrough import PassThrough
from tests.fakes.product import ROOT, Person, Product, delta_of

pytestmark = [pytest.mark.bench, pytest.mark.slow]

LONG, SHORT = "1000 2", "20 0"  # see upstream.py
ROUNDS = 5
STREAMS = [int(count) for count in os.environ.get("BENCH_STREAMS", "100 300 1000").split()]
TOKENS = 100
PATIENCE_SECONDS = 420
WORD = b"One "  # the first token

Answer = Callable[[str], float]


def _frames_of(socket: ClientConnection) -> Iterator[dict[str, Any]]:
    for text in socket:
        yield from json.loads(text).get("frames", [])


def _on_page(person: Person, socket: ClientConnection) -> Answer:
    """Return a function: ask in an open tab, read to the end, seconds to the first word."""

    def answer(prompt: str) -> float:
        begun, first = time.perf_counter(), 0.0
        started = person.start(prompt, endpoint="Fake", model="bench")
        ask = {"type": "subscribe", "generation": started["generationId"], "after": 0}
        socket.send(json.dumps(ask))
        for frame in _frames_of(socket):
            if not first and frame["type"] in {"block", "tail"}:
                first = time.perf_counter() - begun
            if frame["type"] == "end":
                return first
        raise AssertionError("The stream broke off.")

    return answer


def _on_event_stream(person: Person) -> Answer:
    """Return a function: ask as LibreChat's client does, read all, seconds to the first word."""

    def answer(prompt: str) -> float:
        begun, first = time.perf_counter(), 0.0
        started = person.start(prompt, endpoint="Fake", model="bench")
        with closing(person.frames(started["streamId"])) as frames:
            for frame in frames:
                if not first and delta_of(frame):
                    first = time.perf_counter() - begun
        return first

    return answer


def _ask_directly(client: httpx.Client, url: str, prompt: str) -> float:
    """Read a provider's whole stream; return the seconds to its first word."""
    body = {"model": "bench", "stream": True, "messages": [{"role": "user", "content": prompt}]}
    begun, first = time.perf_counter(), 0.0
    with client.stream("POST", f"{url}/v1/chat/completions", json=body) as answer:
        for piece in answer.iter_raw():
            if not first and WORD in piece:
                first = time.perf_counter() - begun
    return first


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60) as opened:
        yield opened


@pytest.fixture(params=["page", "event stream"])
def door(request: pytest.FixtureRequest, bench_product: Product) -> Iterator[tuple[str, Answer]]:
    """A way to watch an answer: its name, and the function that asks and watches."""
    person = Person(bench_product.url).register()
    if request.param == "event stream":
        yield request.param, _on_event_stream(person)
        return
    address = f"{bench_product.url.replace('http', 'ws')}/ws?token={person.token}"
    headers = {"Origin": bench_product.url}
    with connect(address, additional_headers=headers, max_size=None) as socket:
        yield request.param, _on_page(person, socket)


def _cost(pid: int, work: Callable[[], object]) -> float:
    """Return the median CPU seconds that a process uses for one of these."""
    found: list[float] = []
    for _round in range(ROUNDS):
        before = cpu_seconds(pid)
        work()
        found.append(cpu_seconds(pid) - before)
    return statistics.median(found)


def test_cpu_of_an_answer(
    door: tuple[str, Answer],
    bench_product: Product,
    pass_through: PassThrough,
    client: httpx.Client,
) -> None:
    name, answer = door
    for _round in range(ROUNDS):
        answer(SHORT)
        _ask_directly(client, pass_through.url, SHORT)
    fixed = _cost(bench_product.pid, lambda: answer(SHORT))
    whole = _cost(bench_product.pid, lambda: answer(LONG))
    bare = _cost(pass_through.pid, lambda: _ask_directly(client, pass_through.url, LONG))
    report(f"answer ({name}), fixed CPU ms", f"{fixed * 1_000:.0f}", "no peer")
    report("  its marginal CPU s per 1,000 tokens", f"{whole - fixed:.3f}", "0.10")
    report("  end to end, 1,000 tokens 2 ms apart, CPU s", f"{whole:.3f}", "0.10")
    report("  bare uvicorn + aiohttp in the same run", f"{bare:.3f}", "the floor")
    assert whole > 0


def test_added_time_to_first_token(
    door: tuple[str, Answer],
    upstream: str,
    client: httpx.Client,
) -> None:
    name, answer = door
    answer(SHORT)
    ours: list[float] = []
    direct: list[float] = []
    for _round in range(30):
        direct.append(_ask_directly(client, upstream, SHORT))
        ours.append(answer(SHORT))
        time.sleep(0.05)  # what the end of an answer still does is not the next one's
    added = statistics.median(ours) - statistics.median(direct)
    report(f"added time to first token ({name}), p50 ms", f"{added * 1_000:.1f}", "10")
    assert min(ours) > 0


def _read_many(url: str, upstream: str, token: str, streams: int) -> dict[str, float]:
    """Let a process of its own read many streams; returns what it prints."""
    arguments = [url, upstream, token, str(streams), str(TOKENS)]
    command = [sys.executable, "-m", "tests.benchmarks.reader", *arguments]
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("streams", STREAMS)
def test_many_open_streams(bench_product: Product, upstream: str, streams: int) -> None:
    person = Person(bench_product.url).register()
    before = cpu_seconds(bench_product.pid)
    seen = _read_many(bench_product.url, upstream, person.token, streams)
    used = (cpu_seconds(bench_product.pid) - before) / streams
    report(f"{streams} open streams, whole and in order", f"{seen['whole']:.0f}", "all")
    report("  p99 gap jitter at 10 tokens/s each, ms", f"{seen['jitter_p99']:.0f}", "50")
    delays = f"{seen['delay_p50']:.0f} / {seen['delay_p99']:.0f}"
    report("  provider to reader, p50 / p99 ms", delays, "no peer")
    report(f"  CPU ms per answer of {TOKENS} tokens", f"{used * 1_000:.0f}", "no peer")
    assert seen["whole"] == streams
