"""One way to read fields, two ways to say what is wrong with them."""

from collections.abc import Callable

import pytest

from agents.llm.wire.fields import JsonObject
from agents.llm.wire.serving import anthropic_fields as claude
from agents.llm.wire.serving import openai_fields as openai
from agents.llm.wire.serving.asked import BadRequestError

Read = Callable[[JsonObject], object]
MISSING: JsonObject = {}
NULL: JsonObject = {"a": None}


def in_list(body: JsonObject) -> object:
    return claude.listed_objects(body.get("a"), "a")


@pytest.mark.parametrize(
    ("read", "value", "message", "param"),
    [
        (lambda body: claude.optional_text(body, "a"), 1, "a: Input should be a valid string", "a"),
        (lambda body: openai.text_at(body, "a"), 1, "a: must be text.", "a"),
        (
            lambda body: claude.required_text(body, "a", "b"),
            "",
            "b.a: Text should have at least 1 character",
            "b.a",
        ),
        (lambda body: openai.required_text_at(body, "a", "b"), "", "b.a: is required.", "b.a"),
        (
            lambda body: claude.optional_flag(body, "a"),
            "yes",
            "a: Input should be a valid boolean",
            "a",
        ),
        (lambda body: openai.flag_at(body, "a"), 1, "a: must be true or false.", "a"),
        (
            lambda body: claude.optional_number(body, "a"),
            "1",
            "a: Input should be a valid number",
            "a",
        ),
        (
            lambda body: claude.optional_integer(body, "a", least=2),
            "1",
            "a: Input should be a valid number",
            "a",
        ),
        (
            lambda body: claude.optional_integer(body, "a", least=2),
            2.5,
            "a: Input should be a valid integer",
            "a",
        ),
        (
            lambda body: claude.optional_integer(body, "a", least=2),
            1,
            "a: Input should be greater than or equal to 2",
            "a",
        ),
        *(
            (
                lambda body: openai.count_at(body, "a", least=2),
                value,
                "a: must be a whole number of at least 2.",
                "a",
            )
            for value in ("1", 2.5, 1, True, float("inf"))
        ),
        (
            lambda body: claude.optional_object(body, "a"),
            [],
            "a: Input should be a valid object",
            "a",
        ),
        (lambda body: openai.object_at(body, "a"), [], "a: must be an object.", "a"),
        (in_list, {}, "a: Input should be a valid list", "a"),
        (in_list, [{}, 1], "a.1: Input should be a valid object", "a.1"),
        (lambda body: openai.items_at(body, "a", "b"), {}, "b.a: must be a list.", "b.a"),
        (lambda body: openai.items_at(body, "a"), [1], "a.0: must be an object.", "a.0"),
        (
            lambda body: claude.listed_texts(body, "a"),
            ["x", 1],
            "a.1: Input should be a valid string",
            "a.1",
        ),
        (lambda body: claude.listed_texts(body, "a"), "x", "a: Input should be a valid list", "a"),
    ],
)
def test_each_provider_says_in_its_own_words_what_is_wrong(
    read: Read, value: object, message: str, param: str
) -> None:
    with pytest.raises(BadRequestError) as refused:
        read({"a": value})
    assert (refused.value.message, refused.value.param, refused.value.code) == (message, param, "")


@pytest.mark.parametrize("body", [MISSING, NULL])
@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda body: claude.required_text(body, "a"), "a: Field required"),
        (lambda body: claude.required_object(body, "a"), "a: Field required"),
        (lambda body: openai.required_text_at(body, "a"), "a: is required."),
    ],
)
def test_what_must_be_there_is_asked_for(body: JsonObject, read: Read, message: str) -> None:
    with pytest.raises(BadRequestError, match=message):
        read(body)


@pytest.mark.parametrize("body", [MISSING, NULL])
def test_what_may_be_absent_may_be_null(body: JsonObject) -> None:
    assert (claude.optional_text(body, "a"), openai.text_at(body, "a")) == ("", "")
    assert (claude.optional_flag(body, "a"), openai.flag_at(body, "a")) == (None, None)
    assert claude.optional_number(body, "a") is None
    assert claude.optional_integer(body, "a", least=1) is None
    assert openai.count_at(body, "a") is None
    assert (claude.optional_object(body, "a"), openai.object_at(body, "a")) == ({}, {})
    assert (in_list(body), openai.items_at(body, "a"), claude.listed_texts(body, "a")) == (
        [],
        [],
        [],
    )


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert claude.optional_integer({"a": 3.0}, "a", least=1) == 3
    assert openai.count_at({"a": 3.0}, "a") == 3


def test_what_is_legal_but_not_to_be_had_is_told_apart() -> None:
    assert openai.unsupported("a", "no.").code == "unsupported_parameter"
    assert claude.wrong("a", "no", code="unsupported_parameter").code == "unsupported_parameter"
