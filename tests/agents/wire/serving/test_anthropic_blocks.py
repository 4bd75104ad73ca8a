"""What the content of a messages request becomes."""

import pytest

from agents.llm.wire.parts import (
    DocumentPart,
    ImagePart,
    Message,
    Part,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from tests.agents.wire.serving.asking import HELLO, Json, asked, request, turn

PNG = {"type": "base64", "media_type": "image/png", "data": "aGk="}
PDF = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}
PLAIN = {"type": "text", "media_type": "text/plain", "data": "Body."}
LINK = {"type": "url", "url": "https://example.org/a"}
KEEP: Json = {"cache_control": {"type": "ephemeral"}}
KEEP_LONG: Json = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
TITLED: Json = {"title": "Plan", "context": "Draft"}
IMAGE = ImagePart("image/png", "aGk=")


def text(words: str, **more: object) -> Json:
    return {"type": "text", "text": words, **more}


def document(source: object, **more: object) -> Json:
    return {"type": "document", "source": source, **more}


def made_of(*content: object) -> Json:
    return {"type": "content", "content": list(content)}


IMAGE_BLOCK: Json = {"type": "image", "source": PNG}
SEARCH: Json = {
    "type": "search_result",
    "title": "Rain",
    "source": "https://example.org",
    "content": [text("It rains."), text("A lot.")],
}
USER_BLOCKS: list[tuple[str, object, list[Part]]] = [
    ("text", text("a"), [TextPart("a")]),
    ("text to keep", text("a", **KEEP), [TextPart("a", "5m")]),
    ("text to keep for long", text("a", **KEEP_LONG), [TextPart("a", "1h")]),
    ("text with null for keeping", text("a", cache_control=None), [TextPart("a")]),
    ("text with citations", text("a", citations=[{"type": "x"}]), [TextPart("a")]),
    ("inline image", IMAGE_BLOCK, [IMAGE]),
    ("image to keep", IMAGE_BLOCK | KEEP, [ImagePart("image/png", "aGk=", cache="5m")]),
    (
        "image whose type is in capitals",
        {"type": "image", "source": {**PNG, "media_type": "IMAGE/PNG"}},
        [IMAGE],
    ),
    ("linked image", {"type": "image", "source": LINK}, [ImagePart(url=LINK["url"])]),
    ("PDF", document(PDF), [DocumentPart("application/pdf", "JVBERi0=")]),
    (
        "PDF with a title",
        document(PDF, **TITLED),
        [DocumentPart("application/pdf", "JVBERi0=", title="Plan", context="Draft")],
    ),
    (
        "PDF with citations and a mark",
        document(PDF, citations={"enabled": True}, **KEEP),
        [DocumentPart("application/pdf", "JVBERi0=", cache="5m")],
    ),
    ("plain document", document(PLAIN), [DocumentPart("text/plain", text="Body.")]),
    ("linked document", document(LINK), [DocumentPart(url=LINK["url"])]),
    (
        "document of texts",
        document(made_of(text("a"), text("b")), **TITLED),
        [DocumentPart("text/plain", text="a\n\nb", title="Plan", context="Draft")],
    ),
    (
        "document of one string",
        document({"type": "content", "content": "a"}),
        [DocumentPart("text/plain", text="a")],
    ),
    (
        "document of blocks with an image",
        document(made_of(text("a"), IMAGE_BLOCK), **TITLED),
        [TextPart("Plan\nDraft"), TextPart("a"), IMAGE],
    ),
    (
        "document of an image without a title",
        document(made_of(IMAGE_BLOCK)),
        [IMAGE],
    ),
    ("search result", SEARCH, [TextPart("Rain\nhttps://example.org\n\nIt rains.\n\nA lot.")]),
    (
        "compaction",
        {"type": "compaction", "content": "So far.", "signature": "x"},
        [TextPart("So far.")],
    ),
]


@pytest.mark.parametrize(
    ("block", "expected"), [pytest.param(*row, id=name) for name, *row in USER_BLOCKS]
)
def test_a_users_block_becomes_these_parts(block: object, expected: list[Part]) -> None:
    assert turn(block) == (Message("user", tuple(expected)),)


ASSISTANT_BLOCKS: list[tuple[str, Json, Part]] = [
    ("text", text("a"), TextPart("a")),
    (
        "signed thinking",
        {"type": "thinking", "thinking": "Hm.", "signature": "EqQB"},
        ThinkingPart("Hm.", "EqQB", format="anthropic"),
    ),
    (
        "thinking that is not shown",
        {"type": "thinking", "thinking": "", "signature": "EqQB"},
        ThinkingPart("", "EqQB", format="anthropic"),
    ),
    (
        "thinking of another provider",
        {"type": "thinking", "thinking": "Hm.", "signature": ""},
        ThinkingPart("Hm."),
    ),
    (
        "thinking that the relay signed",
        {"type": "thinking", "thinking": "Hm.", "signature": "relay1:abc"},
        ThinkingPart("Hm.", "relay1:abc", format="openai"),
    ),
    (
        "redacted thinking",
        {"type": "redacted_thinking", "data": "b3Bh"},
        ThinkingPart(redacted="b3Bh", format="anthropic"),
    ),
    (
        "call",
        {"type": "tool_use", "id": "toolu_1", "name": "find", "input": {"q": ["ü", 1]}},
        ToolCallPart("toolu_1", "find", '{"q":["ü",1]}'),
    ),
    (
        "call to keep",
        {"type": "tool_use", "id": "toolu_1", "name": "find", "input": {}, **KEEP},
        ToolCallPart("toolu_1", "find", "{}", cache="5m"),
    ),
]


@pytest.mark.parametrize(
    ("block", "expected"), [pytest.param(*row, id=name) for name, *row in ASSISTANT_BLOCKS]
)
def test_an_assistants_block_becomes_this_part(block: object, expected: Part) -> None:
    assert turn(block, role="assistant") == (Message("assistant", (expected,)),)


RESULTS: list[tuple[str, Json, ToolResultPart]] = [
    ("no content", {}, ToolResultPart("c1", ())),
    ("null", {"content": None}, ToolResultPart("c1", ())),
    ("a string", {"content": "a"}, ToolResultPart("c1", (TextPart("a"),))),
    (
        "blocks",
        {"content": [text("a"), IMAGE_BLOCK, document(PDF)]},
        ToolResultPart("c1", (TextPart("a"), IMAGE, DocumentPart(base64="JVBERi0="))),
    ),
    (
        "a search result",
        {"content": [SEARCH]},
        ToolResultPart("c1", (TextPart("Rain\nhttps://example.org\n\nIt rains.\n\nA lot."),)),
    ),
    (
        "an error",
        {"content": "a", "is_error": True},
        ToolResultPart("c1", (TextPart("a"),), is_error=True),
    ),
    ("no error", {"content": "a", "is_error": False}, ToolResultPart("c1", (TextPart("a"),))),
    ("a mark", {**KEEP_LONG}, ToolResultPart("c1", (), cache="1h")),
    (
        "thoughts",
        {"content": [{"type": "thinking", "thinking": "Hm."}]},
        ToolResultPart("c1", ()),
    ),
    (
        "a reference to a tool",
        {"content": [{"type": "tool_reference", "tool_name": "x"}]},
        ToolResultPart("c1", ()),
    ),
]


@pytest.mark.parametrize(
    ("fields", "expected"), [pytest.param(*row, id=name) for name, *row in RESULTS]
)
def test_a_result_becomes_a_message_of_its_own(fields: Json, expected: ToolResultPart) -> None:
    block = {"type": "tool_result", "tool_use_id": "c1", **fields}
    assert turn(block) == (Message("tool", (expected,)),)


def test_results_stand_before_the_rest_of_their_turn() -> None:
    results = [{"type": "tool_result", "tool_use_id": name} for name in ("c1", "c2")]
    assert turn(text("a"), results[0], IMAGE_BLOCK, results[1]) == (
        Message("tool", (ToolResultPart("c1", ()), ToolResultPart("c2", ()))),
        Message("user", (TextPart("a"), IMAGE)),
    )


LEFT_OUT = [
    ("user", "container_upload"),
    ("user", "web_search_tool_result"),
    ("user", "mid_2031_invention"),
    ("user", "thinking"),
    ("assistant", "server_tool_use"),
    ("assistant", "code_execution_tool_result"),
    ("assistant", "mcp_tool_use"),
    ("assistant", "compaction"),
    ("assistant", "fallback"),
]


@pytest.mark.parametrize(("role", "kind"), LEFT_OUT)
def test_blocks_that_nobody_else_can_read_are_left_out_and_named(role: str, kind: str) -> None:
    read = asked(messages=[*HELLO, {"role": role, "content": [{"type": kind}, text("a")]}])
    assert read.request.messages[-1] == Message(
        "assistant" if role == "assistant" else "user", (TextPart("a"),)
    )
    assert read.dropped == (kind,)


def test_images_of_an_assistant_are_left_out() -> None:
    read = asked(messages=[{"role": "assistant", "content": [IMAGE_BLOCK]}, *HELLO])
    assert read.request.messages == (Message("user", (TextPart("Hello"),)),)
    assert read.dropped == ("image",)


BILLING = "x-anthropic-billing-header: cc_version=2.1; cch=1"
SYSTEMS: list[tuple[str, object, list[TextPart]]] = [
    ("a string", "Be kind.", [TextPart("Be kind.")]),
    ("an empty string", "", []),
    ("null", None, []),
    ("blocks", [text("a", **KEEP), text("b")], [TextPart("a", "5m"), TextPart("b")]),
    ("blank blocks", [text(" \n"), text("b")], [TextPart("b")]),
    ("the billing header", [text(BILLING), text("b")], [TextPart("b")]),
    ("nothing but the billing header", [text(BILLING)], []),
    ("the billing header as a string", BILLING, []),
]


@pytest.mark.parametrize(
    ("system", "expected"), [pytest.param(*row, id=name) for name, *row in SYSTEMS]
)
def test_the_system_prompt_is_the_first_message(system: object, expected: list[TextPart]) -> None:
    first = [Message("system", tuple(expected))] if expected else []
    hello = Message("user", (TextPart("Hello"),))
    assert request(system=system).messages == (*first, hello)


def test_instructions_between_turns_stay_where_they_are() -> None:
    later = {"role": "system", "content": [text("Be brief.")]}
    assert request(messages=[*HELLO, later]).messages == (
        Message("user", (TextPart("Hello"),)),
        Message("system", (TextPart("Be brief."),)),
    )


def test_instructions_for_one_turn_end_with_it() -> None:
    passing = {"role": "system", "content": "Now.", "clear_at": "next_user_message"}
    reply = {"role": "assistant", "content": "Yes."}
    assert len(request(messages=[*HELLO, passing]).messages) == 2
    assert [m.role for m in request(messages=[*HELLO, passing, reply, *HELLO]).messages] == [
        "user",
        "assistant",
        "user",
    ]


def test_a_message_that_only_changes_the_effort_is_left_out() -> None:
    setting = {"role": "system", "output_config": {"effort": "low"}}
    assert request(messages=[*HELLO, setting]).messages == (Message("user", (TextPart("Hello"),)),)
