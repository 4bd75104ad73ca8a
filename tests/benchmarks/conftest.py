"""A server under measurement, a bare pass-through beside it, and the table they are printed in."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.passthrough import PassThrough
from tests.fakes.product import Product
from tests.fakes.provider import FakeProvider

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
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Return the user and system time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


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
def bench_product(tmp_path: Path, provider: FakeProvider) -> Iterator[Product]:
    (tmp_path / "librechat.yaml").write_text(YAML.format(url=provider.url), encoding="utf-8")
    server = Product(tmp_path)
    yield server.start()
    server.kill()


@pytest.fixture
def pass_through(provider: FakeProvider) -> Iterator[PassThrough]:
    server = PassThrough(provider.url)
    yield server.start()
    server.stop()
