"""Anthropic's messages' requests to chat completions (2.2, 2.4, 2.7, 2.8)."""

from typing import Any

from tests.relay.conformance.tables import ABSENT, HELLO, Case, Has, Like
from tests.relay.conformance.upstream import Json
from tests.relay.conformance.wires import SCHEMA, text, thinking

USER: Json = {"role": "user", "content": HELLO}
LOOSE: Json = {"type": "object", "properties": {"city": {"type": "string"}}}
BILLING = "x-anthropic-billing-header: cc_version=2.1.328; cch=1f2e3"
CODE_USER = '{"device_id":"%s","account_uuid":"","session_id":"5d1c"}' % ("d" * 160)
EPHEMERAL: Json = {"cache_control": {"type": "ephemeral"}}


def asked(name: str, sent: Json, *, model: Any = "gpt", **fields: Any) -> Case:
    """Return a row about fields of a request."""
    return Case(f"messages-{name}", "messages", model, fields, sent=sent)


def refused(name: str, message: str, *, model: str = "gpt", **fields: object) -> Case:
    """Return a row about a request that is refused; message: a pattern."""
    error = {"type": "invalid_request_error", "message": Like(message)}
    return Case(f"messages-{name}-is-refused", "messages", model, fields, refused=error)


def said(name: str, messages: list[object], wanted: list[object], *, model: str = "gpt") -> Case:
    """Return a row about the turns."""
    return Case(
        f"messages-{name}", "messages", model, {"messages": messages}, sent={"messages": wanted}
    )


TURNS = [
    asked("model-is-the-upstreams", {"model": "gpt-4.1"}),
    said("one-text-is-a-plain-string", [{"role": "user", "content": [text(HELLO)]}], [USER]),
    said(
        "assistant-texts-are-joined",
        [
            USER,
            {"role": "assistant", "content": [text("A "), text("B")]},
            {"role": "user", "content": "Go."},
        ],
        [USER, {"role": "assistant", "content": "A B"}, {"role": "user", "content": "Go."}],
    ),
    said(
        "thinking-is-dropped-for-openai",
        [
            USER,
            {
                "role": "assistant",
                "content": [
                    thinking("Hm."),
                    {"type": "redacted_thinking", "data": "xx"},
                    text("Yes."),
                ],
            },
            {"role": "user", "content": "Go."},
        ],
        [USER, {"role": "assistant", "content": "Yes."}, {"role": "user", "content": "Go."}],
    ),
    said(
        "system-message-keeps-its-place",
        [USER, {"role": "system", "content": "Be brief."}],
        [USER, {"role": "system", "content": "Be brief."}],
    ),
    said(
        "system-message-is-the-developers-for-reasoning-models",
        [USER, {"role": "system", "content": "Be brief."}],
        [USER, {"role": "developer", "content": "Be brief."}],
        model="gpt5",
    ),
    asked(
        "system-text", {"messages": [{"role": "system", "content": "One."}, USER]}, system="One."
    ),
    asked(
        "system-is-the-developers-for-reasoning-models",
        {"messages": [{"role": "developer", "content": "One."}, USER]},
        model="gpt5",
        system="One.",
    ),
    asked(
        "system-blocks-are-joined-by-a-blank-line",
        {"messages": [{"role": "system", "content": "One.\n\nTwo."}, USER]},
        system=[text("One.", **EPHEMERAL), text("Two.")],
    ),
    asked(
        "billing-header-is-dropped",
        {"messages": [{"role": "system", "content": "Two."}, USER]},
        system=[text(BILLING), text("Two.")],
    ),
    said(
        "cache-control-is-dropped",
        [{"role": "user", "content": [text(HELLO, **EPHEMERAL)]}],
        [USER],
    ),
    said(
        "search-result-is-text",
        [
            {
                "role": "user",
                "content": [
                    text(HELLO),
                    {
                        "type": "search_result",
                        "source": "https://example.org/",
                        "title": "Rain",
                        "content": [text("It rains.")],
                    },
                ],
            }
        ],
        [{"role": "user", "content": Like(f"{HELLO}.*Rain.*example\\.org.*It rains")}],
    ),
]
FIELDS = [
    asked(
        "max-tokens-keeps-its-name",
        {"max_tokens": 700, "max_completion_tokens": ABSENT},
        max_tokens=700,
        model="local",
    ),
    asked(
        "max-tokens-for-reasoning-models",
        {"max_completion_tokens": 700, "max_tokens": ABSENT},
        max_tokens=700,
        model="gpt5",
    ),
    asked("max-tokens-is-clamped", {"max_tokens": 32768}, max_tokens=128_000),
    asked("temperature", {"temperature": 0.4}, temperature=0.4),
    asked(
        "temperature-is-dropped-for-reasoning-models",
        {"temperature": ABSENT, "top_p": ABSENT},
        model="gpt5",
        temperature=0.4,
        top_p=0.5,
    ),
    asked("top-p", {"top_p": 0.4}, top_p=0.4),
    asked("top-k-is-dropped-for-openai", {"top_k": ABSENT}, top_k=9),
    asked("top-k-is-passed-to-others", {"top_k": 9}, model="local", top_k=9),
    asked("stop-sequences", {"stop": ["END"]}, stop_sequences=["END"]),
    asked(
        "first-four-stop-sequences",
        {"stop": ["a", "b", "c", "d"]},
        stop_sequences=["a", "b", "c", "d", "e"],
    ),
    asked(
        "stop-is-dropped-for-reasoning-models",
        {"stop": ABSENT},
        model="gpt5",
        stop_sequences=["END"],
    ),
    asked(
        "user-id-for-openai",
        {"safety_identifier": Like("^.{1,128}$"), "metadata": ABSENT},
        metadata={"user_id": "ada-1"},
    ),
    asked(
        "long-user-id-is-hashed",
        {"safety_identifier": Like(r"^[0-9a-f]{32,128}$")},
        metadata={"user_id": CODE_USER},
    ),
    asked(
        "user-id-for-others",
        {"user": Like("^.{1,64}$"), "safety_identifier": ABSENT},
        model="local",
        metadata={"user_id": "ada-1"},
    ),
    asked("top-level-cache-control-is-dropped", {"cache_control": ABSENT}, **EPHEMERAL),
    asked("service-tier-auto", {"service_tier": "auto"}, service_tier="auto"),
    asked("service-tier-standard-only", {"service_tier": "default"}, service_tier="standard_only"),
    asked("speed-needs-leave", {"speed": ABSENT, "service_tier": ABSENT}, speed="fast"),
    *(
        asked(f"{name.replace('_', '-')}-is-dropped", {name: ABSENT}, **{name: value})
        for name, value in (
            ("container", "c1"),
            ("context_management", {"edits": [{"type": "clear_tool_uses_20250919"}]}),
            ("diagnostics", {"x": 1}),
            ("inference_geo", "eu"),
            ("fallbacks", ["a"]),
            ("betas", ["x"]),
            ("made_up_field", {"x": 1}),
        )
    ),
    refused(
        "mcp-servers",
        "mcp_servers",
        mcp_servers=[{"type": "url", "url": "https://example.org/mcp", "name": "x"}],
    ),
]
REASONING = [
    asked("no-thinking-says-nothing", {"reasoning_effort": ABSENT}, model="gpt5"),
    *(
        asked(
            f"budget-{budget}-is-{effort}",
            {"reasoning_effort": effort},
            model="gpt5",
            max_tokens=64000,
            thinking={"type": "enabled", "budget_tokens": budget},
        )
        for budget, effort in ((1024, "low"), (4096, "medium"), (16384, "high"), (30000, "xhigh"))
    ),
    asked(
        "adaptive-alone-says-nothing",
        {"reasoning_effort": ABSENT, "thinking": ABSENT},
        model="gpt5",
        thinking={"type": "adaptive"},
    ),
    asked(
        "effort-wins",
        {"reasoning_effort": "low", "output_config": ABSENT},
        model="gpt5",
        thinking={"type": "enabled", "budget_tokens": 9000},
        max_tokens=20000,
        output_config={"effort": "low"},
    ),
    asked(
        "disabled-is-none",
        {"reasoning_effort": "none"},
        model="gpt5",
        thinking={"type": "disabled"},
    ),
    asked(
        "effort-on-a-model-that-does-not-think",
        {"reasoning_effort": ABSENT},
        output_config={"effort": "high"},
    ),
    Case(
        "messages-reasoning-is-replayed-where-it-must-be",
        "messages",
        "ds",
        {
            "messages": [
                USER,
                {
                    "role": "assistant",
                    "content": [
                        thinking("Hm.", ""),
                        {"type": "tool_use", "id": "call_1", "name": "find", "input": {}},
                    ],
                },
                {
                    "role": "user",
                    "content": [{"type": "tool_result", "tool_use_id": "call_1", "content": "3"}],
                },
            ],
            "tools": [{"name": "find", "input_schema": {"type": "object", "properties": {}}}],
        },
        sent={
            "messages": [
                USER,
                Has({"role": "assistant", "reasoning_content": "Hm."}),
                {"role": "tool", "tool_call_id": "call_1", "content": "3"},
            ]
        },
    ),
]
OUTPUT = [
    asked(
        "strict-schema-stays-strict",
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "output", "schema": SCHEMA, "strict": True},
            }
        },
        output_config={"format": {"type": "json_schema", "schema": SCHEMA}},
    ),
    asked(
        "loose-schema-is-not-strict",
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "output", "schema": LOOSE, "strict": False},
            }
        },
        output_config={"format": {"type": "json_schema", "schema": LOOSE}},
    ),
]
WRONG = [
    refused("missing-max-tokens", "^max_tokens: ", max_tokens=ABSENT),
    refused("missing-messages", "^messages: ", messages=ABSENT),
    refused("messages-of-text", "^messages: ", messages="Hello"),
    refused("wrong-content", r"^messages\.0\.content", messages=[{"role": "user", "content": 7}]),
    refused(
        "wrong-block",
        r"^messages\.0\.content\.0",
        messages=[{"role": "user", "content": [{"type": "text"}]}],
    ),
    refused("wrong-temperature", "^temperature: ", temperature="hot"),
    refused("unknown-role", r"^messages\.0\.role: ", messages=[{"role": "alien", "content": "x"}]),
    refused("negative-limit", "^max_tokens: ", max_tokens=-1),
]
CASES = [*TURNS, *FIELDS, *REASONING, *OUTPUT, *WRONG]
