"""Turns that Anthropic's API pauses: what is sent back is what came."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.llm.wire.anthropic import render_request
from agents.llm.wire.anthropic_stream import StreamDecoder
from agents.llm.wire.neutral import ChatRequest, Event, Finished, PausedTurn, Tool
from tests.agents.wire.anthropic_requests import HELLO, say, text, turn
from tests.agents.wire.transcripts import (
    ANTHROPIC_PAUSED,
    MESSAGE_STOP,
    block_delta,
    block_start,
    block_stop,
    data,
    decoded,
    message_delta,
    message_start,
    named,
)

Block = dict[str, Any]
SEARCH: Block = {"type": "server_tool_use", "id": "s", "name": "search", "input": {"query": "Oslo"}}
FOUND: Block = {"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"url": "u"}]}
PAUSED = PausedTurn((text("I look."), SEARCH))


def stream_of(*blocks: bytes, reason: str = "pause_turn") -> bytes:
    return b"".join([message_start(), *blocks, message_delta(reason), MESSAGE_STOP])


def written(index: int, block: Block, cut: int = 2) -> bytes:
    """Return a block as the API streams it."""
    fields: list[tuple[str, str, str]] = []
    opened = dict(block)
    cited: list[Any] = []
    match block["type"]:
        case "text":
            opened["text"] = ""
            cited = opened.pop("citations", [])
            fields = [("text_delta", "text", block["text"])]
        case "thinking":
            opened |= {"thinking": "", "signature": ""}
            fields = [("thinking_delta", "thinking", block["thinking"])]
            fields.append(("signature_delta", "signature", block["signature"]))
        case "server_tool_use":
            opened["input"] = {}
            arguments = data(block["input"])[6:-2].decode()
            fields = [("input_json_delta", "partial_json", arguments)]
        case _:
            pass
    deltas = [
        block_delta(index, type=kind, **{name: piece})
        for kind, name, value in fields
        for piece in (value[:cut], value[cut:])
    ]
    deltas += [block_delta(index, type="citations_delta", citation=one) for one in cited]
    return b"".join([block_start(index, opened), *deltas, block_stop(index)])


def end_of(*chunks: bytes) -> Event:
    return decoded(StreamDecoder(), chunks)[-1]


words = st.text(max_size=12)
citations = st.lists(st.fixed_dictionaries({"title": words}), min_size=1, max_size=2)
blocks = st.one_of(
    st.fixed_dictionaries({"type": st.just("text"), "text": words.map(lambda said: f"{said}.")}),
    st.fixed_dictionaries({"type": st.just("text"), "text": st.just("a"), "citations": citations}),
    st.fixed_dictionaries({"type": st.just("thinking"), "thinking": words, "signature": words}),
    st.fixed_dictionaries({"type": st.just("redacted_thinking"), "data": words}),
    st.fixed_dictionaries(
        {
            "type": st.just("server_tool_use"),
            "id": words,
            "name": words,
            "input": st.dictionaries(words, words | st.integers(0, 9), max_size=3),
        }
    ),
    st.fixed_dictionaries({"type": st.just("made_up_tool_result"), "content": st.lists(words)}),
)


@given(st.lists(blocks, min_size=1, max_size=5), st.integers(0, 6))
def test_a_paused_turn_is_what_was_said_word_by_word(said: list[Block], cut: int) -> None:
    sent = stream_of(*(written(index, block, cut) for index, block in enumerate(said)))
    assert end_of(sent) == Finished("stop", paused=PausedTurn(tuple(said)))


@given(st.lists(blocks, min_size=1, max_size=5))
def test_a_paused_turn_that_came_whole_is_the_same(said: list[Block]) -> None:
    whole = {"type": "message", "content": said, "stop_reason": "pause_turn"}
    assert end_of(data(whole)) == Finished("stop", paused=PausedTurn(tuple(said)))


def test_citations_and_arguments_come_back_in_their_blocks() -> None:
    cited = text("I look. ") | {"citations": [{"type": "page", "title": "Rain"}]}
    search = {"type": "server_tool_use", "id": "srv_1", "name": "search"}
    said = (cited, search | {"input": {"query": "Bergen"}})
    assert end_of(ANTHROPIC_PAUSED) == Finished("stop", paused=PausedTurn(said))


def test_citations_that_came_early_stay_before_the_later_ones() -> None:
    opened = text("A.") | {"citations": [{"title": "one"}]}
    later = block_delta(0, type="citations_delta", citation={"title": "two"})
    sent = stream_of(block_start(0, opened), later, block_stop(0))
    said = text("A.") | {"citations": [{"title": "one"}, {"title": "two"}]}
    assert end_of(sent) == Finished("stop", paused=PausedTurn((said,)))


@pytest.mark.parametrize("place", ["message", "delta"])
def test_the_place_where_code_runs_is_kept(place: str) -> None:
    held = {"container": {"id": "container_1"}}
    start: Block = {"type": "message_start", "message": held if place == "message" else {}}
    delta = {"stop_reason": "pause_turn", **(held if place == "delta" else {})}
    end: Block = {"type": "message_delta", "delta": delta}
    sent = [named(start), written(0, SEARCH), named(end), MESSAGE_STOP]
    assert end_of(*sent) == Finished("stop", paused=PausedTurn((SEARCH,), "container_1"))


@pytest.mark.parametrize(
    "sent",
    [
        stream_of(),
        stream_of(written(0, text(" "))),
        stream_of(written(0, SEARCH), reason="end_turn"),
        stream_of(block_start(0, text("")), block_delta(0, type="smell_delta", smell="rain")),
        stream_of(
            block_start(0, {**SEARCH, "input": {}}),
            block_delta(0, type="input_json_delta", partial_json='{"query'),
        ),
    ],
    ids=["nothing", "blanks", "no pause", "a delta of tomorrow", "half of the arguments"],
)
def test_what_cannot_be_said_again_is_an_ended_turn(sent: bytes) -> None:
    assert end_of(sent) == Finished("stop")


def test_arguments_that_came_at_once_stay() -> None:
    empty = block_delta(0, type="input_json_delta", partial_json="")
    sent = stream_of(block_start(0, SEARCH), empty, block_stop(0))
    assert end_of(sent) == Finished("stop", paused=PausedTurn((SEARCH,)))


def test_a_delta_without_a_block_is_passed_over() -> None:
    stray = block_delta(0, type="text_delta", text="Hm.")
    assert end_of(stream_of(stray, written(0, SEARCH))) == Finished(
        "stop", paused=PausedTurn((SEARCH,))
    )


def test_calls_of_the_client_end_a_turn_whatever_the_provider_says() -> None:
    call = {"type": "tool_use", "id": "c", "name": "find", "input": {}}
    assert end_of(stream_of(written(0, SEARCH), written(1, call))) == Finished("tool_calls")


def test_a_turn_that_goes_on_stands_behind_all_messages() -> None:
    request = ChatRequest("claude-opus-4-8", (say("system", "Be."), HELLO), (Tool("find"),))
    continued = ChatRequest(request.model, request.messages, request.tools, continued=PAUSED)
    first = render_request(request, stream=True)
    second = render_request(continued, stream=True)
    assert second == first | {
        "messages": [
            turn("user", text("Hello")),
            {"role": "assistant", "content": [text("I look."), SEARCH]},
        ]
    }


def test_a_turn_that_runs_code_goes_on_in_the_same_place() -> None:
    continued = PausedTurn((SEARCH,), "container_1")
    body = render_request(
        ChatRequest("claude-opus-4-8", (HELLO,), continued=continued), stream=True
    )
    assert body["container"] == "container_1"


def test_pauses_add_up() -> None:
    later = PausedTurn((FOUND,), "container_1")
    assert PAUSED.then(later) == PausedTurn((text("I look."), SEARCH, FOUND), "container_1")
    assert later.then(PAUSED).container == "container_1"
