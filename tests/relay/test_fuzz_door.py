"""Mutated requests and answers over real sockets: the server answers, keeps its secrets and lives.

``FUZZ_DOOR_CASES`` says how many (10,000 for the whole proof), ``FUZZ_SEED`` which ones.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from typing_extensions import override

from tests.fakes.product import Product
from tests.relay.conformance.upstream import Upstream
from tests.relay.fuzz_door import KEYS, Provider, Run
from tests.relay.fuzz_seeds import seeds
from tests.reliability.test_relay import resident, told

pytestmark = [pytest.mark.services, pytest.mark.slow]

CASES = int(os.environ.get("FUZZ_DOOR_CASES", "600"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
MOST_TOLD = 20
MOST_GROWN = 150  # megabytes
YAML = """
version: "1.3.17"
cache: true
balance: {{enabled: true, startBalance: 500000000000}}
endpoints:
  custom:
    - {{name: Local, apiKey: {local}, baseURL: "{url}/local/v1",
       models: {{default: [llama-3], fetch: false}}}}
relay:
  failures: 100
  cooldown_seconds: 0
  cache_seconds: 60
  aliases:
    - {{name: local, deployments: [{{endpoint: Local, model: llama-3}}]}}
    - {{name: gpt, deployments: [{{endpoint: openAI, model: gpt-4.1}}]}}
    - {{name: sonnet, deployments: [{{endpoint: anthropic, model: claude-sonnet-4-5}}]}}
"""
KEY = """
from accounts.models import ApiKey, User
from accounts.services.api_keys import api_key_create
owner = User.objects.create(email="programs@example.org", username="programs", role="ADMIN")
key, text = api_key_create(user=owner, name="Script")
ApiKey.objects.filter(pk=key.pk).update(content_days=1)
print("made", text)
"""


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    provider = Upstream().start()
    yield provider
    provider.stop()


@pytest.fixture
def server(tmp_path: Path, upstream: Upstream) -> Iterator[Product]:
    config = YAML.format(url=upstream.url, local=KEYS["local"])
    (tmp_path / "librechat.yaml").write_text(config, encoding="utf-8")
    product = Product(
        tmp_path,
        OPENAI_API_KEY=KEYS["gpt"],
        OPENAI_REVERSE_PROXY=f"{upstream.url}/v1",
        OPENAI_MODELS="gpt-4.1",
        ANTHROPIC_API_KEY=KEYS["sonnet"],
        ANTHROPIC_REVERSE_PROXY=upstream.url,
        ANTHROPIC_MODELS="claude-sonnet-4-5",
    )
    yield product.start()
    product.kill()


def test_the_door_answers_or_refuses_whatever_comes_from_both_sides(
    server: Product, upstream: Upstream
) -> None:
    begun = seeds()
    provider = Provider(begun, SEED)
    upstream.scripts[""] = provider
    upstream.requests[""] = _Forgetful()
    key = server.manage("shell", "-v0", "-c", KEY).stdout.split()[-1]
    run = Run(server.url, key, begun, SEED)
    run.play(CASES // 5)
    before = resident(server.pid)
    run.seed += 1
    run.play(CASES - CASES // 5)
    assert not run.faults, "\n\n".join(
        [f"{len(run.faults)} faults", *run.faults[:MOST_TOLD], server.log()[-4_000:]]
    )
    assert not provider.unread, provider.unread[:MOST_TOLD]
    assert run.outcomes["200 application/json"] > CASES // 20, run.outcomes
    assert run.outcomes["200 text/event-stream"] > CASES // 20, run.outcomes
    assert "Traceback" not in server.log(), server.log()[-8_000:]
    assert resident(server.pid) - before < MOST_GROWN
    assert server.stop() == 0
    assert all(hold["state"] != "open" for hold in told(server)["holds"])
    assert server.manage("fsck").returncode == 0


class _Forgetful(list):  # type: ignore[type-arg]  # of requests, which nobody reads
    """A list that keeps nothing."""

    @override
    def append(self, _one: object) -> None:
        """Keep nothing."""
