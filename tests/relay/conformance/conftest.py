"""One relay for all cases: a server process, its keys, and the provider behind it."""

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.fakes.ports import free_port
from tests.fakes.product import Product
from tests.relay.conformance.upstream import Upstream

YAML = """
version: "1.3.17"
cache: true
endpoints:
  custom:
    - {name: Local, apiKey: local-key, baseURL: "%(url)s/local/v1",
       models: {default: [llama-3, deepseek-chat, mistral-large], fetch: false}}
    - {name: Nowhere, apiKey: local-key, baseURL: "http://127.0.0.1:%(closed)d/v1",
       models: {default: [llama-3], fetch: false}}
relay:
  failures: 100
  cooldown_seconds: 0
  allowed_origins: ["*"]
  aliases:
    - {name: sonnet, deployments: [{endpoint: anthropic, model: claude-sonnet-4-5}]}
    - {name: opus, deployments: [{endpoint: anthropic, model: claude-opus-4-8}]}
    - {name: always, deployments: [{endpoint: anthropic, model: claude-opus-5-5}]}
    - {name: old, deployments: [{endpoint: anthropic, model: claude-3-5-haiku-20241022}]}
    - {name: gpt, deployments: [{endpoint: openAI, model: gpt-4.1}]}
    - {name: gpt5, deployments: [{endpoint: openAI, model: gpt-5.1}]}
    - {name: local, deployments: [{endpoint: Local, model: llama-3}]}
    - {name: ds, parameters: {reasoning_replay: reasoning_content},
       deployments: [{endpoint: Local, model: deepseek-chat}]}
    - {name: mistral, capabilities: {has_short_call_ids: true, required_choice: any},
       deployments: [{endpoint: Local, model: mistral-large}]}
    - {name: plain-o, capabilities: {tools: false, vision: false, pdf: false},
       deployments: [{endpoint: Local, model: llama-3}]}
    - {name: plain-a, capabilities: {tools: false, vision: false, pdf: false,
                                     default_max_tokens: 1234},
       deployments: [{endpoint: anthropic, model: claude-sonnet-4-5}]}
    - {name: org/slashed, deployments: [{endpoint: openAI, model: gpt-4.1}]}
    - {name: hurried-o, deployments: [{endpoint: openAI, model: gpt-4.1, timeout_seconds: 1}]}
    - {name: hurried-a,
       deployments: [{endpoint: anthropic, model: claude-sonnet-4-5, timeout_seconds: 1}]}
    - {name: nowhere-o, deployments: [{endpoint: Nowhere, model: llama-3}]}
    - {name: pair, deployments: [{endpoint: anthropic, model: claude-sonnet-4-5, tier: 0},
                                 {endpoint: openAI, model: gpt-4.1, tier: 1}]}
"""
PEOPLE = """
import json
from datetime import timedelta
from accounts.models import ApiKey, User
from accounts.services.api_keys import api_key_create, api_key_revoke
from billing.models import Budget
from librechat.kernel import clock

def person(name):
    return User.objects.create(email=f"{name}@example.org", name=name, username=name,
                               role="ADMIN", email_verified=True)

owner, poor = person("owner"), person("poor")
keys = {}
def key(name, user=owner, scopes=(), **fields):
    made, text = api_key_create(user=user, name=name, scopes=scopes)
    ApiKey.objects.filter(pk=made.pk).update(**fields)
    keys[name] = text
    return made
key("main")
api_key_revoke(key=key("revoked"), actor=owner)
key("expired", expires_at=clock.now() - timedelta(days=1))
key("one-model", allowed_models=["gpt"])
key("embeddings-only", scopes=["relay:embeddings"])
key("read-only", scopes=["read"])
key("elsewhere", allowed_addresses=["203.0.113.0/24"])
key("once-a-minute", requests_per_minute=1)
key("few-tokens", tokens_per_minute=20)
key("many", requests_per_minute=6_000, tokens_per_minute=1_000_000)
key("once", requests_per_minute=1)
key("poor", user=poor)
Budget.objects.create(name="none", scope="user", scope_id=poor.pk, period="month", limit=0)
print("KEYS" + json.dumps(keys))
"""
CLAUDES = "claude-sonnet-4-5,claude-opus-4-8,claude-opus-5-5,claude-3-5-haiku-20241022"


@dataclass
class Relay:
    """The server from outside. keys: name → text."""

    url: str
    upstream: Upstream
    keys: Mapping[str, str]
    client: httpx.Client
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def mark(self) -> str:
        """Return a mark that no run has had."""
        return f"mk{next(self._numbers):012x}"

    def headers(self, key: str = "main", **more: str) -> dict[str, str]:
        """Return the headers of a request with a key."""
        named = {name.replace("_", "-"): text for name, text in more.items()}
        return {"authorization": f"Bearer {self.keys[key]}", **named}


@pytest.fixture(scope="session")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    """Start the provider, the server and make its keys."""
    folder: Path = tmp_path_factory.mktemp("relay")
    upstream = Upstream().start()
    (folder / "librechat.yaml").write_text(
        YAML % {"url": upstream.url, "closed": free_port()}, encoding="utf-8"
    )
    product = Product(
        folder,
        OPENAI_API_KEY="operators-openai-key",
        OPENAI_REVERSE_PROXY=f"{upstream.url}/v1",
        OPENAI_MODELS="gpt-4.1,gpt-5.1,text-embedding-3-small",
        ANTHROPIC_API_KEY="operators-anthropic-key",
        ANTHROPIC_REVERSE_PROXY=upstream.url,
        ANTHROPIC_MODELS=CLAUDES,
    )
    try:
        product.start()
        made = product.manage("shell", "-v0", "-c", PEOPLE)
        assert "KEYS" in made.stdout, made.stderr[-3000:]
        keys = json.loads(made.stdout.rpartition("KEYS")[2])
        with httpx.Client(base_url=product.url, timeout=120) as client:
            yield Relay(product.url, upstream, keys, client)
    finally:
        product.kill()
        upstream.stop()
