"""Providers that refuse, hang, stall, break and talk nonsense."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from django.conf import settings

from agents import errors
from agents.llm.providers import transport, wire_provider
from agents.llm.providers.provider import Dialect
from agents.llm.providers.retries import Retries
from agents.llm.wire.neutral import Failed, Finished, TextDelta, Tool
from tests.agents.providers.calls import KEY, asking, collect, provider_for, take, text_of
from tests.fakes.provider import (
    Cut,
    Delay,
    Endless,
    FakeProvider,
    Hang,
    Raw,
    Script,
    Text,
    page,
    refuses,
    says,
)

STOP = b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\n'
NATIVE: tuple[Dialect, ...] = ("openai", "anthropic", "azure")
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


async def test_silence_before_the_first_byte_is_a_timeout_and_not_tried_again(
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(settings, "PROVIDER_FIRST_BYTE_SECONDS", 0.1)
    provider.script("m", Script(steps=(Text("late"),), wait_before_headers=9))
    with pytest.raises(errors.ProviderTimeoutError):
        await collect(provider_for("openai", provider).stream(asking()))
    assert (await provider.requests[0].over()).is_cancelled
    assert len(provider.requests) == 1


async def test_a_stall_keeps_the_text_and_closes_upstream(
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "PROVIDER_IDLE_SECONDS", 0.1)
    provider.script("m", Script(steps=(Text("so far"), Hang())))
    events = await collect(provider_for("anthropic", provider).stream(asking()))
    assert text_of(events) == "so far"
    ending = events[-1]
    assert isinstance(ending, Failed)
    assert (ending.kind, ending.is_retryable) == ("timeout", True)
    assert (await provider.requests[0].over()).is_cancelled
    assert len(provider.requests) == 1


async def test_a_slow_drip_is_not_a_stall(
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "PROVIDER_IDLE_SECONDS", 0.2)
    steps = (Text("a"), Delay(0.1), Text("b"), Delay(0.1), Text("c"), Delay(0.1))
    provider.script("m", Script(steps=steps))
    events = await collect(provider_for("openai", provider).stream(asking()))
    assert text_of(events) == "abc"
    assert isinstance(events[-1], Finished)


@pytest.mark.parametrize("dialect", NATIVE)
async def test_a_cut_keeps_the_text_and_is_not_a_finish(
    dialect: Dialect,
    provider: FakeProvider,
) -> None:
    provider.script("m", Script(steps=(Text("so "), Text("far"), Cut())))
    events = await collect(provider_for(dialect, provider).stream(asking()))
    assert text_of(events) == "so far"
    assert isinstance(events[-1], Failed)
    assert events[-1].kind == "cut"
    assert len(provider.requests) == 1


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
async def test_a_cut_at_any_byte_gives_a_prefix_and_no_exception(
    dialect: Dialect,
    provider: FakeProvider,
) -> None:
    spoken = "Grüße 🌍!"
    for offset in range(1, 900, 31):
        provider.script("m", Script(steps=(Text(spoken),), cut_at_byte=offset))
        try:
            events = await collect(provider_for(dialect, provider).stream(asking()))
        except errors.ProviderError:
            continue  # nothing came at all
        assert spoken.startswith(text_of(events))
        assert isinstance(events[-1], Failed | Finished)


async def test_a_drip_of_single_bytes_is_read_like_one_block(provider: FakeProvider) -> None:
    provider.script("m", Script(steps=(Text("Grüße 🌍!"),), drip=3))
    events = await collect(provider_for("anthropic", provider).stream(asking()))
    assert text_of(events) == "Grüße 🌍!"
    assert isinstance(events[-1], Finished)


@pytest.mark.parametrize("dialect", NATIVE)
async def test_garbage_in_the_stream_ends_it_and_keeps_the_text(
    dialect: Dialect,
    provider: FakeProvider,
) -> None:
    provider.script("m", Script(steps=(Text("fine"), Raw(b"data: {\xff\xfe not json\n\n"))))
    events = await collect(provider_for(dialect, provider).stream(asking()))
    assert text_of(events) == "fine"
    assert isinstance(events[-1], Failed)
    assert events[-1].kind == "malformed"


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


async def test_an_error_in_the_stream_is_told_without_keys(provider: FakeProvider) -> None:
    leak = (
        f'data: {{"error": {{"type": "server_error", "message": "at {provider.url} {KEY}"}}}}\n\n'
    )
    provider.script("m", Script(steps=(Text("some "), Raw(leak.encode()))))
    events = await collect(provider_for("openai", provider).stream(asking()))
    ending = events[-1]
    assert isinstance(ending, Failed)
    assert KEY not in ending.message
    assert "127.0.0.1" not in ending.message


async def test_a_provider_says_why_it_rejects_a_request(provider: FakeProvider) -> None:
    provider.script("m", refuses(400))
    with pytest.raises(errors.ProviderRejectedError) as refused:
        await collect(provider_for("openai", provider).stream(asking()))
    assert refused.value.data["said"] == "Invalid value for 'temperature': it must be at most 2."
    assert refused.value.message.startswith("Acme did not accept the request.")


async def test_a_never_ending_answer_can_be_cancelled(provider: FakeProvider) -> None:
    provider.script("m", Script(steps=(Endless("word ", 0.0005),)))
    taken = await take(provider_for("openai", provider).stream(asking()), 40)
    assert sum(isinstance(event, TextDelta) for event in taken) >= 39
    assert (await provider.requests[0].over()).is_cancelled


async def test_a_cancelled_task_closes_the_call_before_the_first_byte(
    provider: FakeProvider,
) -> None:
    provider.script("m", Script(wait_before_headers=9))
    task = asyncio.create_task(collect(provider_for("anthropic", provider).stream(asking())))
    await asyncio.to_thread(provider.wait_for_request)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await provider.requests[0].over()).is_cancelled


async def test_a_cancel_during_the_wait_for_another_try_ends_it(provider: FakeProvider) -> None:
    provider.script("m", refuses(429, retry_after="0.25"))
    task = asyncio.create_task(collect(provider_for("openai", provider).stream(asking())))
    await asyncio.to_thread(provider.wait_for_request)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(provider.requests) == 1


@pytest.mark.parametrize("dialect", ["openai", "anthropic", "google", "ollama"])
async def test_a_list_of_models_that_is_no_list_is_malformed(
    dialect: Dialect,
    provider: FakeProvider,
) -> None:
    provider.script("models", Script(body=b"not json", content_type="application/json"))
    with pytest.raises(errors.ProviderMalformedError):
        await provider_for(dialect, provider).list_models()


async def test_a_list_of_models_that_breaks_off_is_unreachable(provider: FakeProvider) -> None:
    provider.script("models", Script(steps=(Raw(b'{"data": ['), Cut())))
    with pytest.raises(errors.ProviderUnreachableError):
        await provider_for("openai", provider).list_models()


async def test_a_list_of_models_that_never_comes_is_a_timeout(
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(settings, "PROVIDER_FIRST_BYTE_SECONDS", 0.1)
    provider.script("models", Script(headers={"Content-Length": "99"}, body=b""))
    with pytest.raises(errors.ProviderTimeoutError):
        await provider_for("openai", provider).list_models()


async def test_a_refused_list_of_models_says_so(provider: FakeProvider) -> None:
    with pytest.raises(errors.ProviderAuthError):
        await provider_for("openai", provider, api_key="wrong-key").list_models()


async def test_the_line_is_used_again_after_a_whole_answer(
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wire_provider, "END_SECONDS", 60)
    client = provider_for("openai", provider)
    started = time.monotonic()
    first = await collect(client.stream(asking()))
    second = await collect(client.stream(asking()))
    assert text_of(first) == text_of(second)
    assert provider.requests[0].client_port == provider.requests[1].client_port
    assert time.monotonic() - started < 6  # nothing waited for the minute to pass


async def test_a_line_held_open_after_the_answer_is_let_go(
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wire_provider, "END_SECONDS", 0.05)
    provider.script("m", Script(steps=(Text("all of it"), Raw(STOP + b"data: [DONE]\n\n"), Hang())))
    events = await collect(provider_for("openai", provider).stream(asking()))
    assert text_of(events) == "all of it"
    assert isinstance(events[-1], Finished)
    assert (await provider.requests[0].over()).is_cancelled


async def test_more_tools_than_the_model_takes_are_told_without_asking_it(
    provider: FakeProvider,
) -> None:
    tools = tuple(Tool(f"tool_{number}") for number in range(129))
    request = asking(model="gpt-4.1", tools=tools)
    with pytest.raises(errors.ProviderRejectedError, match="at most 128 tools"):
        await collect(provider_for("openai", provider).stream(request))
    assert provider.requests == []
