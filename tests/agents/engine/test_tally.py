"""What a run's calls are counted at: what is reported, and what is estimated."""

import pytest

from agents.engine.metering import Meter, Tally
from agents.llm.wire import neutral

pytestmark = pytest.mark.usefixtures("threads_let_go")


def tallied(*events: neutral.Event) -> neutral.Usage:
    tally = Tally()
    for event in events:
        tally.see(event)
    return tally.usage("gpt-4o", prompt_tokens=100)


DONE = neutral.Finished("stop")
TEXT = neutral.TextDelta("Four words are here.")


def test_a_reported_usage_is_taken_as_it_is() -> None:
    usage = neutral.Usage(10, 5, cache_read_tokens=3, reasoning_tokens=2)
    assert tallied(TEXT, neutral.UsageReported(usage), DONE) == usage


def test_the_last_report_counts() -> None:
    first, last = neutral.Usage(10, 1), neutral.Usage(10, 5)
    assert tallied(TEXT, neutral.UsageReported(first), neutral.UsageReported(last), DONE) == last


@pytest.mark.parametrize(
    "silly",
    [
        None,
        neutral.Usage(-1, 5),
        neutral.Usage(10, -5),
        neutral.Usage(0, 0),
        neutral.Usage(10, 0),
        neutral.Usage(0, 5),
        neutral.Usage(10**12, 5),
    ],
)
def test_a_missing_or_silly_report_is_estimated_never_below_what_is_seen(
    silly: neutral.Usage | None,
) -> None:
    reported = [neutral.UsageReported(silly)] if silly else []
    usage = tallied(TEXT, *reported, DONE)
    assert usage.is_estimated
    assert usage.output_tokens >= 4
    assert usage.prompt_tokens in (10, 100)


def test_a_report_of_negative_details_is_not_passed_on() -> None:
    usage = tallied(
        TEXT,
        neutral.UsageReported(neutral.Usage(10, 5, cache_read_tokens=-4, reasoning_tokens=-1)),
        DONE,
    )
    assert min(usage.cache_read_tokens, usage.reasoning_tokens, usage.input_tokens) >= 0
    assert usage.is_estimated


def test_a_report_made_before_the_stop_keeps_its_prompt_and_counts_the_text() -> None:
    early = neutral.UsageReported(neutral.Usage(40, 1, cache_read_tokens=60))
    usage = tallied(early, neutral.ThinkingDelta("thoughts"), neutral.ToolCallDelta(0, "{}"), TEXT)
    assert (usage.input_tokens, usage.cache_read_tokens, usage.is_estimated) == (40, 60, True)
    assert usage.output_tokens > 4


def test_several_calls_add_up() -> None:
    meter = Meter()
    meter.add(neutral.Usage(1, 2, 3, 4, 5), 10)
    meter.add(neutral.Usage(1, 1, 1, 1, 1, is_estimated=True), 5)
    assert meter.usage == neutral.Usage(2, 3, 4, 5, 6, is_estimated=True)
    assert meter.credits == 15
