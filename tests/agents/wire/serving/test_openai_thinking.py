"""Reasoning that goes through chat clients and through Responses clients, there and back."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.llm.wire.parts import ThinkingPart
from agents.llm.wire.relayed_proofs import SEAL, packed
from agents.llm.wire.serving.openai_reasoning import encrypted_of, reasoning_item
from agents.llm.wire.serving.openai_reasoning import thinking_of as thinking_of_item
from agents.llm.wire.serving.openai_thinking import details_of, thinking_of
from tests.agents.wire.serving.openai_asking import Json

CLAUDE, OPENAI = "anthropic-claude-v1", "openai-responses-v1"
SIGNED = ThinkingPart("Hm.", "sig", format="anthropic")


def text(words: str, *, mark: str = CLAUDE, index: int | None = 0, **fields: object) -> Json:
    place: Json = {} if index is None else {"index": index}
    return {"type": "reasoning.text", "format": mark, "text": words, **place, **fields}


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ({}, []),
        ({"reasoning_content": "Hm."}, [ThinkingPart("Hm.")]),
        ({"reasoning": "Hm."}, [ThinkingPart("Hm.")]),
        ({"reasoning_content": 5, "reasoning_details": "x", "thinking_blocks": {}}, []),
        ({"reasoning_details": [text("Hm.", signature="sig")]}, [SIGNED]),
        (
            {"reasoning_details": [text("H"), text("m."), {**text(""), "signature": "sig"}]},
            [SIGNED],
        ),
        (
            {
                "reasoning_details": [
                    text("H", index=None),
                    text("m.", index=None, signature="sig"),
                ],
                "reasoning_content": "Hm.",
            },
            [SIGNED],
        ),
        (
            {"reasoning_details": [text("a", signature="s"), text("b", signature="t")]},
            [
                ThinkingPart("a", "s", format="anthropic"),
                ThinkingPart("b", "t", format="anthropic"),
            ],
        ),
        (
            {"reasoning_details": [text("a", index=0), text("b", index=1)]},
            [ThinkingPart("a", format="anthropic"), ThinkingPart("b", format="anthropic")],
        ),
        (
            {
                "reasoning_details": [
                    text("a"),
                    {"type": "reasoning.encrypted", "format": CLAUDE, "index": 0, "data": "xyz"},
                    text("b"),
                ]
            },
            [
                ThinkingPart("a", format="anthropic"),
                ThinkingPart(redacted="xyz", format="anthropic"),
                ThinkingPart("b", format="anthropic"),
            ],
        ),
        (
            {
                "reasoning_details": [
                    {"type": "reasoning.summary", "format": OPENAI, "summary": "Sum."},
                    {"type": "reasoning.encrypted", "format": OPENAI, "data": "gAAA"},
                ]
            },
            [ThinkingPart("Sum.", "gAAA", format="openai")],
        ),
        (
            {"reasoning_details": [{"type": "reasoning.text", "text": "Hm.", "signature": "s"}]},
            [ThinkingPart("Hm.", "s", format="unknown")],
        ),
        (
            {"reasoning_details": [text("Hm.", mark="google-gemini-v1", signature="s")]},
            [ThinkingPart("Hm.", "s", format="google-gemini-v1")],
        ),
        (
            {"reasoning_details": [{"type": "from_the_future"}], "reasoning_content": "Hm."},
            [ThinkingPart("Hm.")],
        ),
        (
            {"thinking_blocks": [{"type": "thinking", "thinking": "Hm.", "signature": "sig"}]},
            [SIGNED],
        ),
        (
            {"thinking_blocks": [{"type": "redacted_thinking", "data": "xyz"}, {}]},
            [ThinkingPart(redacted="xyz", format="anthropic")],
        ),
        (
            {
                "reasoning_details": [text("Hm.", signature="sig")],
                "thinking_blocks": [{"thinking": "other", "signature": "s"}],
            },
            [SIGNED],
        ),
    ],
)
def test_earlier_reasoning_comes_back(message: Json, parts: list[ThinkingPart]) -> None:
    assert thinking_of(message) == parts


@pytest.mark.parametrize(
    ("part", "response_id", "details"),
    [
        (SIGNED, "", [text("Hm.", signature="sig")]),
        (ThinkingPart("Hm.", "sig"), "msg_01", [text("Hm.", signature="sig")]),
        (ThinkingPart("Hm."), "chatcmpl-1", [text("Hm.", mark="unknown")]),
        (ThinkingPart("Hm."), "resp_1", [text("Hm.", mark=OPENAI)]),
        (
            ThinkingPart(redacted="xyz", format="anthropic"),
            "",
            [{"type": "reasoning.encrypted", "format": CLAUDE, "index": 0, "data": "xyz"}],
        ),
        (
            ThinkingPart(signature="sig", format="anthropic"),
            "",
            [{"type": "reasoning.text", "format": CLAUDE, "index": 0, "signature": "sig"}],
        ),
        (
            ThinkingPart("Sum.", "gAAA", format="openai"),
            "",
            [
                text("Sum.", mark=OPENAI),
                {"type": "reasoning.encrypted", "format": OPENAI, "index": 0, "data": "gAAA"},
            ],
        ),
        (
            ThinkingPart(signature=packed("gAAA"), format="openai"),
            "",
            [{"type": "reasoning.encrypted", "format": OPENAI, "index": 0, "data": "gAAA"}],
        ),
        (ThinkingPart(), "", []),
    ],
)
def test_reasoning_goes_out_with_its_maker(
    part: ThinkingPart, response_id: str, details: list[Json]
) -> None:
    assert details_of([part], response_id=response_id) == details


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
proofs = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
signed = st.builds(ThinkingPart, words, proofs, format=st.sampled_from(["anthropic", "openai"]))
redacted = st.builds(ThinkingPart, redacted=proofs, format=st.just("anthropic"))
thoughts = signed | redacted


@given(st.lists(thoughts, max_size=4))
def test_details_bring_every_thought_back(parts: list[ThinkingPart]) -> None:
    assert thinking_of({"reasoning_details": details_of(parts, response_id="")}) == parts


@given(thoughts)
def test_reasoning_items_bring_every_thought_back(part: ThinkingPart) -> None:
    assert thinking_of_item(reasoning_item("rs_1", part, shows_text=True)) == part


def sealed(raw: bytes) -> str:
    return SEAL + base64.b64encode(raw).decode()


@pytest.mark.parametrize(
    ("item", "part"),
    [
        ({}, None),
        ({"summary": [], "encrypted_content": None}, None),
        ({"summary": [{"type": "summary_text", "text": "Sum."}]}, ThinkingPart("Sum.")),
        ({"content": [{"type": "reasoning_text", "text": "Hm."}]}, ThinkingPart("Hm.")),
        (
            {"summary": [{"text": "a"}, {"text": "b"}], "encrypted_content": "gAAA"},
            ThinkingPart("a\n\nb", "gAAA", format="openai"),
        ),
        ({"encrypted_content": "gAAA"}, ThinkingPart(signature="gAAA", format="openai")),
        (
            {"encrypted_content": sealed(b'{"text":"Hm.","signature":"s","format":"anthropic"}')},
            ThinkingPart("Hm.", "s", format="anthropic"),
        ),
        ({"encrypted_content": sealed(b'{"text":"Hm."}')}, None),
        ({"encrypted_content": sealed(b"[1]")}, None),
        ({"encrypted_content": sealed(b"{oops")}, None),
        ({"encrypted_content": sealed(b"\xff\xfe")}, None),
        ({"encrypted_content": SEAL + "%%%"}, None),
        ({"encrypted_content": SEAL + "ümlaut"}, None),
        ({"summary": "x", "encrypted_content": 5}, None),
    ],
)
def test_reasoning_items_are_read(item: Json, part: ThinkingPart | None) -> None:
    assert thinking_of_item(item) == part


def test_openais_own_proof_goes_back_to_its_clients_as_it_came() -> None:
    assert encrypted_of(ThinkingPart(signature=packed("gAAA"), format="openai")) == "gAAA"
    assert encrypted_of(ThinkingPart(signature="gAAA", format="openai")) == "gAAA"


def test_a_thought_without_proof_is_not_sealed() -> None:
    assert encrypted_of(ThinkingPart("Hm.")) == ""
    assert reasoning_item("rs_1", ThinkingPart("Hm."), shows_text=False) == {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [],
    }
