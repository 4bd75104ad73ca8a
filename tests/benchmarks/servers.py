"""The servers a benchmark sets beside each other, and what all of them are asked."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass

import httpx

from tests.benchmarks.passthrough import PassThrough
from tests.fakes.product import ROOT, Product, free_port

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
KEY = """
from accounts.models import User
from accounts.services.api_keys import api_key_create
owner = User.objects.create(email="bench@example.org", username="bench", role="ADMIN")
print("key", api_key_create(user=owner, name="bench")[1])
"""
BOOKS = """
from django.db.models import Sum
from agents.models import RelayCall
from billing.models import Hold, Transaction
print("found", RelayCall.objects.filter(status="ok").count(),
      Transaction.objects.aggregate(n=Sum("calls"))["n"] or 0,
      Hold.objects.filter(state="open").count())
"""


@dataclass(frozen=True)
class Server:
    """A server that runs. key: what its callers show. upstream: the address of its provider."""

    name: str
    url: str
    pid: int
    key: str
    upstream: str


class Upstream:
    """A provider (upstream.py) in a process of its own."""

    def __init__(self) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "tests.benchmarks.upstream", str(port)]
        self._process = subprocess.Popen(command, cwd=ROOT)
        if not answers(f"{self.url}/v1/models", seconds=10):
            self.stop()
            raise AssertionError("The provider did not start.")

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait(10)


def answers(url: str, *, seconds: float) -> bool:
    """Wait until somebody answers there; False when nobody does in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            httpx.get(url, timeout=1)
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return True
    return False


def relay_of(product: Product, upstream: str) -> Server:
    """Return the relay of a product that has just been set up, with a key of an administrator."""
    told = product.manage("shell", "-v0", "-c", KEY).stdout
    return Server("relay", product.url, product.pid, told.strip().rpartition(" ")[2], upstream)


def bare(server: PassThrough, upstream: str) -> Server:
    """Return the pass-through; it asks nobody for a key."""
    return Server("bare pass-through", server.url, server.pid, "none", upstream)


def booked(product: Product) -> tuple[int, int, int]:
    """Return the calls on record that ended well, the calls charged, the holds still open."""
    told = product.manage("shell", "-v0", "-c", BOOKS).stdout.strip().splitlines()[-1]
    ended, charged, held = told.split()[1:]
    return int(ended), int(charged), int(held)


def asked(
    server: Server, path: str, prompt: str, calls: int, *, at_once: int
) -> tuple[float, list[float]]:
    """Make calls; return the seconds they took, and those to each first byte, sorted."""
    command = [sys.executable, "-m", "tests.benchmarks.requester", server.url, server.key, path]
    made = subprocess.run(
        [*command, prompt, str(calls), str(min(at_once, calls))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, f"{server.name}: {made.stderr[-2_000:]}"
    seen = json.loads(made.stdout)
    return seen["seconds"], sorted(seen["times"])
