"""What a call through the relay costs, beside a bare pass-through and LiteLLM in the same run.

Provider, servers and clients are processes of their own; the relay checks the key, holds credits,
counts and writes down every call. Calls per second of one core are calls by seconds of the
server's processor, whatever else the machine is doing; times are the machine's too, and the best
of some rounds is printed.
"""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.benchmarks.conftest import cpu_seconds, report
from tests.benchmarks.litellm import LiteLLM, started
from tests.benchmarks.passthrough import PassThrough
from tests.benchmarks.servers import CHAT, MESSAGES, Server, asked, bare, booked, relay_of
from tests.fakes.product import Product

pytestmark = [pytest.mark.bench, pytest.mark.slow]

CALLS, PEER_CALLS, CONNECTIONS = 6_000, 600, 32
WARM_UP, PEER_WARM_UP = 500, 200
SETTLED_SECONDS = 4  # until what the calls came to is in the database
ROUNDS = 5
TIMED_ROUNDS, TIMED_CALLS = 3, 200
AT_ONCE = (1, 8, 32)


@dataclass(frozen=True)
class Measured:
    """calls_per_core: by the processor's time. calls_per_second: by the clock."""

    calls_per_core: float
    calls_per_second: float


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server | None]:
    """LiteLLM; None where it cannot be had."""
    server = LiteLLM(tmp_path_factory.mktemp("litellm"))
    yield started(server)
    server.stop()


def _measured(server: Server, calls: int, warm_up: int) -> Measured:
    asked(server, CHAT, "", warm_up, at_once=CONNECTIONS)
    before = cpu_seconds(server.pid)
    seconds, _times = asked(server, CHAT, "", calls, at_once=CONNECTIONS)
    time.sleep(SETTLED_SECONDS)
    spent = cpu_seconds(server.pid) - before
    found = Measured(calls / spent, calls / seconds)
    report(f"calls per second of a core, {server.name}", f"{found.calls_per_core:,.0f}", "none")
    by_clock = f"{found.calls_per_second:,.0f}"
    report(f"calls per second by the clock, {server.name}", by_clock, "none")
    return found


def _per_thousand(server: Server, path: str, rounds: int = ROUNDS) -> float:
    """Return the processor's seconds for 1,000 tokens of a stream, its start left out."""
    costs = []
    for _round in range(rounds):
        spent = []
        for prompt in ("1000 2", "20 0"):
            before = cpu_seconds(server.pid)
            asked(server, path, prompt, 1, at_once=1)
            spent.append(cpu_seconds(server.pid) - before)
        costs.append(spent[0] - spent[1])
    return statistics.median(costs)


def _best_times(servers: list[Server], at_once: int) -> dict[str, tuple[float, float]]:
    """Return server → p50 and p99 of the times to the first byte in ms, the best of the rounds.

    Each server is asked in each round, so that a busy moment of the machine is not one's alone.
    """
    rounds: dict[str, list[tuple[float, float]]] = {server.name: [] for server in servers}
    for _round in range(TIMED_ROUNDS):
        for server in servers:
            _seconds, times = asked(server, CHAT, "", TIMED_CALLS, at_once=at_once)
            p50, p99 = (times[int(part * TIMED_CALLS)] * 1_000 for part in (0.5, 0.99))
            rounds[server.name].append((p50, p99))
    return {
        name: (min(p50 for p50, _p99 in seen), min(p99 for _p50, p99 in seen))
        for name, seen in rounds.items()
    }


def test_calls_per_second_of_one_core(
    bench_product: Product, pass_through: PassThrough, upstream: str, peer: Server | None
) -> None:
    floor = _measured(bare(pass_through, upstream), CALLS, WARM_UP)
    ours = _measured(relay_of(bench_product, upstream), CALLS, WARM_UP)
    share = ours.calls_per_core / floor.calls_per_core
    report("the relay's share of the bare pass-through", f"{share:.2f}", "0.25")
    if peer is not None:
        theirs = _measured(peer, PEER_CALLS, PEER_WARM_UP)
        times = ours.calls_per_core / theirs.calls_per_core
        report(f"the relay's multiple of {peer.name}", f"{times:.1f}", "20")
    calls = CALLS + WARM_UP
    assert booked(bench_product) == (calls, calls, 0)


def test_added_latency(
    bench_product: Product, pass_through: PassThrough, upstream: str, peer: Server | None
) -> None:
    floor, ours = bare(pass_through, upstream), relay_of(bench_product, upstream)
    servers = [floor, ours, *([peer] if peer is not None else [])]
    direct = Server("provider", upstream, ours.pid, "none", upstream)
    for server in servers:
        asked(server, CHAT, "", PEER_WARM_UP, at_once=CONNECTIONS)
    for at_once in AT_ONCE:
        seen = _best_times([direct, *servers], at_once)
        p50, p99 = seen.pop(direct.name)
        report(
            f"the provider itself, {at_once} at a time", f"{p50:.1f} / {p99:.1f} ms", "p50 / p99"
        )
        for name, (own_p50, own_p99) in seen.items():
            added = f"{own_p50 - p50:.1f} / {own_p99 - p99:.1f} ms"
            report(f"added by {name}, {at_once} at a time", added, "p50 / p99, best of 3")
        assert len(seen) == len(servers)


def test_what_a_streamed_token_costs(
    bench_product: Product, pass_through: PassThrough, upstream: str, peer: Server | None
) -> None:
    ours = relay_of(bench_product, upstream)
    floor = _per_thousand(bare(pass_through, upstream), CHAT)
    passed, converted = _per_thousand(ours, CHAT), _per_thousand(ours, MESSAGES)
    report("processor for 1,000 tokens, bare pass-through", f"{floor:.3f} s", "none")
    report("processor for 1,000 tokens, relay, same dialect", f"{passed:.3f} s", "0.05 s")
    report("processor for 1,000 tokens, relay, converted", f"{converted:.3f} s", "0.075 s")
    report("converted to passed", f"{converted / passed:.2f}", "1.5")
    if peer is not None:
        for what, path in (("same dialect", CHAT), ("converted", MESSAGES)):
            theirs = _per_thousand(peer, path, rounds=3)
            report(f"processor for 1,000 tokens, {peer.name}, {what}", f"{theirs:.3f} s", "none")
    assert passed > 0
