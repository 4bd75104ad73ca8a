"""JSON of strangers, read without trust."""

import pytest

from agents.llm.wire.fields import (
    NotJsonError,
    count_of,
    number_of,
    object_of,
    objects_of,
    parse_json,
    text_of,
    texts_of,
)


def test_nan_and_infinity_become_none() -> None:
    assert parse_json('{"a": NaN, "b": [Infinity, -Infinity]}') == {"a": None, "b": [None, None]}


def test_bytes_that_are_no_utf8_and_surrogates_become_replacement_characters() -> None:
    assert parse_json(b'["\xff"]') == ["\ufffd"]
    assert parse_json('["\ud800"]') == ["?"]
    assert parse_json(r'["\ud800", "\\ud800", "\ud83d\ude00"]') == ["\ufffd", r"\ud800", "😀"]


@pytest.mark.parametrize("text", ["", "{", "[" * 200_000, "nul", "9" * 6000 + "x"])
def test_what_is_no_json_is_said_to_be_none(text: str) -> None:
    with pytest.raises(NotJsonError):
        parse_json(text)


def test_wrong_types_read_as_empty() -> None:
    assert text_of(5) == ""
    assert object_of([]) == {}
    assert objects_of({}) == []
    assert objects_of([{"a": 1}, 5]) == [{"a": 1}]
    assert texts_of(None) == []
    assert texts_of("a") == ["a"]
    assert texts_of(["a", 5, ""]) == ["a"]


@pytest.mark.parametrize(
    ("value", "count"), [(5, 5), (5.0, 5), (0, 0), (-1, None), (True, None), ("5", None)]
)
def test_counts_are_whole_and_not_negative(value: object, count: int | None) -> None:
    assert count_of(value) == count


@pytest.mark.parametrize(
    ("value", "number"),
    [(0.5, 0.5), (1, 1.0), (True, None), ("1", None), (float("inf"), None), (float("nan"), None)],
)
def test_numbers_are_finite(value: object, number: float | None) -> None:
    assert number_of(value) == number
