"""Providers that refuse, redirect and cannot be reached."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from agents import errors
from agents.llm.providers.provider import Dialect
from agents.llm.providers.retries import Retries
from agents.llm.wire.neutral import Tool
from tests.agents.providers.calls import KEY, asking, collect, provider_for, text_of
from tests.agents.providers.native import NATIVE
from tests.fakes.provider import (
    FakeProvider,
    Script,
    page,
    refuses,
    says,
)

REFUSED = {
    400: errors.ProviderRejectedError,
    401: errors.ProviderAuthError,
    402: errors.ProviderQuotaError,
    403: errors.ProviderAuthError,
    404: errors.ModelNotFoundError,
    413: errors.ContextTooLongError,
    422: errors.ProviderRejectedError,
    429: errors.ProviderRateLimitedError,
    500: errors.ProviderUnavailableError,
    502: errors.ProviderUnavailableError,
    503: errors.ProviderUnavailableError,
    504: errors.ProviderTimeoutError,
    529: errors.ProviderUnavailableError,
}


@pytest.mark.parametrize("dialect", NATIVE)
@pytest.mark.parametrize("status", list(REFUSED))
async def test_a_status_becomes_its_error(
    dialect: Dialect,
    status: int,
    provider: FakeProvider,
) -> None:
    provider.script("m", refuses(status))
    with pytest.raises(errors.ProviderError) as refused:
        await collect(provider_for(dialect, provider).stream(asking()))
    assert type(refused.value) is REFUSED[status]
    assert refused.value.data["upstream_status"] == status
    assert "Your message is saved" in refused.value.message


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 504])
async def test_a_refusal_that_will_not_change_is_not_tried_again(
    status: int,
    provider: FakeProvider,
) -> None:
    provider.script("m", refuses(status), says("never"))
    with pytest.raises(errors.ProviderError):
        await collect(provider_for("openai", provider).stream(asking()))
    assert len(provider.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 529])
async def test_a_passing_refusal_is_tried_again(status: int, provider: FakeProvider) -> None:
    provider.script("m", refuses(status), refuses(status), says("Here."))
    events = await collect(provider_for("openai", provider).stream(asking()))
    assert text_of(events) == "Here."
    assert len(provider.requests) == 3


async def test_it_is_tried_three_times_and_not_more(provider: FakeProvider) -> None:
    provider.script("m", refuses(503))
    with pytest.raises(errors.ProviderUnavailableError):
        await collect(provider_for("anthropic", provider).stream(asking()))
    assert len(provider.requests) == 3


async def test_retry_after_is_waited_for(provider: FakeProvider) -> None:
    provider.script("m", refuses(429, retry_after="0.2"), says("Here."))
    events = await collect(provider_for("openai", provider).stream(asking()))
    assert text_of(events) == "Here."
    first, second = provider.requests
    assert second.at - first.at >= 0.2


async def test_a_long_retry_after_is_told_and_not_waited_for(provider: FakeProvider) -> None:
    provider.script("m", refuses(429, retry_after="40"))
    started = time.monotonic()
    with pytest.raises(errors.ProviderRateLimitedError) as refused:
        await collect(provider_for("openai", provider).stream(asking()))
    assert refused.value.data["retry_after_seconds"] == 40
    assert len(provider.requests) == 1
    assert time.monotonic() - started < 10  # not the forty it asked for


async def test_retry_after_may_be_a_date_or_milliseconds(provider: FakeProvider) -> None:
    later = format_datetime(datetime.now(tz=UTC) + timedelta(seconds=90), usegmt=True)
    provider.script("m", refuses(429, retry_after=later))
    with pytest.raises(errors.ProviderRateLimitedError) as dated:
        await collect(provider_for("openai", provider).stream(asking()))
    asked = dated.value.data["retry_after_seconds"]
    assert isinstance(asked, float)
    assert 80 < asked <= 90
    provider.script("m", replace(refuses(429), headers={"retry-after-ms": "40500"}))
    with pytest.raises(errors.ProviderRateLimitedError) as exact:
        await collect(provider_for("openai", provider).stream(asking()))
    assert exact.value.data["retry_after_seconds"] == 40.5


def test_waits_double_with_some_chance_and_have_a_bound() -> None:
    patient = Retries(attempts=9, first_wait_seconds=1, longest_wait_seconds=5)
    busy = errors.ProviderUnavailableError.by("Acme")
    for attempt, most in ((1, 1), (2, 2), (3, 4), (4, 5), (8, 5)):
        wait = patient.wait_seconds(attempt, busy)
        assert wait is not None
        assert most / 2 <= wait <= most
    assert patient.wait_seconds(9, busy) is None


@pytest.mark.parametrize("status", [200, 502])
async def test_a_web_page_is_never_shown(status: int, provider: FakeProvider) -> None:
    provider.script("m", page("<html><h1>Bad gateway at 10.1.2.3</h1></html>", status))
    with pytest.raises(errors.ProviderError) as refused:
        await collect(provider_for("openai", provider).stream(asking()))
    assert "<" not in refused.value.message
    assert "10.1.2.3" not in refused.value.message


async def test_a_page_without_its_content_type_is_malformed(provider: FakeProvider) -> None:
    provider.script("m", Script(body=b"<!doctype html><p>hello", content_type="text/plain"))
    with pytest.raises(errors.ProviderMalformedError):
        await collect(provider_for("openai", provider).stream(asking()))


async def test_an_empty_answer_is_malformed(provider: FakeProvider) -> None:
    provider.script("m", Script(body=b"", content_type="text/event-stream"))
    with pytest.raises(errors.ProviderMalformedError):
        await collect(provider_for("anthropic", provider).stream(asking()))


async def test_an_error_as_the_first_event_is_an_error_of_the_call(provider: FakeProvider) -> None:
    body = b'data: {"error": {"message": "Overloaded", "type": "overloaded_error"}}\n\n'
    provider.script("m", Script(body=body, content_type="text/event-stream"))
    with pytest.raises(errors.ProviderUnavailableError):
        await collect(provider_for("openai", provider).stream(asking()))
    assert len(provider.requests) == 1


async def test_a_redirect_is_not_followed(provider: FakeProvider) -> None:
    there = {"Location": f"{provider.url}/v1/models"}
    provider.script("m", Script(status=307, headers=there, body=b""))
    with pytest.raises(errors.ProviderMalformedError):
        await collect(provider_for("openai", provider).stream(asking()))
    assert len(provider.requests) == 1


async def test_a_closed_port_is_unreachable_after_three_tries(
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited: list[float] = []

    async def no_wait(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("asyncio.sleep", no_wait)
    broken = provider_for("openai", provider, base_url="http://127.0.0.1:9/v1")
    with pytest.raises(errors.ProviderUnreachableError) as refused:
        await collect(broken.stream(asking()))
    assert len(waited) == 2
    assert "127.0.0.1" not in refused.value.message


@pytest.mark.parametrize("dialect", ["openai", "anthropic", "azure", "google", "ollama"])
async def test_an_address_a_person_typed_reaches_nothing_inside(
    dialect: Dialect,
    provider: FakeProvider,
) -> None:
    with pytest.raises(errors.InvalidBaseUrlError) as refused:
        await collect(provider_for(dialect, provider, is_trusted=False).stream(asking()))
    assert refused.value.data["body"] == {"type": "invalid_base_url"}
    assert provider.requests == []


async def test_a_key_with_a_line_break_is_refused_and_sent_nowhere(provider: FakeProvider) -> None:
    broken = provider_for("openai", provider, api_key="sk-one\r\nX-Admin: yes")
    with pytest.raises(errors.SetupError):
        await collect(broken.stream(asking()))
    assert provider.requests == []


@pytest.mark.parametrize("dialect", NATIVE)
async def test_no_message_holds_a_key_or_an_address(
    dialect: Dialect,
    provider: FakeProvider,
) -> None:
    leak = f'{{"error": {{"message": "bad {KEY} at {provider.url}/x sk-other-12345 <b>"}}}}'
    for status in (400, 401, 413, 500):
        provider.script("m", refuses(status, body=leak.encode()))
        with pytest.raises(errors.ProviderError) as refused:
            await collect(provider_for(dialect, provider).stream(asking()))
        told = f"{refused.value.message} {refused.value.data}"
        for secret in (KEY, "127.0.0.1", "sk-other", "<b>"):
            assert secret not in told


async def test_a_provider_says_why_it_rejects_a_request(provider: FakeProvider) -> None:
    provider.script("m", refuses(400))
    with pytest.raises(errors.ProviderRejectedError) as refused:
        await collect(provider_for("openai", provider).stream(asking()))
    assert refused.value.data["said"] == "Invalid value for 'temperature': it must be at most 2."
    assert refused.value.message.startswith("Acme did not accept the request.")


async def test_more_tools_than_the_model_takes_are_told_without_asking_it(
    provider: FakeProvider,
) -> None:
    tools = tuple(Tool(f"tool_{number}") for number in range(129))
    request = asking(model="gpt-4.1", tools=tools)
    with pytest.raises(errors.ProviderRejectedError, match="at most 128 tools"):
        await collect(provider_for("openai", provider).stream(request))
    assert provider.requests == []
