"""The product as a child process, set up as a relay in front of scripted upstreams."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.product import Product
from tests.fakes.provider import FakeProvider, Recorded

OPENAI, ANTHROPIC = "gpt-4.1", "claude-sonnet-4-6"  # the model names, by their upstream's dialect
VECTORS, COUNTER, RESPONDER = "vectors", "claude-counter", "responder"

YAML = """
version: "1.3.17"
registration:
  socialLogins: []
relay:
  cooldownSeconds: 0
  aliases:
    - name: responder
      capabilities: {{responses: true}}
      deployments: [{{endpoint: Others, model: responder}}]
endpoints:
  custom:
    - name: Open
      apiKey: sk-upstream
      baseURL: {provider}/v1
      models: {{default: [gpt-4.1], fetch: false}}
    - name: Claude
      provider: anthropic
      apiKey: sk-upstream
      baseURL: {provider}
      models: {{default: [claude-sonnet-4-6], fetch: false}}
    - name: Others
      apiKey: sk-upstream
      baseURL: {others}/v1
      models: {{default: [vectors, responder], fetch: false}}
    - name: Counter
      provider: anthropic
      apiKey: sk-upstream
      baseURL: {others}
      models: {{default: [claude-counter], fetch: false}}
"""
MAKE_KEY = """
from accounts.models import User
from accounts.services.api_keys import api_key_create
user = User.objects.create(
    email="programs@example.org", name="Programs", username="programs",
    role="ADMIN", email_verified=True,
)
print(api_key_create(user=user, name="Programs")[1])
"""


@dataclass(frozen=True)
class Relay:
    """Where clients are pointed at. url: without ``/v1``; key: of a person without limits."""

    url: str
    key: str
    provider: FakeProvider

    @property
    def v1(self) -> str:
        """The address with the version."""
        return f"{self.url}/v1"

    @property
    def asked(self) -> list[Recorded]:
        """What the upstreams of the chat dialects were asked since the test began."""
        return self.provider.requests


@contextmanager
def started(folder: Path, provider: FakeProvider, others: str) -> Iterator[Relay]:
    """Run the relay. others: address of ``other_routes.OtherRoutes``."""
    written = YAML.format(provider=provider.url, others=others)
    (folder / "librechat.yaml").write_text(written, encoding="utf-8")
    product = Product(folder)
    try:
        product.start()
        made = product.manage("shell", "--verbosity", "0", "--command", MAKE_KEY)
        assert made.returncode == 0, made.stderr
        yield Relay(product.url, made.stdout.split()[-1], provider)
    finally:
        product.kill()
