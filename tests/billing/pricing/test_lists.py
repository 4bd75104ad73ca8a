"""Public lists of prices, also hostile ones."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import PriceListRefusedError
from billing.pricing import lists
from billing.pricing.columns import columns_text
from billing.pricing.lists import REASONS, PriceList, file_read, list_read

CHAT: dict[str, Any] = {
    "litellm_provider": "openai",
    "mode": "chat",
    "input_cost_per_token": 2.5e-06,
    "output_cost_per_token": 1e-05,
}
GOOD = {"good": CHAT}


def read(body: object) -> PriceList:
    return list_read(orjson.dumps(body))


def texts(found: PriceList) -> dict[str, dict[str, str]]:
    return {pattern: columns_text(columns) for pattern, columns in found.rows.items()}


def test_litellms_costs_per_token_become_dollars_per_million() -> None:
    entry = {
        **CHAT,
        "cache_read_input_token_cost": 1.25e-06,
        "cache_creation_input_token_cost": 3.75e-06,
        "output_cost_per_reasoning_token": 3e-06,
        "input_cost_per_audio_token": 4e-05,
        "output_cost_per_audio_token": 8e-05,
        "input_cost_per_image_token": 1.1e-07,
        "input_cost_per_token_above_200k_tokens": 5e-06,
        "output_cost_per_token_above_200k_tokens": 2.25e-05,
        "cache_read_input_token_cost_above_200k_tokens": 2.5e-06,
        "input_cost_per_token_batches": 1e-06,
        "cache_creation_input_token_cost_above_1hr": 6e-06,
        "cache_creation_input_token_cost_above_1hr_above_200k_tokens": 1.2e-05,
        "supports_vision": True,
    }
    assert texts(read({"sample_spec": {"mode": "x"}, "GPT-4o": entry})) == {
        "gpt-4o": {
            "prompt": "2.5",
            "completion": "10",
            "cache_write": "3.75",
            "cache_write_long": "6",
            "cache_read": "1.25",
            "reasoning": "3",
            "image": "0.11",
            "audio": "40",
            "audio_output": "80",
            "premium_above": "200000",
            "premium_prompt": "5",
            "premium_completion": "22.5",
            "premium_cache_write_long": "12",
            "premium_cache_read": "2.5",
        },
    }


def test_a_tier_of_the_input_alone_keeps_the_price_of_the_output() -> None:
    entry = {**CHAT, "input_cost_per_token_above_128k_tokens": 5e-06}
    found = texts(read({"m": entry}))["m"]
    assert (found["premium_above"], found["premium_completion"]) == ("128000", "10")


def test_an_embedding_costs_its_input() -> None:
    entry = {"mode": "embedding", "input_cost_per_token": 2e-08}
    found = texts(read({"text-embedding-3-small": entry}))
    assert found == {
        "text-embedding-3-small": {"prompt": "0.02", "completion": "0", "embedding": "0.02"}
    }


def test_a_model_is_called_as_its_provider_calls_it() -> None:
    other = {**CHAT, "input_cost_per_token": 9e-06}
    found = read(
        {
            "azure/gpt-4o": {**other, "litellm_provider": "azure"},
            "gpt-4o": CHAT,
            "custom/gpt-4o": {**other, "litellm_provider": "custom"},
            "again/gpt-4o": {**CHAT, "litellm_provider": "again"},
            "openrouter/anthropic/claude-x": {**CHAT, "litellm_provider": "openrouter"},
            "nameless/m": {**CHAT, "litellm_provider": 7},
        }
    )
    assert list(found.rows) == ["gpt-4o", "anthropic/claude-x", "nameless/m"]
    assert columns_text(found.rows["gpt-4o"])["prompt"] == "2.5"
    assert found.skipped == [("custom/gpt-4o", "twice")]


def test_openrouters_models_become_patterns_with_a_slash() -> None:
    pricing = {
        "prompt": "0.000003",
        "completion": "0.000015",
        "input_cache_read": "0.0000003",
        "input_cache_write": "0.00000375",
        "input_cache_write_1h": "0.000006",
        "audio_output": "0",
        "internal_reasoning": "0",
        "request": "0.005",
        "image": "0.0048",
    }
    body = {
        "data": [
            {"id": "anthropic/claude-sonnet-4", "pricing": pricing},
            {"id": "openrouter/auto", "pricing": {"prompt": "-1", "completion": "-1"}},
            {"id": "a/b:free", "pricing": {"prompt": "0", "completion": "0"}},
            {"id": "a/b", "pricing": {"prompt": "0", "completion": "0"}},
            {"id": "no/price"},
            {"id": "half/price", "pricing": {"prompt": "1"}},
            {"pricing": pricing},
            "what",
        ]
    }
    found = read(body)
    assert texts(found) == {
        "anthropic/claude-sonnet-4": {
            "prompt": "3",
            "completion": "15",
            "cache_write": "3.75",
            "cache_write_long": "6",
            "cache_read": "0.3",
            "per_call": "5000",
        },
        "a/b:free": {"prompt": "0", "completion": "0"},
    }
    assert found.skipped == [
        ("openrouter/auto", "absurd"),
        ("a/b", "free"),
        ("no/price", "absent"),
        ("half/price", "absent"),
        ("", "name"),
        ("", "malformed"),
    ]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({**CHAT, "mode": "image_generation"}, "mode"),
        ({**CHAT, "mode": ["chat"]}, "mode"),
        ({**CHAT, "input_cost_per_token": None}, "absent"),
        ({"mode": "chat"}, "absent"),
        ({**CHAT, "input_cost_per_token": -1e-06}, "absurd"),
        ({**CHAT, "input_cost_per_token": "NaN"}, "absurd"),
        ({**CHAT, "input_cost_per_token": "sNaN"}, "absurd"),
        ({**CHAT, "input_cost_per_token": "Infinity"}, "absurd"),
        ({**CHAT, "input_cost_per_token": "1e999999"}, "absurd"),
        ({**CHAT, "input_cost_per_token": "9" * 5000}, "absurd"),
        ({**CHAT, "input_cost_per_token": 5}, "absurd"),
        ({**CHAT, "input_cost_per_token": True}, "absurd"),
        ({**CHAT, "input_cost_per_token": [[1]]}, "absurd"),
        ({**CHAT, "input_cost_per_token_above_0k_tokens": 1e-06}, "absurd"),
        ({**CHAT, "input_cost_per_token": 0, "output_cost_per_token": 0.0}, "free"),
        ({**CHAT, "tiered_pricing": [{"range": [0, 1]}]}, "tiers"),
        (
            {
                **CHAT,
                "input_cost_per_token_above_128k_tokens": 5e-06,
                "output_cost_per_token_above_200k_tokens": 5e-06,
            },
            "tiers",
        ),
        ([], "malformed"),
        (None, "malformed"),
    ],
)
def test_an_entry_without_a_usable_price_is_left_out_with_the_reason(
    entry: object, reason: str
) -> None:
    found = read({**GOOD, "odd": entry})
    assert list(found.rows) == ["good"]
    assert found.skipped == [("odd", reason)]
    assert reason in REASONS


@pytest.mark.parametrize("name", ["", " ", "x" * 257, "a\nb", "a\u202eb"])
def test_an_entry_whose_name_is_none_is_left_out(name: str) -> None:
    assert read({**GOOD, name: CHAT}).skipped == [(name[:80], "name")]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"nothing",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b"[" * 200_000,
        b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
        b"\xff\xfe",
        b"7",
        b'"text"',
        b"null",
        b"{}",
        b"[]",
        b'{"data": []}',
        b'{"data": {}}',
        b" " * (lists.LARGEST_FILE + 1),
    ],
    ids=range(15),
)
def test_a_list_that_cannot_be_used_is_refused(raw: bytes) -> None:
    with pytest.raises(PriceListRefusedError, match="Nothing was kept"):
        list_read(raw)


def test_a_list_of_too_many_models_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_MODELS", 2)
    with pytest.raises(PriceListRefusedError, match=r"more than 20,000"):
        read({str(number): CHAT for number in range(3)})


def test_a_file_is_read_only_as_far_as_a_list_may_be_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "LARGEST_FILE", 10)
    path = tmp_path / "list.json"
    path.write_bytes(b"x" * 1000)
    assert len(file_read(str(path))) == 11
    with pytest.raises(PriceListRefusedError, match="larger than"):
        list_read(file_read(str(path)))
    with pytest.raises(PriceListRefusedError, match="cannot be read"):
        file_read(str(tmp_path / "gone.json"))


values = st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=6)
keys = st.sampled_from(
    [*lists.LITELLM.values(), "mode", "tiered_pricing", "input_cost_per_token_above_200k_tokens"]
)
entries = st.dictionaries(keys, values) | values | st.lists(values, max_size=2)


@given(st.dictionaries(st.text(max_size=8), entries, max_size=4))
def test_no_list_gives_a_price_that_is_none(body: dict[str, object]) -> None:
    found = read({**body, **GOOD})
    for columns in found.rows.values():
        assert columns["prompt"] is not None
        assert all(value is None or value >= 0 for value in columns.values())
    assert {reason for _name, reason in found.skipped} <= set(REASONS)
