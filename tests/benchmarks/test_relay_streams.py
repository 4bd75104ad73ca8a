"""What an open stream occupies: the relay, a bare pass-through and LiteLLM, one after the other.

All streams are open at once and have brought tokens when the memory is read. Each server is
warm but has never had so many: what a process once took it seldom gives back.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.conftest import cpu_seconds, report, resident_megabytes
from tests.benchmarks.litellm import LiteLLM, started
from tests.benchmarks.passthrough import PassThrough
from tests.benchmarks.servers import (
    CHAT,
    MESSAGES,
    Server,
    asked,
    bare,
    booked,
    relay_of,
)
from tests.fakes.product import ROOT, Product

pytestmark = [pytest.mark.bench, pytest.mark.slow]

STREAMS = int(os.environ.get("BENCH_OPEN_STREAMS", "1000"))
TOKENS, EVERY_MS = 9, 4_000  # slow: what is measured is what an open stream keeps
WARM_UPS = ("20 0", "20 2")
WARM_UP_CALLS = 64  # of each
SETTLED_SECONDS = 4
MOST_FILES = 8_192  # two lines a stream, and what a process has open anyway
PATIENCE_SECONDS = 600


@pytest.fixture(autouse=True)
def many_files() -> Iterator[None]:
    """Let the processes that are started here open enough sockets."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _held(server: Server, path: str) -> float:
    """Hold streams open; return the KB that each occupied in the server. All end well."""
    for prompt in WARM_UPS:
        asked(server, path, prompt, WARM_UP_CALLS, at_once=8)
    time.sleep(SETTLED_SECONDS)
    empty, spent = resident_megabytes(server.pid), cpu_seconds(server.pid)
    command = [sys.executable, "-m", "tests.benchmarks.holder", server.url, server.upstream]
    numbers = [str(number) for number in (STREAMS, TOKENS, EVERY_MS)]
    with subprocess.Popen(
        [*command, server.key, path, *numbers], cwd=ROOT, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        told = json.loads(holder.stdout.readline())
        full = resident_megabytes(server.pid)
        assert told == {"open": STREAMS}
        told = json.loads(holder.stdout.readline())
        holder.wait(PATIENCE_SECONDS)
    assert told == {"whole": STREAMS}
    spent = (cpu_seconds(server.pid) - spent) / STREAMS
    each = (full - empty) * 1_024 / STREAMS
    of = f"{server.name}, {path.removeprefix('/v1')}"
    report(f"memory without streams, {of}", f"{empty:.0f} MB", "none")
    report(f"memory with {STREAMS:,} open streams, {of}", f"{full:.0f} MB", "none")
    report(f"an open stream, {of}", f"{each:.0f} KB", "150 KB for the relay")
    report(f"processor for a stream of {TOKENS} tokens, {of}", f"{spent * 1_000:.1f} ms", "none")
    return each


@pytest.mark.parametrize("path", [CHAT, MESSAGES])
def test_memory_of_open_streams(bench_product: Product, upstream: str, path: str) -> None:
    each = _held(relay_of(bench_product, upstream), path)
    time.sleep(SETTLED_SECONDS)
    calls = STREAMS + len(WARM_UPS) * WARM_UP_CALLS
    assert booked(bench_product) == (calls, calls, 0)
    assert each > 0


def test_memory_of_open_streams_bare(pass_through: PassThrough, upstream: str) -> None:
    assert _held(bare(pass_through, upstream), CHAT) > 0


def test_memory_of_open_streams_litellm(tmp_path: Path) -> None:
    peer = LiteLLM(tmp_path)
    try:
        server = started(peer)
        assert server is None or _held(server, CHAT) > 0
    finally:
        peer.stop()
