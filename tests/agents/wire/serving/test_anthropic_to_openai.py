"""A client of the messages API whose model stands behind one of OpenAI's dialects."""

import json

from agents.llm.wire import openai_chat, openai_responses
from agents.llm.wire.fields import JsonObject, object_of, objects_of, text_of
from agents.llm.wire.openai_responses_stream import StreamDecoder
from agents.llm.wire.serving import anthropic
from tests.agents.wire.responses_transcripts import FULL
from tests.agents.wire.serving.anthropic_frames import ANSWERING, frames
from tests.agents.wire.transcripts import decoded

Json = dict[str, object]
KEEP: Json = {"cache_control": {"type": "ephemeral"}}
SCHEMA: Json = {"type": "object", "properties": {"file_path": {"type": "string"}}}
BILLING: Json = {"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1; cch=7f"}
# As a coding client sends it: marks for caches, thinking, a reminder between the turns.
BODY: Json = {
    "model": "gpt",
    "max_tokens": 128_000,
    "stream": True,
    "system": [BILLING, {"type": "text", "text": "You write code.", **KEEP}],
    "thinking": {"type": "adaptive", "display": "omitted"},
    "output_config": {"effort": "max"},
    "context_management": {"edits": []},
    "metadata": {"user_id": json.dumps({"device_id": "d", "session_id": "s"})},
    "stop_sequences": ["1", "2", "3", "4", "5"],
    "top_k": 5,
    "tools": [
        {"name": "Read", "description": "Reads.", "input_schema": SCHEMA, **KEEP},
        {"name": "mcp__x.y__do", "input_schema": {}, "defer_loading": True},
    ],
    "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "Fix it.", **KEEP}]},
        {"role": "system", "content": "Be brief."},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "EqQB"},
                {"type": "text", "text": "Looking."},
                {"type": "tool_use", "id": "toolu_1", "name": "mcp__x.y__do", "input": {"a": 1}},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_1",
                    "content": [
                        {"type": "text", "text": "Done."},
                        {
                            "type": "image",
                            "source": {"type": "base64", "media_type": "image/png", "data": "aGk="},
                        },
                    ],
                    "is_error": True,
                },
                {"type": "text", "text": "Go on.", **KEEP},
            ],
        },
    ],
}


def test_a_coding_clients_request_becomes_chat_completions() -> None:
    asked = anthropic.parse_request(BODY)
    prepared = openai_chat.prepare(asked.request)
    assert asked.dropped == ("context_management",)
    assert asked.session == "s"
    assert prepared.dropped == ()
    assert openai_chat.render_request(prepared.request, stream=True) == {
        "model": "gpt",
        "messages": [
            {"role": "system", "content": "You write code."},
            {"role": "user", "content": "Fix it."},
            {"role": "system", "content": "Be brief."},
            {
                "role": "assistant",
                "content": "Looking.",
                "tool_calls": [
                    {
                        "id": "toolu_1",
                        "type": "function",
                        "function": {"name": "mcp__x_y__do", "arguments": '{"a":1}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "toolu_1", "content": "Error: Done."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Images from the call toolu_1:"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
                ],
            },
            {"role": "user", "content": "Go on."},
        ],
        "stop": ["1", "2", "3", "4"],
        "top_k": 5,
        "reasoning_effort": "max",
        "max_tokens": 128_000,
        "tools": [
            {
                "type": "function",
                "function": {"name": "Read", "description": "Reads.", "parameters": SCHEMA},
            },
            {
                "type": "function",
                "function": {
                    "name": "mcp__x_y__do",
                    "parameters": {"type": "object", "properties": {}},
                },
            },
        ],
        "tool_choice": "auto",
        "parallel_tool_calls": False,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def blocks_of(sent: bytes) -> list[Json]:
    """Return the content that a client puts together from a stream."""
    content: list[Json] = []
    arguments = ""
    for name, event in frames(sent):
        delta = object_of(event.get("delta"))
        match name, delta.get("type"):
            case "content_block_start", _:
                content.append(dict(object_of(event["content_block"])))
                arguments = ""
            case "content_block_delta", "input_json_delta":
                arguments += text_of(delta["partial_json"])
                if arguments.endswith("}"):
                    content[-1]["input"] = json.loads(arguments)
            case "content_block_delta", kind:
                field = text_of(kind).removesuffix("_delta")
                content[-1][field] = text_of(content[-1].get(field)) + text_of(delta[field])
            case _:
                pass
    return content


def reasoning_of(items: object) -> list[JsonObject]:
    return [item for item in objects_of(items) if item.get("type") == "reasoning"]


def test_encrypted_reasoning_survives_the_way_through_the_client() -> None:
    events = decoded(StreamDecoder(), [FULL])
    functions = [event for event in events if getattr(event, "index", 0) == 0]
    content = blocks_of(anthropic.encoder(ANSWERING).encode(functions))
    assert [block["type"] for block in content] == ["thinking", "text", "tool_use"]
    assert text_of(content[0]["signature"]).startswith("relay1:")
    result = {"type": "tool_result", "tool_use_id": "c1", "content": "found"}
    body = {
        "model": "gpt-5",
        "max_tokens": 9,
        "messages": [
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": content},
            {"role": "user", "content": [result]},
        ],
    }
    rendered = openai_responses.render_request(anthropic.parse_request(body).request, stream=False)
    assert reasoning_of(rendered["input"]) == [
        {
            "type": "reasoning",
            "summary": [{"type": "summary_text", "text": "a\n\nb"}],
            "encrypted_content": "gAAA",
        }
    ]
    chat = openai_chat.render_request(anthropic.parse_request(body).request, stream=False)
    assert "gAAA" not in json.dumps(chat)
    assert "relay1:" not in json.dumps(chat)
