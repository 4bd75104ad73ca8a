"""Token counts of OpenAI's dialects: every class once, none larger than its whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.llm.wire.neutral import Usage
from agents.llm.wire.openai_usage import in_and_out, usage_from
from agents.llm.wire.serving.openai_counts import chat_usage, responses_usage

Report = dict[str, object]
counts = st.integers(0, 10_000)
# Counts as they may come, larger than their whole or no counts at all.
odd = counts | st.none() | st.integers(-9, -1) | st.text(max_size=2)


def test_spoken_tokens_are_counted_within_prompt_and_completion() -> None:
    report: Report = {
        "prompt_tokens": 100,
        "completion_tokens": 60,
        "total_tokens": 160,
        "prompt_tokens_details": {"cached_tokens": 10, "text_tokens": 60, "audio_tokens": 30},
        "completion_tokens_details": {
            "reasoning_tokens": 5,
            "text_tokens": 15,
            "audio_tokens": 40,
        },
    }
    assert usage_from({"usage": report}) == Usage(
        input_tokens=90,
        output_tokens=60,
        cache_read_tokens=10,
        reasoning_tokens=5,
        audio_tokens=30,
        audio_output_tokens=40,
    )


def test_the_count_of_an_image() -> None:
    report: Report = {
        "input_tokens": 250,
        "input_tokens_details": {"text_tokens": 50, "image_tokens": 200},
        "output_tokens": 4160,
        "output_tokens_details": {"text_tokens": 0, "image_tokens": 4160},
        "total_tokens": 4410,
    }
    assert in_and_out({"usage": report}) == Usage(250, 4160, image_tokens=200)


def test_the_count_of_a_transcription() -> None:
    report: Report = {
        "type": "tokens",
        "input_tokens": 14,
        "input_token_details": {"text_tokens": 2, "audio_tokens": 12},
        "output_tokens": 45,
        "total_tokens": 59,
    }
    assert in_and_out({"usage": report}) == Usage(14, 45, audio_tokens=12)


def test_seconds_are_no_tokens() -> None:
    assert in_and_out({"usage": {"type": "duration", "seconds": 9.2}}) is None


def test_the_count_of_an_embedding_has_no_output() -> None:
    assert usage_from({"usage": {"prompt_tokens": 8, "total_tokens": 8}}) == Usage(8)


def test_what_is_kept_for_hours_lies_within_what_was_written() -> None:
    kept = {"ttl_30m_tokens": 30, "ttl_12h_tokens": 50}
    details = {"cached_tokens": 5, "cache_write_tokens": 80, "cache_write_tokens_details": kept}
    report: Report = {"input_tokens": 100, "output_tokens": 1, "input_tokens_details": details}
    assert in_and_out({"usage": report}) == Usage(
        15, 1, cache_read_tokens=5, cache_write_tokens=80, cache_write_long_tokens=50
    )


@pytest.mark.parametrize("details", [None, 5, [], "x"])
def test_details_that_are_none_count_nothing(details: object) -> None:
    report: Report = {"input_tokens": 3, "output_tokens": 1, "input_tokens_details": details}
    assert in_and_out({"usage": report}) == Usage(3, 1)


@given(
    counts,
    counts,
    st.fixed_dictionaries(
        dict.fromkeys(("cached_tokens", "cache_write_tokens", "image_tokens", "audio_tokens"), odd)
    ),
    st.fixed_dictionaries({"reasoning_tokens": odd, "audio_tokens": odd}),
)
def test_no_token_is_counted_twice(given_: int, output: int, parts: Report, said: Report) -> None:
    report: Report = {
        "prompt_tokens": given_,
        "completion_tokens": output,
        "total_tokens": given_ + output,
        "prompt_tokens_details": parts,
        "completion_tokens_details": said,
    }
    usage = usage_from({"usage": report})
    if usage is None:
        assert not given_ + output
        return
    assert usage.prompt_tokens == given_
    assert usage.output_tokens == output
    assert usage.reasoning_tokens + usage.audio_output_tokens <= output
    assert min(usage.input_tokens, usage.cache_read_tokens, usage.cache_write_tokens) >= 0
    assert usage.cache_write_long_tokens <= usage.cache_write_tokens


def test_what_was_spoken_is_told_to_clients() -> None:
    usage = Usage(3, 9, audio_tokens=2, reasoning_tokens=1, audio_output_tokens=8)
    told = chat_usage(usage)
    assert told["completion_tokens_details"] == {"reasoning_tokens": 1, "audio_tokens": 8}
    assert usage_from({"usage": told}) == usage
    assert in_and_out({"usage": responses_usage(Usage(3, 9, audio_tokens=2))}) == Usage(
        3, 9, audio_tokens=2
    )
