"""OpenAI streams: the usage they report."""

import pytest

from agents.llm.wire.neutral import (
    Usage,
    UsageReported,
)
from tests.agents.wire.openai_streams import after_start
from tests.agents.wire.transcripts import (
    DONE,
    chunk,
)


def usages(*reports: object) -> list[Usage]:
    events = after_start(*(chunk({"content": "x"}, usage=report) for report in reports), DONE)
    return [event.usage for event in events if isinstance(event, UsageReported)]


def test_repeated_usage_is_reported_once_and_growing_usage_each_time() -> None:
    first = {"prompt_tokens": 5, "completion_tokens": 1}
    second = {"prompt_tokens": 5, "completion_tokens": 2}
    assert usages(first, first, second) == [Usage(5, 1), Usage(5, 2)]


@pytest.mark.parametrize(
    "report",
    [
        {"prompt_tokens": -5, "completion_tokens": 1},
        {"prompt_tokens": 5, "completion_tokens": float("nan")},
        {"prompt_tokens": 5, "completion_tokens": float("inf")},
        {"prompt_tokens": "5", "completion_tokens": 1},
        {"prompt_tokens": True, "completion_tokens": 1},
        {"prompt_tokens": 0, "completion_tokens": 0},
        {"prompt_tokens": 10**30, "completion_tokens": 1},
        {},
        [],
        "many",
    ],
)
def test_usage_nobody_can_believe_is_ignored(report: object) -> None:
    # NaN travels as null here, which counts as absent: then nothing is left to report.
    believed = [usage for usage in usages(report) if usage.output_tokens]
    assert believed == []


def test_reasoning_left_out_of_the_completion_is_added() -> None:
    report = {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 35,
        "completion_tokens_details": {"reasoning_tokens": 20},
    }
    assert usages(report) == [Usage(10, 25, reasoning_tokens=20)]


def test_deepseek_and_groq_spellings_of_usage_are_understood() -> None:
    deepseek = {"prompt_tokens": 10, "completion_tokens": 5, "prompt_cache_hit_tokens": 4}
    assert usages(deepseek) == [Usage(6, 5, cache_read_tokens=4)]
    groq = chunk({"content": "x"}, x_groq={"usage": {"prompt_tokens": 3, "completion_tokens": 2}})
    assert after_start(groq, DONE)[1] == UsageReported(Usage(3, 2))


def test_more_cached_than_prompt_tokens_never_makes_a_negative_count() -> None:
    details = {"cached_tokens": 50, "cache_write_tokens": 9}
    report = {"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": details}
    assert usages(report) == [Usage(0, 5, cache_read_tokens=10)]
