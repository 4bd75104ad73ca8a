"""Short limits: no test waits for a real provider's patience."""

import pytest
from django.conf import settings

from agents.llm.providers import retries


@pytest.fixture(autouse=True)
def _short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PROVIDER_FIRST_BYTE_SECONDS", 5)
    monkeypatch.setattr(settings, "PROVIDER_IDLE_SECONDS", 5)
    quick = retries.Retries(first_wait_seconds=0.01, longest_wait_seconds=0.3)
    monkeypatch.setattr(retries, "policy", quick)
