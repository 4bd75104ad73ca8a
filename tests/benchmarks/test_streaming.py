"""What a streamed answer costs, beside a bare pass-through in the same run."""

import asyncio
import itertools
import json
import statistics
import time
from contextlib import closing

import aiohttp
import httpx
import pytest
from websockets.sync.client import connect

from tests.benchmarks.conftest import cpu_seconds, report
from tests.benchmarks.passthrough import PassThrough
from tests.fakes.product import Person, Product, delta_of
from tests.fakes.provider import Delay, FakeProvider, Script, Text, Usage

pytestmark = [pytest.mark.bench, pytest.mark.slow]

TOKENS = 4_000
WORDS = ("One ", "plain ", "word ", "after ", "another, ", "now ", "and ", "then.\n\n")


def _fast(tokens: int) -> Script:
    steps = tuple(Text(WORDS[number % len(WORDS)]) for number in range(tokens))
    return Script(steps=steps, usage=Usage(output_tokens=tokens))


def _paced(tokens: int, every_seconds: float) -> Script:
    pairs = ((Delay(every_seconds), Text(WORDS[n % len(WORDS)])) for n in range(tokens))
    return Script(steps=tuple(step for pair in pairs for step in pair))


def _ask_directly(client: httpx.Client, url: str) -> float:
    """Return the seconds to the first content byte of a provider's stream."""
    body = {"model": "bench", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
    begun = time.perf_counter()
    with client.stream("POST", f"{url}/v1/chat/completions", json=body) as answer:
        for line in answer.iter_lines():
            if '"content":"' in line.replace('": "', '":"') and "One" in line:
                return time.perf_counter() - begun
    raise AssertionError("no content")


def _read_pass_through(url: str) -> None:
    body = {"model": "bench", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
    with httpx.stream("POST", f"{url}/v1/chat/completions", json=body, timeout=60) as answer:
        for _line in answer.iter_lines():
            pass


def _watch_page(server: Product, person: Person, generation_id: str) -> None:
    """Read an answer over the WebSocket, as a tab does."""
    headers = {"Origin": server.url}
    address = f"{server.url.replace('http', 'ws')}/ws?token={person.token}"
    with connect(address, additional_headers=headers, max_size=None) as socket:
        ask = {"type": "subscribe", "generation": generation_id, "after": 0}
        socket.send(json.dumps(ask))
        for text in socket:
            message = json.loads(text)
            if any(frame["type"] == "end" for frame in message.get("frames", [])):
                return


@pytest.mark.parametrize("door", ["page", "event stream"])
def test_cpu_per_thousand_tokens(
    door: str,
    bench_product: Product,
    pass_through: PassThrough,
    provider: FakeProvider,
) -> None:
    person = Person(bench_product.url).register()
    provider.script("bench", _fast(200))
    list(person.frames(person.start("Warm", endpoint="Fake", model="bench")["streamId"]))
    _read_pass_through(pass_through.url)
    provider.script("bench", _paced(TOKENS // 4, 0.002))
    figures: list[float] = []
    floor: list[float] = []
    for _round in range(3):
        before = cpu_seconds(bench_product.pid)
        started = person.start("Go", endpoint="Fake", model="bench")
        if door == "page":
            _watch_page(bench_product, person, started["generationId"])
        else:
            text = "".join(map(delta_of, person.frames(started["streamId"])))
            assert text.count(" ") > TOKENS // 8
        figures.append((cpu_seconds(bench_product.pid) - before) * 1_000 / (TOKENS // 4))
        before = cpu_seconds(pass_through.pid)
        _read_pass_through(pass_through.url)
        floor.append((cpu_seconds(pass_through.pid) - before) * 1_000 / (TOKENS // 4))
    median, bare = statistics.median(figures), statistics.median(floor)
    report(f"chat stream ({door}), CPU s per 1,000 tokens", f"{median:.3f}", "0.10")
    report("  bare uvicorn + aiohttp in the same run", f"{bare:.3f}", "the floor")
    assert median > 0


def test_added_time_to_first_token(
    bench_product: Product,
    pass_through: PassThrough,
    provider: FakeProvider,
) -> None:
    person = Person(bench_product.url).register()
    provider.script("bench", _fast(20))
    ours: list[float] = []
    direct: list[float] = []
    for _round in range(20):
        direct.append(_ask_directly(person.client, provider.url))
        begun = time.perf_counter()
        started = person.start("Go", endpoint="Fake", model="bench")
        with closing(person.frames(started["streamId"])) as frames:
            next(frame for frame in frames if delta_of(frame))
            ours.append(time.perf_counter() - begun)
    added = statistics.median(ours) - statistics.median(direct)
    report("added time to first token, start and stream, p50 ms", f"{added * 1000:.1f}", "10")
    assert len(ours) == 20


async def _gaps(session: aiohttp.ClientSession, url: str) -> list[float]:
    """Return the seconds between the text frames of one stream."""
    async with session.get(url) as answer:
        moments = [
            time.perf_counter() async for line in answer.content if b"on_message_delta" in line
        ]
    return [later - earlier for earlier, later in itertools.pairwise(moments)]


async def _started(session: aiohttp.ClientSession, url: str) -> str:
    """Start an answer and return the address of its stream."""
    body = {"text": "Go", "endpoint": "Fake", "model": "bench"}
    async with session.post(f"{url}/api/agents/chat/Fake", json=body) as answer:
        started = await answer.json()
    return f"{url}/api/agents/chat/stream/{started['streamId']}"


def test_many_open_streams(bench_product: Product, provider: FakeProvider) -> None:
    streams = 100  # more would measure the load generator on two cores
    person = Person(bench_product.url).register()
    provider.script("bench", _paced(60, 0.1))

    async def read_all() -> list[list[float]]:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(headers=person.headers, connector=connector) as session:
            urls = [await _started(session, bench_product.url) for _number in range(streams)]
            return await asyncio.gather(*(_gaps(session, url) for url in urls))

    before = cpu_seconds(bench_product.pid)
    found = asyncio.run(read_all())
    used = cpu_seconds(bench_product.pid) - before
    assert all(len(gaps) > 10 for gaps in found)
    gaps = sorted(gap for each in found for gap in each[2:])
    jitter = gaps[int(len(gaps) * 0.99)] - 0.1
    report(f"{streams} open streams, p99 gap jitter ms", f"{jitter * 1000:.0f}", "50 at 1,000")
    report(f"{streams} open streams, CPU s of the server in all", f"{used:.1f}", "no peer")
