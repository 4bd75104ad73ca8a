"""A provider's usage export beside the books: same, different, damaged."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from billing.models import UsageDay
from billing.queries.usage_exports import model_name

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 3, 1, tzinfo=UTC)
SECONDS = int(DAY.timestamp())

OPENAI_USAGE: dict[str, Any] = {
    "object": "page",
    "data": [
        {
            "object": "bucket",
            "start_time": SECONDS,
            "end_time": SECONDS + 86400,
            "results": [
                {
                    "object": "organization.usage.completions.result",
                    "input_tokens": 1000,
                    "output_tokens": 500,
                    "input_cached_tokens": 800,
                    "num_model_requests": 5,
                    "model": "gpt-4o-2024-08-06",
                }
            ],
        }
    ],
    "has_more": False,
}
OPENAI_COSTS: dict[str, Any] = {
    "data": [
        {
            "start_time": SECONDS,
            "results": [
                {
                    "amount": {"value": 0.5, "currency": "usd"},
                    "line_item": "gpt-4o-2024-08-06, input",
                },
                {
                    "amount": {"value": 0.25, "currency": "usd"},
                    "line_item": "gpt-4o-2024-08-06, output",
                },
            ],
        }
    ]
}
OPENAI_CSV = (
    "start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,model,"
    "input_tokens,output_tokens,input_cached_tokens\n"
    f"{SECONDS},{SECONDS + 60},2026-03-01T00:00:00+00:00,2026-03-01T00:01:00+00:00,p,5,"
    "gpt-4o-2024-08-06,600,300,0\n"
    f"{SECONDS + 60},{SECONDS + 120},2026-03-01T00:01:00+00:00,2026-03-01T00:02:00+00:00,,,,,,\n"
    f"{SECONDS + 120},{SECONDS + 180},2026-03-01T00:02:00+00:00,2026-03-01T00:03:00+00:00,p,5,"
    "gpt-4o-2024-08-06,400,200,0\n"
)
OPENAI_COST_CSV = (
    "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item\n"
    f'{SECONDS},{SECONDS},2026-03-01T00:00:00+00:00,x,0.75,usd,"gpt-4o-2024-08-06, input"\n'
)
CLAUDE_USAGE: dict[str, Any] = {
    "data": [
        {
            "starting_at": "2026-03-01T00:00:00Z",
            "ending_at": "2026-03-02T00:00:00Z",
            "results": [
                {
                    "uncached_input_tokens": 100,
                    "cache_creation": {
                        "ephemeral_1h_input_tokens": 50,
                        "ephemeral_5m_input_tokens": 50,
                    },
                    "cache_read_input_tokens": 800,
                    "output_tokens": 500,
                    "model": "claude-sonnet-4-5-20250929",
                }
            ],
        }
    ],
    "has_more": False,
    "next_page": None,
}
CLAUDE_COSTS: dict[str, Any] = {
    "data": [
        {
            "starting_at": "2026-03-01T00:00:00Z",
            "results": [
                {"currency": "USD", "amount": "75.0", "model": "claude-sonnet-4-5-20250929"},
            ],
        }
    ]
}
CLAUDE_CSV = (
    "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,"
    "usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,"
    "usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,"
    "web_search_count,inference_geo,speed\n"
    "2026-03-01,claude-sonnet-4-5-20250929,k,Default,standard,≤ 200k,100,50,50,800,500,0,,\n"
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


@pytest.fixture
def compare(tmp_path: Path) -> Any:
    """Return a function that compares a file's content: its exit code and its result."""

    def run(content: Any, provider: str, *options: str) -> tuple[int, Any]:
        path = tmp_path / "export"
        if not isinstance(content, bytes):
            text = content if isinstance(content, str) else json.dumps(content)
            content = text.encode()
        path.write_bytes(content)
        out = io.StringIO()
        arguments = [str(path), "--provider", provider, *options]
        try:
            call_command("reconcile", *arguments, stdout=out)
        except SystemExit as exc:
            return int(str(exc.code)), _parsed(out)
        return 0, _parsed(out)

    return run


def _parsed(out: io.StringIO) -> Any:
    text = out.getvalue()
    return json.loads(text) if text.startswith("{") else text


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


def _changed(export: Any, **fields: Any) -> Any:
    changed = json.loads(json.dumps(export))
    changed["data"][0]["results"][0] |= fields
    return changed


DAMAGED: dict[str, tuple[Any, str]] = {
    "nothing": ("", "columns are others"),
    "no text": (b"\xff\xfe\x00", "not text"),
    "broken JSON": ('{"data": [', "no JSON"),
    "another object": ({"hello": 1}, "no list named data"),
    "a list of texts": (["x"], "no list named data"),
    "no results": ({"data": [{}]}, "data without results"),
    "a result of text": ({"data": [{"start_time": 1, "results": ["x"]}]}, "no object"),
    "no usage": ({"data": []}, "no usage in it"),
    "no usage, as CSV": ("start_time,end_time,start_time_iso,end_time_iso\n1,2,a,b\n", "no usage"),
    "more pages": ({**OPENAI_USAGE, "has_more": True}, "cut off"),
    "not by model": (_changed(OPENAI_USAGE, model=None), "not by model"),
    "a negative count": (_changed(OPENAI_USAGE, input_tokens=-5), "damaged"),
    "an absurd count": (_changed(OPENAI_USAGE, input_tokens=10**30), "damaged"),
    "half a token": (_changed(OPENAI_USAGE, input_tokens=1.5), "damaged"),
    "no count": (_changed(OPENAI_USAGE, input_tokens="NaN"), "damaged"),
    "words for a count": (_changed(OPENAI_USAGE, input_tokens="many"), "damaged"),
    "no day": ({"data": [{"start_time": "soon", "results": [{"amount": 1}]}]}, "no day"),
    "a day beyond time": ({"data": [{"start_time": 10**30, "results": [{}]}]}, "no day"),
    "an amount of text": (_changed(OPENAI_COSTS, amount="5"), "no object"),
    "another currency": (_changed(OPENAI_COSTS, amount={"value": 1, "currency": "eur"}), "dollars"),
    "the other provider's JSON": (CLAUDE_USAGE, "other fields|no day"),
    "the other provider's CSV": (CLAUDE_CSV, "columns are others"),
    "a line too long": (f"{OPENAI_CSV}1,2,3,4,5,6,7,8,9,10,11,12\n", "damaged at line"),
    "a line too short": (f"{OPENAI_CSV}1,2\n", "damaged at line"),
    "an open quote": (f'{OPENAI_CSV}"1,2\n', "damaged at line"),
    "a count of words": (OPENAI_CSV.replace(",600,", ",many,"), "damaged"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_refused_with_a_sentence(compare: Any, name: str) -> None:
    content, sentence = DAMAGED[name]
    with pytest.raises(CommandError, match=sentence):
        compare(content, "openai")


def test_a_damaged_file_of_anthropic_is_refused_too(compare: Any) -> None:
    for content in (
        _changed(CLAUDE_USAGE, cache_creation=5),
        _changed(CLAUDE_COSTS, currency="EUR"),
        _changed(CLAUDE_COSTS, model="", description=""),
        OPENAI_USAGE,
        OPENAI_CSV,
    ):
        with pytest.raises(CommandError):
            compare(content, "anthropic")


def test_costs_beside_models_are_compared_by_their_description(compare: Any) -> None:
    web = _changed(CLAUDE_COSTS, model=None, description="Web Search Usage")
    code, told = compare(web, "anthropic", "--json")
    assert (code, told["differences"][0]["model"]) == (1, "web search usage")


def test_a_file_that_is_not_there_or_too_large_is_refused(
    compare: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("reconcile", str(tmp_path / "nothing"), "--provider", "openai")
    monkeypatch.setattr("billing.queries.usage_exports.LARGEST_BYTES", 10)
    with pytest.raises(CommandError, match="larger than"):
        compare(OPENAI_CSV, "openai")


@pytest.mark.parametrize("tolerance", ["-1", "nan", "101", "some"])
def test_a_tolerance_is_a_part_of_a_hundred(compare: Any, tolerance: str) -> None:
    with pytest.raises(CommandError, match="tolerance"):
        compare(OPENAI_USAGE, "openai", f"--tolerance={tolerance}")


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
