"""Lists of models as providers give them, and as nobody should."""

from typing import Any

import pytest
from anthropic.types import ModelInfo
from hypothesis import given
from hypothesis import strategies as st

from agents.llm.wire import anthropic_models, openai_models
from agents.llm.wire.bodies import model_ids
from agents.llm.wire.model_list import (
    UNKNOWN,
    ModelFacts,
    capabilities_of,
    facts_of,
    models_of,
    traits_told,
)
from agents.llm.wire.model_said import said_about, traits_over

YES, NO = {"supported": True}, {"supported": False}
CLAUDE: dict[str, Any] = {
    "type": "model",
    "id": "claude-new-6",
    "display_name": "Claude New 6",
    "created_at": "2026-10-01T00:00:00Z",
    "lifecycle": "active",
    "line": None,
    "max_input_tokens": 1_000_000,
    "max_tokens": 256_000,
    "capabilities": {
        "batch": YES,
        "citations": YES,
        "code_execution": NO,
        "context_management": NO,
        "effort": YES | {"low": YES, "medium": YES, "high": YES, "max": YES, "xhigh": NO},
        "image_input": YES,
        "pdf_input": NO,
        "server_tools": YES | {"code_execution": NO, "web_search": YES},
        "structured_outputs": YES,
        "thinking": YES
        | {"types": {"adaptive": YES, "enabled": NO, "disabled": NO, "between_tools": YES}},
    },
}
ROUTED: dict[str, Any] = {
    "id": "maker/model",
    "name": "Maker: Model",
    "created": 1_760_000_000,
    "context_length": 200_000,
    "architecture": {"input_modalities": ["text", "image"]},
    "top_provider": {"context_length": 131_072, "max_completion_tokens": 32_768},
    "supported_parameters": ["tools", "tool_choice", "reasoning", "temperature"],
    "pricing": {"prompt": "0.000001"},
}


def test_anthropic_s_line_tells_everything() -> None:
    ModelInfo.model_validate(CLAUDE)  # the line is one of today's
    facts = facts_of(CLAUDE)
    assert facts == ModelFacts(
        display_name="Claude New 6",
        created=1_790_812_800,
        lifecycle="active",
        context_window=1_000_000,
        max_output=256_000,
        can={
            "vision": True,
            "pdf": False,
            "tools": True,
            "structured_output": True,
            "citations": True,
            "thinking": True,
            "thinking_adaptive": True,
            "thinking_enabled": False,
            "thinking_disabled": False,
            "thinking_between_tools": True,
            "effort": True,
            "effort_low": True,
            "effort_medium": True,
            "effort_high": True,
            "effort_max": True,
            "effort_xhigh": False,
        },
    )
    assert not facts.is_retired


def test_openrouter_s_line_tells_what_the_provider_behind_it_takes() -> None:
    assert facts_of(ROUTED) == ModelFacts(
        display_name="Maker: Model",
        created=1_760_000_000,
        context_window=131_072,
        max_output=32_768,
        can={"tools": True, "thinking": True, "structured_output": False, "vision": True},
    )


@pytest.mark.parametrize(
    ("line", "facts"),
    [
        ({"object": "model", "created": 9, "owned_by": "openai"}, ModelFacts(created=9)),
        ({"max_model_len": 4096}, ModelFacts(context_window=4096)),
        (
            {"context_window": 131_072, "max_completion_tokens": 8192},
            ModelFacts(context_window=131_072, max_output=8192),
        ),
        (
            {
                "max_context_length": 32_000,
                "capabilities": {"vision": True, "function_calling": False},
            },
            ModelFacts(context_window=32_000, can={"vision": True, "tools": False}),
        ),
        (
            {"context_length": 64, "max_output_length": 32, "supported_features": ["reasoning"]},
            ModelFacts(
                context_window=64,
                max_output=32,
                can={"tools": False, "thinking": True, "structured_output": False},
            ),
        ),
        ({"input_modalities": ["text", "file"]}, ModelFacts(can={"vision": False, "pdf": True})),
    ],
    ids=["openai", "vllm", "groq", "mistral", "features", "modalities"],
)
def test_other_lists_are_read_too(line: dict[str, Any], facts: ModelFacts) -> None:
    assert facts_of({"id": "m", **line}) == facts


@pytest.mark.parametrize(
    "fields",
    [
        {"max_input_tokens": "200000", "max_tokens": "8192"},
        {"max_input_tokens": -1, "max_tokens": -5},
        {"max_input_tokens": 0, "max_tokens": 0.2},
        {"max_input_tokens": 10**9, "max_tokens": 2**60},
        {"max_input_tokens": True, "max_tokens": [8192]},
        {"max_input_tokens": float("nan"), "max_tokens": float("inf")},
        {"max_tokens": 8192},  # without a window beside it the word is not Anthropic's
        {"context_length": {"tokens": 4096}, "top_provider": [1]},
        {"capabilities": [YES], "supported_parameters": "tools", "architecture": None},
        {"capabilities": {"image_input": True, "thinking": {"supported": "yes"}}},
        {"capabilities": {"vision": "true", "function_calling": 1}},
        {"supported_parameters": [], "input_modalities": [1, None]},
        {"created": "yesterday", "created_at": "never"},
        {"created": -1},
        {"created": 2**40},
        {"created_at": 5},
        {"display_name": "x" * 129},
        {"display_name": "two\nlines"},
        {"display_name": {"en": "Model"}},
        {"lifecycle": "eternal"},
    ],
)
def test_what_is_no_fact_tells_nothing(fields: dict[str, Any]) -> None:
    assert facts_of({"id": "m", **fields}) == UNKNOWN


def test_an_answer_longer_than_the_window_is_a_mistake() -> None:
    assert facts_of({"id": "m", "context_length": 10, "max_completion_tokens": 11}) == ModelFacts(
        context_window=10
    )


@pytest.mark.parametrize("body", [None, 7, "x", [], {}, {"data": None}, {"data": {"id": "m"}}])
def test_what_is_no_list_has_no_models(body: object) -> None:
    assert models_of(body) == {}


def test_of_a_name_that_comes_twice_the_first_counts_and_a_long_one_has_no_facts() -> None:
    long = "m" * 257
    lines = [{"id": "m", "context_length": 5}, {"id": "m", "context_length": 9}]
    told = models_of({"data": [*lines, {"id": long, "context_length": 5}]})
    assert told == {"m": ModelFacts(context_window=5), long: UNKNOWN}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)
fields = st.dictionaries(st.sampled_from([*CLAUDE, *ROUTED, "max_model_len"]), json_values)


@given(st.lists(fields | json_values, max_size=4))
def test_no_list_raises_and_its_names_are_those_of_the_plain_reading(lines: list[Any]) -> None:
    told = models_of({"data": lines})
    assert list(told) == model_ids({"data": lines})
    for facts in told.values():
        assert 0 <= facts.max_output <= (facts.context_window or facts.max_output)
        assert all(isinstance(value, bool) for value in facts.can.values())


abilities = st.dictionaries(st.sampled_from([*facts_of(CLAUDE).can]), st.booleans())


@given(abilities)
def test_what_is_listed_in_anthropic_s_words_reads_the_same(can: dict[str, bool]) -> None:
    told = capabilities_of(can)
    if told is None:
        assert "vision" not in can or "thinking" not in can
        return
    ModelInfo.model_validate(CLAUDE | {"capabilities": told})
    again = facts_of({"id": "m", "capabilities": told}).can
    assert {name: again[name] for name in can if name != "tools"} == {
        name: value for name, value in can.items() if name != "tools"
    }


def test_anthropic_s_facts_are_traits_of_a_model_whose_name_tells_nothing() -> None:
    told = traits_told(facts_of(CLAUDE).can, "anthropic")
    traits = anthropic_models.traits_of("house-model", told)
    assert traits.thinking == "adaptive"
    assert (traits.has_effort, traits.has_max_effort) == (True, True)
    assert not traits.has_extra_high_effort
    assert not traits.can_stop_thinking
    assert traits.has_structured_output
    assert traits_told({"thinking": True, "thinking_enabled": True}, "anthropic") == {
        "thinking": "budget"
    }
    assert traits_told({"thinking": False, "thinking_adaptive": True}, "anthropic") == {
        "thinking": "none"
    }


def test_of_openai_s_dialect_only_that_a_model_does_not_think_is_a_trait() -> None:
    told = traits_told({"thinking": False, "vision": True}, "openai")
    assert not openai_models.traits_of("gpt-5", told).is_reasoning
    assert traits_told({"thinking": True, "effort": True}, "openai") == {}
    assert traits_told({"thinking": False}, "") == {}


def test_an_operator_s_word_goes_before_the_list() -> None:
    facts = facts_of(CLAUDE)
    said = {"thinking": "budget", "has_structured_output": False, "has_prefill": True}
    traits = traits_over(facts, said, "anthropic")
    assert traits["thinking"] == "budget"
    assert traits["has_structured_output"] is False
    assert traits["has_prefill"] is True
    assert traits["has_effort"] is True
    assert traits_over(facts, {"thinking": False}, "anthropic")["thinking"] == "none"
    assert traits_over(UNKNOWN, {"structured_output": True}, "anthropic") == {
        "has_structured_output": True,
        "structured_output": True,
    }


@pytest.mark.parametrize(
    "capabilities",
    [
        {"context_window": "large", "max_tokens": -1},
        {"context_window": True, "max_tokens": 10**10},
        {"vision": "yes", "thinking": ["adaptive"], "has_effort": 1},
        {"thinking": "sometimes"},
    ],
)
def test_an_operator_s_word_of_another_kind_says_nothing(capabilities: dict[str, Any]) -> None:
    assert said_about(capabilities) == UNKNOWN


def test_an_operator_s_words_are_numbers_abilities_and_traits() -> None:
    said = {"context_window": 9000, "max_tokens": 700, "vision": True, "is_reasoning": True}
    assert said_about(said) == ModelFacts(
        context_window=9000, max_output=700, can={"vision": True, "thinking": True}
    )
    assert said_about({"thinking": "adaptive"}).can == {
        "thinking": True,
        "thinking_enabled": False,
        "thinking_adaptive": True,
    }
