"""What `reconcile` refuses."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.billing.management.usage_exports import (
    CLAUDE_COSTS,
    CLAUDE_CSV,
    CLAUDE_USAGE,
    OPENAI_COSTS,
    OPENAI_CSV,
    OPENAI_USAGE,
    changed,
)

pytestmark = pytest.mark.django_db
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
    "not by model": (changed(OPENAI_USAGE, model=None), "not by model"),
    "a negative count": (changed(OPENAI_USAGE, input_tokens=-5), "damaged"),
    "an absurd count": (changed(OPENAI_USAGE, input_tokens=10**30), "damaged"),
    "half a token": (changed(OPENAI_USAGE, input_tokens=1.5), "damaged"),
    "no count": (changed(OPENAI_USAGE, input_tokens="NaN"), "damaged"),
    "words for a count": (changed(OPENAI_USAGE, input_tokens="many"), "damaged"),
    "no day": ({"data": [{"start_time": "soon", "results": [{"amount": 1}]}]}, "no day"),
    "a day beyond time": ({"data": [{"start_time": 10**30, "results": [{}]}]}, "no day"),
    "an amount of text": (changed(OPENAI_COSTS, amount="5"), "no object"),
    "another currency": (changed(OPENAI_COSTS, amount={"value": 1, "currency": "eur"}), "dollars"),
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
        changed(CLAUDE_USAGE, cache_creation=5),
        changed(CLAUDE_COSTS, currency="EUR"),
        changed(CLAUDE_COSTS, model="", description=""),
        OPENAI_USAGE,
        OPENAI_CSV,
    ):
        with pytest.raises(CommandError):
            compare(content, "anthropic")


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
