"""A server under measurement, a bare pass-through beside it, and the table they are printed in."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.benchmarks.passthrough import PassThrough
from tests.fakes.product import ROOT, Product, free_port

YAML = """
version: "1.3.17"
endpoints:
  custom:
    - name: Fake
      apiKey: fake-key
      baseURL: {url}/v1
      models: {{default: [bench, echo], fetch: false}}
      titleConvo: false
"""
IDLE_SECONDS = "600"  # many streams take a while to open before the first token is sent


def cpu_seconds(pid: int) -> float:
    """Return the user and system time a process has used, to the microsecond.

    Linux has a clock per process; the number of one is its id, inverted, and the kind of clock.
    """
    return time.clock_gettime(~pid << 3 | 2)


def resident_megabytes(pid: int) -> float:
    """Return the memory a process occupies."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


def report(what: str, measured: str, target: str) -> None:
    """Print one row: what, the figure, the target or peer it stands beside."""
    sys.stdout.write(f"\n  {what:<58} {measured:>18}   (target {target})\n")


@pytest.fixture
def upstream() -> Iterator[str]:
    """The address of a provider in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.upstream", str(port)]
    process = subprocess.Popen(command, cwd=ROOT)
    url = f"http://127.0.0.1:{port}"
    for _attempt in range(200):
        try:
            httpx.get(f"{url}/v1/models", timeout=1)
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            break
    yield url
    process.kill()
    process.wait(10)


@pytest.fixture
def bench_product(tmp_path: Path, upstream: str) -> Iterator[Product]:
    (tmp_path / "librechat.yaml").write_text(YAML.format(url=upstream), encoding="utf-8")
    server = Product(tmp_path, PROVIDER_IDLE_SECONDS=IDLE_SECONDS)
    yield server.start()
    server.kill()


@pytest.fixture
def pass_through(upstream: str) -> Iterator[PassThrough]:
    server = PassThrough(upstream)
    yield server.start()
    server.stop()
