"""OpenAI chat completions: what a request becomes and what an answer means."""

import pytest

from agents.llm.wire.neutral import ChatRequest, ChatResponse, Tool, Usage
from agents.llm.wire.openai_chat import parse_models, parse_response, render_request
from agents.llm.wire.parts import (
    ImagePart,
    Message,
    Part,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from tests.agents.wire.transcripts import OPENAI_USAGE

HELLO = (Message("user", (TextPart("Hello"),)),)
FIND = Tool("find", "Finds.", {"properties": {"q": {"type": "string"}}})


def say(role: Role, *parts: Part | str) -> Message:
    return Message(role, tuple(TextPart(p) if isinstance(p, str) else p for p in parts))


def rendered(*messages: Message, model: str = "gpt-4o", **parameters: object) -> object:
    request = ChatRequest(model, messages, parameters=parameters)
    return render_request(request, stream=False)["messages"]


def test_a_plain_request_has_a_model_and_messages() -> None:
    assert render_request(ChatRequest("gpt-4o", HELLO), stream=False) == {
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": "Hello"}],
    }


def test_a_streamed_request_asks_for_usage() -> None:
    body = render_request(ChatRequest("gpt-4o", HELLO), stream=True)
    assert body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}


def test_parameters_keep_their_names_and_empty_ones_are_left_out() -> None:
    given = {
        "temperature": 0,
        "top_p": 0.9,
        "top_k": 40,
        "max_tokens": 100,
        "stop": ["a", "b", "c", "d", "e"],
        "presence_penalty": 1,
        "frequency_penalty": 1,
        "seed": 7,
        "verbosity": "low",
        "reasoning_effort": "",
        "user": None,
        "prompt_cache": True,
        "thinking_budget": 2000,
    }
    body = render_request(ChatRequest("gpt-4o", (), parameters=given), stream=False)
    assert body == {
        "model": "gpt-4o",
        "messages": [],
        "temperature": 0,
        "top_p": 0.9,
        "top_k": 40,
        "max_tokens": 100,
        "stop": ["a", "b", "c", "d"],
        "presence_penalty": 1,
        "frequency_penalty": 1,
        "seed": 7,
        "verbosity": "low",
    }


@pytest.mark.parametrize("model", ["o1", "o3-mini", "gpt-5", "gpt-5.1-codex", "openai/o4-mini"])
def test_reasoning_models_get_no_sampling_and_another_limit(model: str) -> None:
    given = {"temperature": 1, "stop": ["a"], "max_tokens": 9, "reasoning_effort": "low"}
    body = render_request(ChatRequest(model, (), parameters=given), stream=False)
    assert body == {
        "model": model,
        "messages": [],
        "max_completion_tokens": 9,
        "reasoning_effort": "low",
    }


@pytest.mark.parametrize("model", ["gpt-4.1", "openchat-o1x", "llama-3", "mo1"])
def test_other_models_keep_the_plain_limit(model: str) -> None:
    request = ChatRequest(model, (), parameters={"max_tokens": 9, "temperature": 1})
    body = render_request(request, stream=False)
    assert (body["max_tokens"], body["temperature"]) == (9, 1)


def test_reasoning_models_that_do_not_think_may_be_sampled() -> None:
    given = {"temperature": 1, "reasoning_effort": "none"}
    body = render_request(ChatRequest("gpt-5.1", (), parameters=given), stream=False)
    assert body["temperature"] == 1
    chat = ChatRequest("gpt-5-chat-latest", (), parameters={"temperature": 1, "max_tokens": 9})
    assert render_request(chat, stream=False) == {
        "model": "gpt-5-chat-latest",
        "messages": [],
        "temperature": 1,
        "max_completion_tokens": 9,
    }


@pytest.mark.parametrize(
    ("model", "role"), [("gpt-4o", "system"), ("o3", "developer"), ("openai/o3", "system")]
)
def test_system_texts_are_joined_under_the_role_the_model_wants(model: str, role: str) -> None:
    assert rendered(say("system", "Be kind.", "Be brief."), model=model) == [
        {"role": role, "content": "Be kind.\n\nBe brief."}
    ]


def test_images_make_a_list_of_parts() -> None:
    inline = ImagePart(media_type="image/png", base64="aGk=", detail="low")
    linked = ImagePart(url="https://example.org/a.png")
    assert rendered(say("user", "", "See", inline, linked, ThinkingPart("no"))) == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "See"},
                {
                    "type": "image_url",
                    "image_url": {"url": "data:image/png;base64,aGk=", "detail": "low"},
                },
                {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
            ],
        }
    ]


def test_calls_and_their_results_become_tool_messages_and_images_follow() -> None:
    picture = ImagePart(media_type="image/png", base64="aGk=")
    failed = ToolResultPart("c2", (TextPart("no"), TextPart("way")), is_error=True)
    assert rendered(
        say("assistant", ThinkingPart("Hm.", "sig"), ToolCallPart("c1", "draw", "")),
        say("tool", ToolResultPart("c1", (TextPart("drawn"), picture))),
        say("assistant", "And", " now", ToolCallPart("c2", "find", '{"q":1}')),
        say("tool", failed),
    ) == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "draw", "arguments": "{}"}}
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "drawn"},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Images from the call c1:"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
            ],
        },
        {
            "role": "assistant",
            "content": "And now",
            "tool_calls": [
                {
                    "id": "c2",
                    "type": "function",
                    "function": {"name": "find", "arguments": '{"q":1}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "c2", "content": "Error: no\n\nway"},
    ]


def test_an_empty_answer_is_left_out_and_earlier_thinking_is_replayed_only_on_demand() -> None:
    thought = say("assistant", ThinkingPart("Hm."), "Yes")
    assert rendered(say("assistant", ThinkingPart("Hm.")), thought) == [
        {"role": "assistant", "content": "Yes"}
    ]
    assert rendered(thought, say("assistant", "No"), reasoning_replay="reasoning_content") == [
        {"role": "assistant", "content": "Yes", "reasoning_content": "Hm."},
        {"role": "assistant", "content": "No"},
    ]


@pytest.mark.parametrize(
    ("choice", "wire"),
    [
        ("auto", "auto"),
        ("required", "required"),
        ("none", "none"),
        ("find", {"type": "function", "function": {"name": "find"}}),
    ],
)
def test_tools_come_with_a_choice(choice: str, wire: object) -> None:
    given = {"tool_choice": choice, "parallel_tool_calls": False}
    request = ChatRequest("gpt-4o", (), (FIND, Tool("ping")), given)
    body = render_request(request, stream=False)
    assert body["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "find",
                "description": "Finds.",
                "parameters": {"type": "object", "properties": {"q": {"type": "string"}}},
            },
        },
        {
            "type": "function",
            "function": {"name": "ping", "parameters": {"type": "object", "properties": {}}},
        },
    ]
    assert body["tool_choice"] == wire
    assert body["parallel_tool_calls"] is False


def test_no_choice_is_sent_unless_asked_and_never_without_tools() -> None:
    alone = ChatRequest("gpt-4o", (), parameters={"tool_choice": "required"})
    assert "tool_choice" not in render_request(alone, stream=False)
    unasked = render_request(ChatRequest("gpt-4o", (), (FIND,)), stream=False)
    assert set(unasked) == {"model", "messages", "tools"}


def test_dropped_fields_go_and_extra_fields_are_merged_in_last() -> None:
    request = ChatRequest(
        "gpt-4o",
        (),
        parameters={"temperature": 1, "user": "u"},
        extra={"stream_options": {"more": 1}, "user": {"id": 2}, "provider": {"order": ["x"]}},
        dropped=frozenset({"temperature"}),
    )
    assert render_request(request, stream=True) == {
        "model": "gpt-4o",
        "messages": [],
        "user": {"id": 2},
        "stream": True,
        "stream_options": {"include_usage": True, "more": 1},
        "provider": {"order": ["x"]},
    }


def test_a_whole_answer_is_read() -> None:
    message = {
        "role": "assistant",
        "reasoning_content": "Hm.",
        "content": "Looking.",
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "find", "arguments": "{}"}},
            {"function": {"name": "draw", "arguments": {"a": 1}}},
            {"function": {}},
        ],
    }
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = {"id": "x", "model": "gpt-4o", "choices": [choice], "usage": OPENAI_USAGE}
    assert parse_response(body) == ChatResponse(
        "x",
        "gpt-4o",
        (
            ThinkingPart("Hm."),
            TextPart("Looking."),
            ToolCallPart("c1", "find", "{}"),
            ToolCallPart("call_x_1", "draw", '{"a":1}'),
        ),
        "tool_calls",
        Usage(25, 8, cache_read_tokens=1000),
    )


def test_a_refusal_and_the_old_function_call_are_read() -> None:
    refused = {"choices": [{"message": {"refusal": "No."}, "finish_reason": "stop"}]}
    assert parse_response(refused) == ChatResponse("", "", (TextPart("No."),), "refusal", None)
    old = {"choices": [{"message": {"function_call": {"name": "find", "arguments": "{}"}}}]}
    call = ToolCallPart("call__0", "find", "{}")
    assert parse_response(old) == ChatResponse("", "", (call,), "tool_calls", None)


def test_an_answer_without_anything_is_empty() -> None:
    assert parse_response({}) == ChatResponse("", "", (), "stop", None)


@pytest.mark.parametrize(
    ("body", "models"),
    [
        ({"object": "list", "data": [{"id": "b"}, {"id": "a"}, {"id": "b"}, {}, 5]}, ["b", "a"]),
        ([{"id": "b"}], ["b"]),
        ({"models": [{"name": "llama3"}]}, ["llama3"]),
        ({"data": None}, []),
        ("text", []),
    ],
)
def test_model_lists_of_every_shape_are_read(body: object, models: list[str]) -> None:
    assert parse_models(body) == models
