"""Reasons to stop and usage in both directions (2.6, 2.10)."""

from tests.relay.conformance.cases_answers import (
    ANTHROPICS_TOOLS,
    RAIN,
    USAGE,
    back,
    chat,
    counts,
    used,
)
from tests.relay.conformance.tables import Has
from tests.relay.conformance.wires import call, completion, message, text, thinking

STOPS = [
    *(
        chat(f"stop-{stop}", message(text("Rain."), stop=stop), {"finish_reason": finish})
        for stop, finish in (
            ("end_turn", "stop"),
            ("stop_sequence", "stop"),
            ("max_tokens", "length"),
            ("model_context_window_exceeded", "length"),
            ("pause_turn", "stop"),
            ("a_future_reason", "stop"),
        )
    ),
    chat(
        "stop-refusal",
        message(
            stop="refusal",
            stop_details={"type": "refusal", "category": "cyber", "explanation": "Not this."},
        ),
        {"finish_reason": "content_filter", "refusal": "Not this."},
    ),
    *(
        back(f"finish-{finish or 'empty'}", completion(finish=finish), {"stop_reason": stop})
        for finish, stop in (
            ("stop", "end_turn"),
            ("length", "max_tokens"),
            ("eos", "end_turn"),
            ("end", "end_turn"),
            ("", "end_turn"),
        )
    ),
    back(
        "finish-stop-with-calls",
        completion(None, finish="stop", tool_calls=[call("c1", "find")]),
        {"stop_reason": "tool_use"},
        **ANTHROPICS_TOOLS,
    ),
    back(
        "finish-empty-with-calls",
        completion(None, finish="", tool_calls=[call("c1", "find")]),
        {"stop_reason": "tool_use"},
        **ANTHROPICS_TOOLS,
    ),
    back(
        "finish-content-filter",
        completion("", finish="content_filter"),
        {"stop_reason": "refusal", "stop_details": Has({"type": "refusal"})},
    ),
    back(
        "refusal-is-text",
        completion(None, refusal="I will not."),
        {"content": [text("I will not.")], "stop_reason": "refusal"},
    ),
]
COUNTS = [
    chat("usage", RAIN, {"usage": counts(25, 8)}, **USAGE),
    chat(
        "usage-with-cache",
        message(
            text("Rain."), usage={"cache_read_input_tokens": 100, "cache_creation_input_tokens": 10}
        ),
        {"usage": counts(135, 8, cached=100, written=10)},
        **USAGE,
    ),
    chat(
        "usage-with-split-cache",
        message(
            text("Rain."),
            usage={
                "cache_creation_input_tokens": 10,
                "cache_creation": {"ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 6},
            },
        ),
        {"usage": counts(35, 8, written=10)},
        **USAGE,
    ),
    chat(
        "usage-with-thinking",
        message(
            thinking("Hm."),
            text("Rain."),
            usage={"output_tokens": 40, "output_tokens_details": {"thinking_tokens": 33}},
        ),
        {"usage": counts(25, 40, reasoning=33)},
        **USAGE,
    ),
    back("usage", completion(), {"usage": used(25, 8)}),
    back(
        "usage-with-cache",
        completion(
            usage={
                "prompt_tokens": 135,
                "total_tokens": 143,
                "prompt_tokens_details": {"cached_tokens": 100, "cache_write_tokens": 10},
            }
        ),
        {"usage": used(25, 8, cached=100, written=10)},
    ),
    back(
        "usage-cached-beyond-the-prompt",
        completion(usage={"prompt_tokens_details": {"cached_tokens": 100}}),
        {"usage": Has({"input_tokens": 0})},
    ),
    back(
        "usage-with-reasoning",
        completion(
            usage={
                "completion_tokens": 40,
                "total_tokens": 65,
                "completion_tokens_details": {"reasoning_tokens": 33},
            }
        ),
        {"usage": used(25, 40, thoughts=33)},
    ),
    back(
        "usage-of-xai",
        completion(
            usage={
                "completion_tokens": 8,
                "total_tokens": 66,
                "completion_tokens_details": {"reasoning_tokens": 33},
            }
        ),
        {"usage": used(25, 41, thoughts=33)},
        model="local",
    ),
    back(
        "usage-of-deepseek",
        completion(usage={"prompt_cache_hit_tokens": 20, "prompt_cache_miss_tokens": 5}),
        {"usage": used(5, 8, cached=20)},
        model="ds",
    ),
]
CASES = [*STOPS, *COUNTS]
