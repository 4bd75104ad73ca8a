"""A provider's usage export beside the books: same, different, damaged."""

from typing import Any

import pytest
from django.core.management.base import CommandError

from billing.models import UsageDay
from billing.queries.usage_exports import model_name
from tests.billing.management.usage_exports import (
    CLAUDE_COSTS,
    CLAUDE_CSV,
    CLAUDE_USAGE,
    DAY,
    OPENAI_COSTS,
    OPENAI_CSV,
    OPENAI_USAGE,
    SECONDS,
    changed,
)

pytestmark = pytest.mark.django_db
OPENAI_COST_CSV = (
    "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item\n"
    f'{SECONDS},{SECONDS},2026-03-01T00:00:00+00:00,x,0.75,usd,"gpt-4o-2024-08-06, input"\n'
)
CLAUDE_COST_CSV = (
    "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,"
    "list_price_usd,cost_type,inference_geo,speed\n"
    "2026-03-01,Claude Sonnet 4.5,Default,k,message,≤ 200k,input_no_cache,0.50,0.50,token,,\n"
    "2026-03-01,Claude Sonnet 4.5,Default,k,message,≤ 200k,output,0.25,0.25,token,,\n"
)
EXPORTS = {
    "openai usage.json": OPENAI_USAGE,
    "openai costs.json": OPENAI_COSTS,
    "openai usage.csv": OPENAI_CSV,
    "openai costs.csv": OPENAI_COST_CSV,
    "anthropic usage.json": CLAUDE_USAGE,
    "anthropic costs.json": CLAUDE_COSTS,
    "anthropic usage.csv": CLAUDE_CSV,
    "anthropic costs.csv": CLAUDE_COST_CSV,
}


def booked(**fields: Any) -> None:
    numbers = {"calls": 5, "input_tokens": 200, "cache_read_tokens": 800, "output_tokens": 500}
    row = {"starts_at": DAY, "credits": 750_000, **numbers, **fields}
    for endpoint, model in (("openAI", "gpt-4o"), ("anthropic", "claude-sonnet-4-5")):
        UsageDay.objects.create(endpoint=endpoint, model=model, **row)


@pytest.mark.parametrize("name", EXPORTS)
def test_what_agrees_with_the_books_is_the_same(compare: Any, name: str) -> None:
    booked()
    code, told = compare(EXPORTS[name], name.split(maxsplit=1)[0], "--json")
    assert (code, told["isSame"], told["differences"]) == (0, True, [])
    assert (told["from"], told["to"]) == ("2026-03-01", "2026-03-01")
    for total in told["totals"].values():
        assert total["theirs"] == total["ours"] > 0


@pytest.mark.parametrize("name", EXPORTS)
def test_what_disagrees_is_listed_and_ends_with_one(compare: Any, name: str) -> None:
    booked(output_tokens=400, credits=700_000)
    code, told = compare(EXPORTS[name], name.split(maxsplit=1)[0], "--json")
    [one] = told["differences"]
    assert code == 1
    assert one["day"] == "2026-03-01"
    if "costs" in name:
        assert (one["measure"], one["theirs"], one["ours"]) == ("credits", 750_000, 700_000)
    else:
        assert (one["measure"], one["theirs"], one["ours"]) == ("output_tokens", 500, 400)


def test_the_list_reads_as_sentences(compare: Any) -> None:
    booked(output_tokens=400)
    code, told = compare(OPENAI_USAGE, "openai")
    assert code == 1
    assert told.splitlines() == [
        "2026-03-01 gpt-4o: tokens out: provider 500, here 400, -100",
        "Total: tokens in: provider 1000, here 1000, +0",
        "Total: tokens out: provider 500, here 400, -100",
        "1 differences from 2026-03-01 to 2026-03-01.",
    ]


def test_small_differences_are_tolerated_as_far_as_said(compare: Any) -> None:
    booked(output_tokens=495)
    assert compare(OPENAI_USAGE, "openai")[0] == 0
    assert compare(OPENAI_USAGE, "openai", "--tolerance", "0.9")[0] == 1


def test_what_only_one_side_knows_is_a_difference(compare: Any) -> None:
    assert compare(OPENAI_USAGE, "openai")[0] == 1
    booked()
    UsageDay.objects.create(starts_at=DAY, endpoint="openAI", model="other", output_tokens=1)
    code, told = compare(OPENAI_USAGE, "openai", "--json")
    assert (code, told["differences"][0]["model"]) == (1, "other")


def test_calls_of_other_endpoints_are_compared_when_asked(compare: Any) -> None:
    UsageDay.objects.create(
        starts_at=DAY, endpoint="Mine", model="gpt-4o", input_tokens=1000, output_tokens=500
    )
    assert compare(OPENAI_USAGE, "openai")[0] == 1
    assert compare(OPENAI_USAGE, "openai", "--endpoint", "Mine", "--endpoint", "openAI")[0] == 0


def test_days_can_be_chosen(compare: Any) -> None:
    two = {
        "data": [*OPENAI_USAGE["data"], {**OPENAI_USAGE["data"][0], "start_time": SECONDS + 86400}]
    }
    booked()
    assert compare(two, "openai")[0] == 1
    assert compare(two, "openai", "--to", "2026-03-01")[0] == 0
    with pytest.raises(CommandError, match="nothing about these days"):
        compare(two, "openai", "--from", "2026-04-01", "--to", "2026-04-02")
    with pytest.raises(CommandError, match="no day"):
        compare(two, "openai", "--from", "April")


def test_costs_beside_models_are_compared_by_their_description(compare: Any) -> None:
    web = changed(CLAUDE_COSTS, model=None, description="Web Search Usage")
    code, told = compare(web, "anthropic", "--json")
    assert (code, told["differences"][0]["model"]) == (1, "web search usage")


def test_versions_of_a_model_are_one_model() -> None:
    names = {
        "gpt-4o-2024-08-06": "gpt-4o",
        "gpt-4.1": "gpt-4.1",
        "chatgpt-4o-latest": "chatgpt-4o",
        "claude-sonnet-4-5-20250929": "claude-sonnet-4-5",
        "Claude Sonnet 4.5": "claude-sonnet-4-5",
        "Claude 3.5 Sonnet 2024-10-22": "claude-3-5-sonnet",
    }
    for given, expected in names.items():
        assert model_name(given) == expected
