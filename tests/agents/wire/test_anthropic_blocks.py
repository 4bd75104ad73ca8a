"""Anthropic messages: parts as blocks, and the marks of the cache on them."""

from typing import Any

import pytest

from agents.llm.wire.anthropic import render_request
from agents.llm.wire.neutral import ChatRequest, Tool
from agents.llm.wire.parts import (
    CacheMark,
    DocumentPart,
    ImagePart,
    Message,
    Part,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from tests.agents.wire.anthropic_requests import HELLO, say, text, turn
from tests.agents.wire.test_anthropic_capabilities import body_of

MARK = {"cache_control": {"type": "ephemeral"}}
LONG_MARK = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
CALL = ToolCallPart("c", "find", "{}")


@pytest.mark.parametrize(
    ("part", "block"),
    [
        (TextPart("a", "5m"), {**text("a"), **MARK}),
        (TextPart("a", "1h"), {**text("a"), **LONG_MARK}),
        (
            ImagePart(url="https://e.org/a", cache="5m"),
            {"type": "image", "source": {"type": "url", "url": "https://e.org/a"}, **MARK},
        ),
        (
            DocumentPart(base64="JVBE", title="a.pdf", cache="5m"),
            {
                "type": "document",
                "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"},
                "title": "a.pdf",
                **MARK,
            },
        ),
        (
            DocumentPart("text/plain", text="words", context="said"),
            {
                "type": "document",
                "source": {"type": "text", "media_type": "text/plain", "data": "words"},
                "context": "said",
            },
        ),
        (
            DocumentPart(url="https://e.org/d"),
            {"type": "document", "source": {"type": "url", "url": "https://e.org/d"}},
        ),
    ],
)
def test_a_part_becomes_its_block(part: Part, block: dict[str, object]) -> None:
    assert body_of(say("user", part))["messages"] == [turn("user", block)]


@pytest.mark.parametrize(
    ("part", "is_sent"),
    [
        (ThinkingPart("Hm.", "sig"), True),
        (ThinkingPart("Hm.", "sig", format="anthropic"), True),
        (ThinkingPart("Hm.", "sig", format="openai"), False),
        (ThinkingPart("Hm.", "sig", format="unknown"), False),
        (ThinkingPart(redacted="xyz", format="anthropic"), True),
        (ThinkingPart(redacted="xyz", format="openai"), False),
        (ThinkingPart("Hm.", "relay1:e30="), False),
        (ThinkingPart("Hm.", "relay1:e30=", format="anthropic"), False),
        (ThinkingPart("Hm.", format="anthropic"), False),
    ],
)
def test_only_anthropics_thoughts_go_back(part: ThinkingPart, *, is_sent: bool) -> None:
    answer = body_of(HELLO, say("assistant", part, "A"), HELLO)["messages"][1]
    assert (len(answer["content"]) == 2) is is_sent


def test_the_document_of_an_assistant_is_left_out() -> None:
    answer = say("assistant", DocumentPart(base64="JVBE"), "A")
    assert body_of(HELLO, answer, HELLO)["messages"][1] == turn("assistant", text("A"))


# --- the cache -----------------------------------------------------------------------------


def marks_of(body: dict[str, Any]) -> list[str]:
    """Return the names and texts that carry a mark, in the prompt's order, with its length."""
    told = [block for one in body["messages"] for block in one["content"]]
    blocks = [*body.get("tools", ()), *body.get("system", ()), *told]
    return [
        str(block.get("text", block.get("name"))) + str(block["cache_control"].get("ttl", ""))
        for block in blocks
        if "cache_control" in block
    ]


def marked(*marks: CacheMark) -> Message:
    return say("user", *(TextPart(str(at), mark) for at, mark in enumerate(marks)))


@pytest.mark.parametrize(
    ("marks", "kept"),
    [
        (("", "5m"), ["1"]),
        (("5m",) * 6, ["2", "3", "4", "5"]),
        (("1h", "5m"), ["01h", "1"]),
        (("5m", "1h"), ["0", "1"]),
        (("5m", "1h", "1h", "1h", "1h"), ["11h", "21h", "31h", "41h"]),
        (("1h", "5m", "1h"), ["01h", "1", "2"]),
    ],
)
def test_four_marks_stay_and_the_longer_come_first(
    marks: tuple[CacheMark, ...], kept: list[str]
) -> None:
    assert marks_of(body_of(marked(*marks))) == kept


def test_marks_count_in_the_order_of_the_prompt() -> None:
    tools = (Tool("one", cache="1h"), Tool("two", cache="1h"))
    system = say("system", TextPart("Be.", "5m"))
    body = body_of(system, marked("5m", "1h"), tools=tools)
    assert marks_of(body) == ["two1h", "Be.", "0", "1"]


def test_marks_inside_results_count_too() -> None:
    result = ToolResultPart("c", tuple(TextPart(str(at), "5m") for at in range(5)))
    body = body_of(HELLO, say("assistant", CALL), say("tool", result))
    inner = body["messages"][2]["content"][0]["content"]
    assert ["cache_control" in block for block in inner] == [False, True, True, True, True]


def test_automatic_marks_and_the_clients_are_four_together() -> None:
    body = body_of(
        say("system", "Be."), marked("5m", "5m", ""), tools=(Tool("t"),), prompt_cache=True
    )
    assert marks_of(body) == ["Be.", "0", "1", "2"]


@pytest.mark.parametrize(
    ("ttl", "mark"), [("5m", {"type": "ephemeral"}), ("1h", {"type": "ephemeral", "ttl": "1h"})]
)
def test_the_automatic_mark_is_the_bodys(ttl: str, mark: object) -> None:
    body = body_of(say("system", "Be."), HELLO, tools=(Tool("t"),), automatic_cache=ttl)
    assert (body["cache_control"], marks_of(body)) == (mark, [])


def test_the_automatic_mark_is_one_of_four() -> None:
    body = body_of(marked("5m", "5m", "5m", "5m", ""), automatic_cache="5m")
    assert ("cache_control" in body, marks_of(body)) == (True, ["1", "2", "3"])


def test_behind_a_short_mark_the_automatic_one_is_short_too() -> None:
    body = body_of(marked("5m", ""), automatic_cache="1h")
    assert body["cache_control"] == {"type": "ephemeral"}


def test_a_mark_at_the_prompts_end_stands_for_the_automatic_one() -> None:
    body = body_of(marked("", "1h"), automatic_cache="5m")
    assert ("cache_control" in body, marks_of(body)) == (False, ["11h"])
    wished = body_of(automatic_cache="5m", prompt_cache=True)
    assert ("cache_control" in wished, marks_of(wished)) == (False, ["Hello"])


@pytest.mark.parametrize(
    ("model", "capabilities"),
    [
        ("anthropic.claude-sonnet-4-5-v1:0", {}),
        ("glm-4.6", {}),
        ("claude-sonnet-4-5", {"has_automatic_cache": False}),
    ],
)
def test_a_server_without_automatic_marks_gets_them_where_the_prompt_repeats(
    model: str, capabilities: dict[str, object]
) -> None:
    body = body_of(
        say("system", "Be."), HELLO, model=model, capabilities=capabilities, automatic_cache="1h"
    )
    assert ("cache_control" in body, marks_of(body)) == (False, ["Be.1h", "Hello1h"])


def test_no_message_at_all_needs_no_mark_but_the_automatic_one() -> None:
    request = ChatRequest("claude-sonnet-4-5", (), (), {"automatic_cache": "5m"})
    assert render_request(request, stream=False)["cache_control"] == {"type": "ephemeral"}
