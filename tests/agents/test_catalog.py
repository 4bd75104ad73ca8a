"""What is known about models by name."""

import pytest

from agents.llm import catalog


@pytest.mark.parametrize(
    ("model", "window"),
    [
        ("gpt-4o-mini", 127_500),
        ("gpt-4", 8_187),
        ("gpt-4-32k-0613", 32_758),
        ("gpt-4.1-nano", 1_047_576),
        ("gpt-5.3-codex", 400_000),
        ("gpt-5.6-luna", 1_050_000),
        ("gpt-5.4-mini", 400_000),
        ("o3", 200_000),
        ("claude-sonnet-4-5-20250929", 200_000),
        ("claude-opus-4-6", 1_000_000),
        ("claude-2", 100_000),
        ("global.anthropic.claude-haiku-4-5-20251001-v1:0", 200_000),
        ("gemini-2.0-flash", 1_000_000),
        ("openrouter/deepseek/deepseek-chat-v3.1", 128_000),
        ("meta-llama/Llama-3.3-70B", 127_500),
        ("grok-4.5", 500_000),
        ("something-new", 32_000),
    ],
)
def test_the_longest_pattern_gives_the_window(model: str, window: int) -> None:
    assert catalog.context_window(model) == window


@pytest.mark.parametrize(
    ("model", "most"),
    [
        ("gpt-5.1", 128_000),
        ("claude-3-5-sonnet-latest", 8_192),
        ("claude-opus-4-1", 32_000),
        ("claude-opus-4-8", 128_000),
        ("gpt-4o", None),
    ],
)
def test_the_longest_pattern_gives_the_most_output(model: str, most: int | None) -> None:
    assert catalog.max_output(model) == most


@pytest.mark.parametrize(
    ("endpoint", "model", "name"),
    [
        ("openAI", "gpt-4o", "GPT-4o"),
        ("openAI", "gpt-4o-mini", "GPT-4o"),
        ("openAI", "gpt-5.1-codex", "GPT-5.1"),
        ("openAI", "chatgpt-4o-latest", "GPT-4o"),
        ("openAI", "o3", "o3"),
        ("openAI", "dall-e", "OpenAI"),
        ("anthropic", "anything", "Claude"),
        ("google", "gemini-2.5-pro", "Gemini"),
        ("google", "gemma-3", "Gemma"),
        ("bedrock", "global.anthropic.claude-sonnet-5", "Claude"),
        ("bedrock", "amazon.titan", "AWS Bedrock"),
        ("custom", "mistral-large", "Mistral"),
        ("custom", "unheard-of", "AI"),
    ],
)
def test_answers_are_signed_by_the_model_s_family(endpoint: str, model: str, name: str) -> None:
    assert catalog.sender(endpoint, model) == name


def test_a_custom_endpoint_s_label_wins() -> None:
    assert catalog.sender("custom", "gpt-4o", display_label="Our AI") == "Our AI"


def test_a_fallback_signs_for_models_of_no_family() -> None:
    assert catalog.sender("custom", "house", fallback="Mine") == "Mine"


def test_every_built_in_list_names_a_model_once() -> None:
    for models in catalog.DEFAULT_MODELS.values():
        assert len(set(models)) == len(models) > 0
