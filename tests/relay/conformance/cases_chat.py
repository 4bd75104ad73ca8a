"""Chat completions' requests to Anthropic's messages (2.1, 2.7, 2.8, 2.9)."""

from typing import Any

from tests.relay.conformance.tables import ABSENT, HELLO, Case, Has, Like
from tests.relay.conformance.upstream import Json
from tests.relay.conformance.wires import SCHEMA, text

USER: Json = {"role": "user", "content": HELLO}
TURN: Json = {"role": "user", "content": [text(HELLO)]}
JSON_SCHEMA: Json = {"type": "json_schema", "json_schema": {"name": "place", "schema": SCHEMA}}


def asked(
    name: str, sent: Json, *, model: Any = "sonnet", dropped: Any = "", **fields: Any
) -> Case:
    """Return a row about fields of a request."""
    told = {"x-relay-dropped": Like(dropped)} if dropped else {}
    return Case(f"chat-{name}", "chat", model, fields, sent=sent, answer_headers=told)


def refused(
    name: str, *, model: str = "sonnet", code: object = ..., param: object = ..., **fields: object
) -> Case:
    """Return a row about a request that is refused."""
    error = {"type": "invalid_request_error", "code": code, "param": param}
    return Case(f"chat-{name}-is-refused", "chat", model, fields, refused=error)


def said(name: str, messages: list[object], sent: Json, *, model: str = "sonnet") -> Case:
    """Return a row about the turns."""
    return Case(f"chat-{name}", "chat", model, {"messages": messages}, sent=sent)


FIELDS = [
    asked(
        "max-completion-tokens-wins", {"max_tokens": 700}, max_completion_tokens=700, max_tokens=5
    ),
    asked("max-tokens", {"max_tokens": 600}, max_tokens=600),
    asked("max-tokens-default", {"max_tokens": 8192}),
    asked("max-tokens-is-clamped-to-the-models", {"max_tokens": 64000}, max_tokens=900_000),
    asked("temperature-is-cut-at-one", {"temperature": 1}, temperature=1.7),
    asked("temperature-is-not-scaled", {"temperature": 0.5}, temperature=0.5),
    asked(
        "temperature-is-dropped-for-newer-models",
        {"temperature": ABSENT, "top_p": ABSENT},
        model="opus",
        temperature=0,
        top_p=0.5,
    ),
    asked("top-p", {"top_p": 0.9}, top_p=0.9),
    asked(
        "temperature-wins-over-top-p",
        {"temperature": 0.3, "top_p": ABSENT},
        temperature=0.3,
        top_p=0.9,
    ),
    asked("top-k", {"top_k": 40}, top_k=40),
    asked("stop-text-is-a-list", {"stop_sequences": ["END"]}, stop="END"),
    asked(
        "stop-list-without-blanks", {"stop_sequences": ["END", "###"]}, stop=["END", "  ", "###"]
    ),
    asked("one-answer-is-fine", {"n": ABSENT}, n=1),
    refused("several-answers", code=..., param="n", n=2),
    asked("usage-option-stays", {"stream_options": ABSENT}, stream_options={"include_usage": True}),
    asked("verbosity-is-dropped", {"verbosity": ABSENT}, verbosity="low"),
    asked("metadata-is-not-sent", {"metadata": ABSENT}, metadata={"team": "blue"}),
    asked("service-tier-auto", {"service_tier": "auto"}, service_tier="auto"),
    asked("service-tier-default", {"service_tier": "standard_only"}, service_tier="default"),
    asked("service-tier-flex", {"service_tier": "standard_only"}, service_tier="flex"),
    asked("service-tier-priority", {"service_tier": "auto"}, service_tier="priority"),
    asked("service-tier-fast-needs-leave", {"speed": ABSENT}, service_tier="fast"),
    asked(
        "implicit-cache-is-automatic",
        {"cache_control": Has({"type": "ephemeral"})},
        prompt_cache_options={"mode": "implicit"},
    ),
    asked(
        "cache-key-is-dropped",
        {"prompt_cache_key": ABSENT, "cache_control": ABSENT},
        prompt_cache_key="k",
    ),
    *(
        asked(
            f"{name.replace('_', '-')}-is-dropped-and-told",
            {name: ABSENT},
            dropped=name,
            **{name: value},
        )
        for name, value in (
            ("logprobs", True),
            ("logit_bias", {"50256": -100}),
            ("seed", 7),
            ("presence_penalty", 0.5),
            ("frequency_penalty", 0.5),
            ("prediction", {"type": "content", "content": "x"}),
            ("made_up_field", {"x": 1}),
        )
    ),
    asked("store-is-dropped", {"store": ABSENT}, store=True),
    asked("text-modality-is-fine", {"modalities": ABSENT}, modalities=["text"]),
    refused(
        "audio-output",
        code="unsupported_parameter",
        modalities=["text", "audio"],
        audio={"voice": "alloy", "format": "wav"},
    ),
    refused(
        "web-search",
        code="unsupported_parameter",
        param="web_search_options",
        web_search_options={},
    ),
]
REASONING = [
    asked("no-effort-says-nothing", {"thinking": ABSENT, "output_config": ABSENT}, model="opus"),
    *(
        asked(
            f"effort-{effort}-on-an-adaptive-model",
            {"output_config": Has({"effort": sent})},
            model="opus",
            reasoning_effort=effort,
        )
        for effort, sent in (
            ("minimal", "low"),
            ("low", "low"),
            ("medium", "medium"),
            ("high", "high"),
            ("xhigh", "xhigh"),
            ("max", "max"),
        )
    ),
    asked(
        "effort-none-on-an-adaptive-model",
        {"thinking": {"type": "disabled"}},
        model="opus",
        reasoning_effort="none",
    ),
    asked(
        "effort-none-on-an-always-thinking-model",
        {"thinking": ABSENT, "output_config": {"effort": "low"}},
        model="always",
        reasoning_effort="none",
    ),
    *(
        asked(
            f"effort-{effort}-on-a-budget-model",
            {"thinking": Has({"type": "enabled", "budget_tokens": budget}), "temperature": ABSENT},
            reasoning_effort=effort,
            max_tokens=32000,
            temperature=0.2,
        )
        for effort, budget in (
            ("minimal", 1024),
            ("low", 1024),
            ("medium", 4096),
            ("high", 8192),
            ("xhigh", 16384),
            ("max", 24000),
        )
    ),
    asked("effort-none-on-a-budget-model", {"thinking": ABSENT}, reasoning_effort="none"),
    asked(
        "budget-stays-below-the-limit",
        {"max_tokens": 2000, "thinking": Has({"budget_tokens": 1999})},
        reasoning_effort="high",
        max_tokens=2000,
    ),
    asked(
        "too-small-a-limit-means-no-thinking",
        {"max_tokens": 1000, "thinking": ABSENT},
        reasoning_effort="high",
        max_tokens=1000,
    ),
    asked(
        "effort-on-a-model-without-thinking",
        {"thinking": ABSENT, "output_config": ABSENT},
        model="old",
        reasoning_effort="high",
    ),
    asked(
        "thinking-extension-wins",
        {"thinking": Has({"type": "enabled", "budget_tokens": 2048})},
        reasoning_effort="max",
        thinking={"type": "enabled", "budget_tokens": 2048},
        max_tokens=9000,
    ),
    asked(
        "reasoning-extension-wins",
        {"output_config": Has({"effort": "low"})},
        model="opus",
        reasoning_effort="max",
        reasoning={"effort": "low"},
    ),
    asked(
        "reasoning-extension-budget",
        {"thinking": Has({"budget_tokens": 3000})},
        reasoning={"max_tokens": 3000},
        max_tokens=9000,
    ),
]
OUTPUT = [
    asked(
        "plain-text-format",
        {"output_config": ABSENT, "tools": ABSENT},
        response_format={"type": "text"},
    ),
    asked(
        "json-object-is-an-instruction",
        {"output_config": ABSENT, "system": [Has({"text": Like("JSON")})]},
        response_format={"type": "json_object"},
    ),
    asked(
        "json-schema",
        {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
        response_format=JSON_SCHEMA,
    ),
    asked(
        "json-schema-emulated",
        {
            "output_config": ABSENT,
            "tools": [Has({"name": "json_output", "input_schema": SCHEMA})],
            "tool_choice": Has({"type": "tool", "name": "json_output"}),
        },
        model="old",
        response_format=JSON_SCHEMA,
    ),
    asked(
        "json-schema-is-repaired",
        {
            "output_config": {
                "format": {
                    "type": "json_schema",
                    "schema": Has(
                        {
                            "additionalProperties": False,
                            "properties": {
                                "age": Has({"minimum": ABSENT, "description": Like("1")}),
                                "name": Has({"maxLength": ABSENT}),
                            },
                        }
                    ),
                }
            }
        },
        response_format={
            "type": "json_schema",
            "json_schema": {
                "name": "p",
                "schema": {
                    "type": "object",
                    "properties": {
                        "age": {"type": "integer", "minimum": 1},
                        "name": {"type": "string", "maxLength": 9},
                    },
                },
            },
        },
    ),
    refused(
        "schema-without-schema",
        response_format={"type": "json_schema", "json_schema": {"name": "p"}},
    ),
    refused("unknown-format", response_format={"type": "xml"}),
]
WRONG = [
    refused("missing-messages", param="messages", messages=ABSENT),
    refused("messages-of-text", param="messages", messages="Hello"),
    refused("wrong-temperature", param="temperature", temperature="hot"),
    refused("temperature-out-of-bounds", param="temperature", temperature=3),
    refused("unknown-effort", param="reasoning_effort", reasoning_effort="huge"),
    refused(
        "unknown-role", param=Like(r"^messages\.0"), messages=[{"role": "alien", "content": "x"}]
    ),
    refused("negative-limit", param="max_tokens", max_tokens=-1),
]
CASES = [*FIELDS, *REASONING, *OUTPUT, *WRONG]
