"""What Prometheus and a collector of traces are told about calls."""

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from django.conf import LazySettings
from prometheus_client import REGISTRY

from agents.relay import observing, tracing
from agents.relay.record import Record
from librechat.checks import traces_can_be_sent
from tests.agents.relay.conftest import Door
from tests.fakes import collector
from tests.fakes.provider import FakeProvider, refuses, says

WHERE = "http://collector.test:4318"


@pytest.fixture
def spans(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The packages are there, and so is a collector; returns the spans it was told."""
    settings.OTEL_EXPORTER_OTLP_ENDPOINT = WHERE
    for name, module in collector.modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr("agents.relay.trace_packages.find_spec", lambda _name: True)
    tracing._teller.cache_clear()
    collector.spans.clear()
    yield collector.spans
    tracing._teller.cache_clear()


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_a_call_is_counted_when_it_ends(door: Door, provider: FakeProvider) -> None:
    calls = {"status": "ok", "endpoint": "Fake"}
    tokens = {"kind": "output", "endpoint": "Fake"}
    before = value("librechat_relay_calls_total", **calls)
    written = value("librechat_relay_tokens_total", **tokens)
    waited = value("librechat_relay_first_byte_seconds_count", endpoint="Fake")
    provider.script("alpha", says("One."))
    await door.chat()
    assert value("librechat_relay_calls_total", **calls) == before + 1
    assert value("librechat_relay_tokens_total", **tokens) == written + 7
    assert value("librechat_relay_first_byte_seconds_count", endpoint="Fake") == waited + 1
    assert value("librechat_relay_calls_running") == 0


async def test_a_failed_call_is_counted_apart(door: Door, provider: FakeProvider) -> None:
    failed = {"status": "error", "endpoint": "Fake"}
    before = value("librechat_relay_calls_total", **failed)
    provider.script("alpha", refuses(400))
    await door.chat()
    assert value("librechat_relay_calls_total", **failed) == before + 1


async def test_a_span_tells_what_a_call_was_but_nothing_that_was_said(
    door: Door, provider: FakeProvider, spans: list[Any]
) -> None:
    provider.script("alpha", says("Secret answer."))
    answer = await door.chat()
    (span,) = spans
    assert span.name == "chat first"
    assert span.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "first",
        "gen_ai.response.model": "alpha",
        "gen_ai.usage.input_tokens": 11,
        "gen_ai.usage.output_tokens": 7,
        "http.response.status_code": 200,
        "relay.alias": "first",
        "relay.endpoint": "Fake",
        "relay.call": answer.headers["x-request-id"],
        "relay.status": "ok",
    }
    assert span.ended >= span.started > 0
    assert span.error == ""
    assert collector.exporters == [f"{WHERE}/v1/traces"]


async def test_a_span_of_a_failure_says_which(
    door: Door, provider: FakeProvider, spans: list[Any]
) -> None:
    provider.script("alpha", refuses(401))
    await door.chat()
    (span,) = spans
    assert span.attributes["error.type"] == "upstream_auth"
    assert span.attributes["http.response.status_code"] == 502
    assert span.error == "upstream_auth"


def test_a_refused_call_has_no_target_and_no_empty_attributes() -> None:
    told = tracing.attributes_of(
        Record(id="a" * 24, started_at=1.0, route="/embeddings", status="limited")
    )
    assert told["gen_ai.operation.name"] == "embeddings"
    assert told["error.type"] == "limited"
    assert "relay.endpoint" not in told


def test_a_span_of_a_stream_tells_its_first_piece_and_the_classes_of_its_tokens() -> None:
    told = tracing.attributes_of(
        Record(
            id="a" * 24,
            started_at=1.0,
            route="/messages",
            endpoint="azureOpenAI",
            upstream_dialect="openai",
            upstream_request_id="resp-1",
            is_stream=True,
            status="ok",
            input_tokens=5,
            cache_read_tokens=20,
            cache_write_tokens=100,
            output_tokens=9,
            reasoning_tokens=4,
            first_byte_ms=250,
        )
    )
    said = {name: value for name, value in told.items() if name.startswith("gen_ai.")}
    assert said == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "azure.ai.openai",
        "gen_ai.response.id": "resp-1",
        "gen_ai.request.stream": True,
        "gen_ai.response.time_to_first_chunk": 0.25,
        "gen_ai.usage.input_tokens": 125,
        "gen_ai.usage.output_tokens": 9,
        "gen_ai.usage.cache_read.input_tokens": 20,
        "gen_ai.usage.cache_creation.input_tokens": 100,
        "gen_ai.usage.reasoning.output_tokens": 4,
    }


def test_without_a_collector_no_span_is_made(spans: list[Any], settings: LazySettings) -> None:
    settings.OTEL_EXPORTER_OTLP_ENDPOINT = ""
    observing.closed(Record(id="a" * 24, started_at=1.0))
    assert spans == []


def test_a_collector_that_fails_fails_no_call(
    spans: list[Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", ModuleType("broken"))
    observing.closed(Record(id="a" * 24, started_at=1.0))
    assert "could not be told" in caplog.text


def test_a_collector_without_the_packages_is_told_of(settings: LazySettings) -> None:
    assert traces_can_be_sent() == []
    settings.OTEL_EXPORTER_OTLP_ENDPOINT = WHERE
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr("agents.relay.trace_packages.find_spec", lambda _name: None)
        assert [found.id for found in traces_can_be_sent()] == ["librechat.W004"]
        patch.setattr("agents.relay.trace_packages.find_spec", lambda _name: True)
        assert traces_can_be_sent() == []
