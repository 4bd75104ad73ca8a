"""One answer that ends in a failure: what is told, kept and logged."""

import logging

import pytest

from accounts.models import User
from agents.errors import NoUserKeyError, ProviderAuthError, ProviderUnavailableError
from agents.llm.wire import neutral
from conversations.eventlog.events import Ended
from conversations.eventlog.log import EventLog
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.turns import (
    answer_of,
    begin,
    events_of,
    finished,
    fresh,
)


async def test_a_refused_call_is_told_as_part_of_a_normal_end(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    failure = ProviderAuthError.by("Scripted", upstream_status=401)
    endpoint.model.say(failure)
    generation = await begin(owner)
    ended = (await events_of(loop_runs, generation))[-1]
    assert isinstance(ended, Ended)
    assert (ended.state, ended.is_setup_error) == ("failed", False)
    assert ended.error["type"] == "provider_auth"
    answer = await answer_of(generation)
    assert answer.content == [
        {
            "type": "error",
            "error": f"An error occurred while processing the request: 401 {failure.message}",
        },
    ]
    assert (answer.error, answer.unfinished) == (False, False)
    assert answer.metadata["error"]["type"] == "provider_auth"
    assert (await fresh(generation)).state == "failed"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("de", "etwas schiefgegangen (Fehler "), ("", "Something went wrong here (error ")],
)
async def test_a_failure_of_ours_is_told_in_the_language_of_who_asked(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
    language: str,
    sentence: str,
) -> None:
    owner.preferences = {"language": language}
    endpoint.refusal = RuntimeError("a bug")
    generation = await begin(owner)
    answer = await finished(loop_runs, generation)
    [part] = answer.content
    assert part["error"].startswith("An error occurred while processing the request: ")
    assert sentence in part["error"]


async def test_a_failure_in_mid_answer_keeps_the_text(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.model.say(
        neutral.TextDelta("So far"),
        neutral.Failed("overloaded_error", "Too busy."),
    )
    generation = await begin(owner)
    answer = await finished(loop_runs, generation)
    assert answer.content == [
        {"type": "text", "text": "So far"},
        {
            "type": "error",
            "error": "An error occurred while processing the request: Too busy.",
        },
    ]
    assert answer.metadata["usage"]["is_estimated"] is True


async def test_a_cut_stream_is_interrupted_and_can_be_continued(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.model.say(neutral.TextDelta("One, two"), neutral.Failed("cut", "Cut off."))
    generation = await begin(owner)
    events = await events_of(loop_runs, generation)
    assert events[-1] == Ended("interrupted", {"type": "cut", "message": "Cut off."})
    answer = await answer_of(generation)
    assert answer.content == [{"type": "text", "text": "One, two"}]
    assert (answer.unfinished, answer.finish_reason) == (True, "cut")


async def test_a_stream_cut_before_the_first_word_says_so(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.model.say(neutral.Started())
    answer = await finished(loop_runs, await begin(owner))
    assert answer.content == [
        {"type": "error", "error": "The provider closed the connection before the answer ended."},
    ]
    assert (answer.unfinished, answer.finish_reason) == (True, "cut")


async def test_a_missing_key_is_a_setup_error_and_calls_nobody(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.refusal = NoUserKeyError.of()
    generation = await begin(owner)
    events = await events_of(loop_runs, generation)
    assert events[-1] == Ended("failed", {"type": "no_user_key"}, is_setup_error=True)
    answer = await answer_of(generation)
    assert answer.content == [{"type": "error", "error": '{"type":"no_user_key"}'}]
    assert answer.error is True
    assert endpoint.model.requests == []


async def test_an_empty_text_starts_and_fails_in_the_stream(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    generation = await begin(owner, "")
    events = await events_of(loop_runs, generation)
    assert events[-1] == Ended("failed", {"type": "empty_messages"}, is_setup_error=True)
    assert endpoint.model.requests == []


async def test_a_defect_is_logged_with_an_id_and_shown_without_details(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
    caplog: pytest.LogCaptureFixture,
) -> None:
    endpoint.model.say(neutral.TextDelta("Half"), RuntimeError("secret detail"))
    generation = await begin(owner)
    ended = (await events_of(loop_runs, generation))[-1]
    assert isinstance(ended, Ended)
    assert ended.error["type"] == "internal"
    answer = await answer_of(generation)
    assert answer.content[0] == {"type": "text", "text": "Half"}
    assert ended.error["id"] in answer.content[1]["error"]
    assert "secret detail" not in str(answer.content)
    [record] = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert vars(record)["error_id"] == ended.error["id"]


async def test_a_provider_that_is_down_says_it_in_our_words(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    failure = ProviderUnavailableError.by("Scripted")
    endpoint.model.say(failure)
    answer = await finished(loop_runs, await begin(owner))
    assert answer.content[0]["error"].endswith(failure.message)
