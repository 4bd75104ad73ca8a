"""Which price a model's name finds."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from billing.pricing.cost import Rates
from billing.pricing.defaults import LEGACY, PRICES, parse_price
from billing.pricing.matching import candidates, rates_for
from billing.pricing.patterns import longest_match
from librechat.kernel import yaml_config

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("model", "pattern", "prompt", "completion"),
    [
        ("gpt-4o", "gpt-4o", "2.5", "10"),
        ("gpt-4o-2024-11-20", "gpt-4o", "2.5", "10"),
        ("gpt-4o-2024-05-13", "gpt-4o-2024-05-13", "5", "15"),
        ("chatgpt-4o-latest", "gpt-4o", "2.5", "10"),
        ("GPT-4o-Mini", "gpt-4o-mini", "0.15", "0.6"),
        ("openai/gpt-4.1-nano", "gpt-4.1-nano", "0.1", "0.4"),
        ("gpt-5-chat-latest", "gpt-5-chat-latest", "1.25", "10"),
        ("chat-latest", "chat-latest", "5", "30"),
        ("gpt-5.6-luna-2026", "gpt-5.6-luna", "0.2", "1.2"),
        ("claude-3-5-sonnet-latest", "claude-3-5-sonnet", "3", "15"),
        ("us.anthropic.claude-opus-4-20250514-v1:0", "claude-opus-4", "15", "75"),
        ("anthropic/claude-opus-4.5", "claude-opus-4.5", "5", "25"),
        ("claude-unheard-of", "claude-", "0.8", "2.4"),
        ("us.meta.llama3-1-405b-instruct-v1:0", "llama3-1-405b", "2.4", "2.4"),
        ("deepseek.r1-v1:0", "deepseek.r1", "1.35", "5.4"),
        ("accounts/fireworks/models/deepseek-v3", "deepseek-v3", "0.2", "0.8"),
        ("gemini-2.5-flash-lite-preview", "gemini-2.5-flash-lite", "0.1", "0.4"),
        ("o1-mini-2024-09-12", "o1-mini", "1.1", "4.4"),
        ("gpt-3.5-turbo-16k-0613", "gpt-3.5-turbo-16k", "3", "4"),
        ("gpt-3.5-turbo", "gpt-3.5", "1.5", "2"),
        ("gpt-3.5-turbo-0125", "gpt-3.5-turbo-0125", "0.5", "1.5"),
        ("gpt-4-turbo-2024-04-09", "gpt-4-turbo", "10", "30"),
        ("gpt-4-vision-preview", "gpt-4-vision", "10", "30"),
        ("gpt-4-0125-preview", "gpt-4-0125", "10", "30"),
        ("gpt-4-1106-preview", "gpt-4-1106", "10", "30"),
        ("gpt-4-32k-0613", "gpt-4-32k", "60", "120"),
        ("gpt-4-0613", "gpt-4", "30", "60"),
    ],
)
def test_the_longest_pattern_in_the_name_wins(
    model: str,
    pattern: str,
    prompt: str,
    completion: str,
) -> None:
    rates = rates_for(model)
    assert (rates.pattern, rates.prompt, rates.completion, rates.source) == (
        pattern,
        Decimal(prompt),
        Decimal(completion),
        "table",
    )


def test_every_pattern_finds_itself_with_its_own_price() -> None:
    for pattern, text in PRICES.items():
        if pattern != "claude-sonnet-5":  # its price changed with time
            assert rates_for(pattern) == parse_price(pattern, text)


def test_every_price_has_two_cache_rates_or_none_and_costs_more_above_its_threshold() -> None:
    for pattern, text in (PRICES | LEGACY).items():
        rates = parse_price(pattern, text)
        assert (rates.cache_write is None) == (rates.cache_read is None)
        assert rates.prompt > 0
        assert rates.completion > 0
        if rates.premium is not None:
            assert rates.premium.prompt > rates.prompt
            assert rates.premium.completion > rates.completion


def test_a_long_context_price_carries_its_threshold_and_cache_rates() -> None:
    assert rates_for("gpt-5.4-2026-03-05") == Rates(
        prompt=Decimal("2.5"),
        completion=Decimal(15),
        cache_write=Decimal("2.5"),
        cache_read=Decimal("0.25"),
        premium_above=272_000,
        premium=Rates(
            Decimal(5),
            Decimal("22.5"),
            Decimal(5),
            Decimal("0.5"),
            pattern="gpt-5.4",
        ),
        pattern="gpt-5.4",
    )
    assert rates_for("gpt-5.4-mini").premium is None


def test_claude_asks_twice_the_input_for_what_stays_in_the_cache_for_an_hour() -> None:
    for pattern, text in PRICES.items():
        rates = parse_price(pattern, text)
        is_kept_long = pattern.startswith("claude-") and rates.cache_write is not None
        assert rates.cache_write_long == (2 * rates.prompt if is_kept_long else None)
    assert rates_for("us.anthropic.claude-sonnet-4-5-v1:0").cache_write_long == Decimal(6)
    assert rates_for("gpt-5.6").cache_write_long is None


def test_an_endpoint_may_say_what_long_kept_and_spoken_tokens_cost() -> None:
    given = {"prompt": 1.0, "completion": 2.0, "cacheWriteLong": 3.0, "audioOutput": 4.0}
    rates = rates_for("anything", endpoint_rates={"anything": given})
    assert (rates.cache_write_long, rates.audio_output) == (Decimal("3.0"), Decimal("4.0"))


def test_an_introductory_price_ends_on_its_day(clock_at: Callable[[datetime], None]) -> None:
    clock_at(datetime(2026, 8, 31, 23, 59, 59, tzinfo=UTC))
    assert rates_for("claude-sonnet-5").prompt == Decimal(2)
    clock_at(datetime(2026, 9, 1, tzinfo=UTC))
    assert rates_for("claude-sonnet-5").prompt == Decimal(3)


def test_of_equally_long_patterns_the_later_one_wins() -> None:
    assert longest_match("abcd", ["ab", "bc", "cd", "a"]) == "cd"
    assert longest_match("abcd", ["cd", "bc", "ab"]) == "ab"


def test_only_a_pattern_with_a_slash_sees_the_part_before_the_slash() -> None:
    assert longest_match("vendor/model", ["vendor"]) is None
    assert longest_match("vendor/model", ["model", "vendor/m"]) == "vendor/m"
    assert longest_match("vendor/model", ["vendor/m", "model"]) == "vendor/m"
    assert longest_match("vendor/model", ["", "other"]) is None


@given(st.text("ab/", max_size=8), st.lists(st.text("ab/", max_size=4)))
def test_no_contained_pattern_of_its_sort_is_longer_than_the_match(
    model: str,
    patterns: list[str],
) -> None:
    found = longest_match(model, patterns)
    short = model.rpartition("/")[2]
    fits = [p for p in patterns if p and p in (model if "/" in p else short)]
    if found is None:
        assert fits == []
    else:
        assert found in fits
        assert all(("/" in found, len(found)) >= ("/" in p, len(p)) for p in fits)


def test_the_price_of_the_endpoint_overrides_the_table() -> None:
    own = {"gpt-4o": {"prompt": 1.1, "completion": 2, "cacheWrite": 3, "cacheRead": 0.1}}
    assert rates_for("gpt-4o", endpoint_rates=own) == Rates(
        Decimal("1.1"),
        Decimal(2),
        Decimal(3),
        Decimal("0.1"),
        pattern="gpt-4o",
        source="endpoint",
    )
    assert rates_for("x/gpt-4o-new", endpoint_rates=own).prompt == Decimal("1.1")
    assert rates_for("o3", endpoint_rates=own).source == "table"


def test_a_model_with_a_slash_is_found_by_its_whole_name_first() -> None:
    own = {"b": {"prompt": 9, "completion": 9}, "a/b": {"prompt": 1, "completion": 1}}
    assert rates_for("a/b", endpoint_rates=own).prompt == Decimal(1)


def test_an_endpoint_may_be_free() -> None:
    rates = rates_for("llama3", endpoint_rates={"llama3": {"prompt": 0, "completion": 0}})
    assert (rates.prompt, rates.completion) == (Decimal(0), Decimal(0))
    assert rates.source == "endpoint"


def test_a_price_smaller_than_we_count_is_rounded_up_not_away() -> None:
    rates = rates_for("tiny", endpoint_rates={"tiny": {"prompt": 1e-12, "completion": 1e-12}})
    assert rates.prompt == Decimal("0.000000001")


@pytest.mark.parametrize(
    "given_",
    [
        {"prompt": -1, "completion": 2},
        {"prompt": 1, "completion": float("nan")},
        {"prompt": float("inf"), "completion": 2},
        {"prompt": 1},
        {"prompt": None, "completion": 2},
        {"prompt": "dear", "completion": 2},
        {"prompt": 1, "completion": 100_001},
    ],
)
def test_a_price_that_is_none_never_replaces_the_table(given_: dict[str, float]) -> None:
    assert rates_for("gpt-4o", endpoint_rates={"gpt-4o": given_}) == rates_for("gpt-4o")


def test_the_yaml_says_every_class_and_a_tier() -> None:
    written = {
        "House-Model": {
            "prompt": 1,
            "completion": 2.5,
            "cacheWrite": 1.25,
            "cacheRead": 0.1,
            "reasoning": 3,
            "image": 4,
            "audio": 5,
            "embedding": 0.02,
            "cacheWriteLong": 2,
            "audioOutput": 20,
            "perCall": 100,
            "longContext": {
                "above": 200000,
                "prompt": 2,
                "completion": 5,
                "cacheRead": 0.2,
                "cacheWriteLong": 4,
            },
        }
    }
    with yaml_config.override({"prices": written}):
        found = rates_for("corp/house-model-2")
        assert rates_for("gpt-4o").source == "table"
    assert found == Rates(
        Decimal(1),
        Decimal("2.5"),
        Decimal("1.25"),
        Decimal("0.1"),
        premium_above=200000,
        premium=Rates(
            Decimal(2),
            Decimal(5),
            cache_read=Decimal("0.2"),
            cache_write_long=Decimal(4),
            pattern="House-Model",
            source="yaml",
        ),
        reasoning=Decimal(3),
        image=Decimal(4),
        audio=Decimal(5),
        embedding=Decimal("0.02"),
        cache_write_long=Decimal(2),
        audio_output=Decimal(20),
        per_call=Decimal(100),
        pattern="House-Model",
        source="yaml",
    )


def test_the_yaml_may_go_without_a_tier() -> None:
    with yaml_config.override({"prices": {"small": {"prompt": 0, "completion": 0}}}):
        assert rates_for("small") == Rates(Decimal(0), Decimal(0), pattern="small", source="yaml")


@pytest.mark.parametrize(
    "wrong",
    [
        {"prompt": -1, "completion": 1},
        {"prompt": 1},
        {"prompt": float("nan"), "completion": 1},
        {"prompt": float("inf"), "completion": 1},
        {"prompt": 1, "completion": 100_001},
        {"prompt": 1, "completion": 1, "cachedRead": 1},
        {"prompt": 1, "completion": 1, "longContext": {"above": 0, "prompt": 1, "completion": 1}},
        {"prompt": 1, "completion": 1, "longContext": {"above": 5}},
    ],
)
def test_a_wrong_price_in_the_yaml_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(yaml_config.ConfigError), yaml_config.override({"prices": {"x": wrong}}):
        pass


def test_a_refusal_is_the_last_candidate(settings: Settings) -> None:
    settings.UNKNOWN_MODEL_PRICE = "refuse"
    last = candidates("unheard-of")[-1]
    assert (last.source, last.rates) == ("refuse", None)
