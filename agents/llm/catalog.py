"""What is known about models by name: default lists, windows, output limits, sender names."""

import re
from collections.abc import Mapping
from types import MappingProxyType

DEFAULT_WINDOW = 32_000
LONG = 1_048_576

DEFAULT_MODELS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "openAI": (
            "gpt-5.6",
            "gpt-5.6-terra",
            "gpt-5.6-luna",
            "gpt-5.5",
            "gpt-5.5-pro",
            "gpt-5.4",
            "gpt-5.4-pro",
            "gpt-5.4-mini",
            "gpt-5.4-nano",
            "gpt-5.3-codex",
            "gpt-5.2",
            "gpt-5.1",
            "gpt-5.1-codex",
            "gpt-5.1-codex-mini",
            "gpt-5",
            "gpt-5-mini",
            "gpt-5-nano",
            "gpt-4.1",
            "gpt-4.1-mini",
            "gpt-4.1-nano",
            "gpt-4o-mini",
            "gpt-4o",
            "chatgpt-4o-latest",
            "gpt-4-vision-preview",
            "gpt-3.5-turbo-instruct",
            "gpt-3.5-turbo-instruct-0914",
        ),
        "anthropic": (
            "claude-fable-5",
            "claude-opus-5",
            "claude-opus-4-8",
            "claude-opus-4-7",
            "claude-opus-4-6",
            "claude-opus-4-5",
            "claude-sonnet-5",
            "claude-sonnet-4-6",
            "claude-sonnet-4-5",
            "claude-haiku-4-5",
            "claude-opus-4-1",
            "claude-sonnet-4-20250514",
            "claude-3-7-sonnet-latest",
            "claude-3-5-haiku-latest",
            "claude-3-5-sonnet-latest",
        ),
        "google": (
            "gemini-3.7-flash",
            "gemini-3.6-flash",
            "gemini-3.5-flash",
            "gemini-3.5-flash-lite",
            "gemini-3.1-pro-preview",
            "gemini-3.1-pro-preview-customtools",
            "gemini-3.1-flash-lite-preview",
            "gemini-3-pro-preview",
            "gemini-3-flash-preview",
            "gemini-2.5-pro",
            "gemini-2.5-flash",
            "gemini-2.5-flash-lite",
        ),
        "azureOpenAI": ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini"),
        "bedrock": (
            "global.anthropic.claude-opus-4-6-v1",
            "global.anthropic.claude-sonnet-4-6",
            "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "global.anthropic.claude-haiku-4-5-20251001-v1:0",
            "cohere.command-r-v1:0",
            "cohere.command-r-plus-v1:0",
            "meta.llama3-70b-instruct-v1:0",
            "meta.llama3-1-70b-instruct-v1:0",
            "mistral.mistral-large-2402-v1:0",
            "ai21.jamba-1-5-large-v1:0",
            "amazon.titan-text-express-v1",
        ),
        "demo": ("demo",),
    },
)

# Pattern → tokens in and out together; the longest pattern inside the name counts.
WINDOWS: Mapping[str, int] = MappingProxyType(
    {
        "gpt-3.5": 16_375,
        "gpt-4": 8_187,
        "gpt-4-32k": 32_758,
        "gpt-4-1106": 127_500,
        "gpt-4-0125": 127_500,
        "gpt-4-vision": 127_500,
        "gpt-4-turbo": 127_500,
        "gpt-4o": 127_500,
        "chatgpt-4o": 127_500,
        "gpt-4.5": 127_500,
        "gpt-4.1": 1_047_576,
        "gpt-5": 400_000,
        "gpt-5.4": 1_050_000,
        "gpt-5.4-mini": 400_000,
        "gpt-5.4-nano": 400_000,
        "gpt-5.5": 1_050_000,
        "gpt-5.6": 1_050_000,
        "gpt-oss": 131_000,
        "o1": 195_000,
        "o3": 200_000,
        "o4-mini": 200_000,
        "claude-": 200_000,
        "claude-2": 100_000,
        "claude-2.1": 200_000,
        "claude-instant": 100_000,
        "claude-fable-5": 1_000_000,
        "claude-mythos-5": 1_000_000,
        "claude-opus-5": 1_000_000,
        "claude-sonnet-5": 1_000_000,
        "claude-opus-4-6": 1_000_000,
        "claude-opus-4-7": 1_000_000,
        "claude-opus-4-8": 1_000_000,
        "claude-sonnet-4-6": 1_000_000,
        "gemini": 30_720,
        "gemini-pro-vision": 12_288,
        "gemini-1.5": 1_000_000,
        "gemini-2.0": 2_000_000,
        "gemini-2.0-flash": 1_000_000,
        "gemini-2.5": 1_000_000,
        "gemini-3": 1_000_000,
        "gemini-3.1": 1_000_000,
        "gemini-3.5-flash": LONG,
        "gemini-3.6-flash": LONG,
        "gemini-3.7-flash": LONG,
        "gemma": 32_768,
        "mistral": 31_990,
        "mistral-large": 131_000,
        "codestral": 262_144,
        "command": 4_086,
        "command-r": 127_500,
        "command-a": 255_500,
        "deepseek": 128_000,
        "deepseek-v3.1": 163_840,
        "deepseek-v4": LONG,
        "llama2": 4_000,
        "llama-2": 4_000,
        "llama3": 8_000,
        "llama-3": 8_000,
        "llama3.1": 127_500,
        "llama3-1": 127_500,
        "llama-3.1": 127_500,
        "llama3.2": 127_500,
        "llama3-2": 127_500,
        "llama-3.2": 127_500,
        "llama3.3": 127_500,
        "llama3-3": 127_500,
        "llama-3.3": 127_500,
        "llama4": LONG,
        "llama-4": LONG,
        "grok": 131_072,
        "grok-4": 256_000,
        "grok-4-fast": 2_000_000,
        "grok-4.5": 500_000,
        "grok-4.6": 500_000,
        "qwen": 32_000,
        "qwen3": 40_960,
        "qwen-long": 1_000_000,
        "kimi": 262_144,
        "nova-lite": 295_000,
        "nova-pro": 295_000,
    },
)

# Pattern → the most tokens of one answer.
OUTPUTS: Mapping[str, int] = MappingProxyType(
    {
        "o1": 32_268,
        "gpt-5": 128_000,
        "claude-3": 4_096,
        "claude-3-5-sonnet": 8_192,
        "claude-3.5-sonnet": 8_192,
        "claude-3-5-haiku": 8_192,
        "claude-3-7-sonnet": 128_000,
        "claude-3.7-sonnet": 128_000,
        "claude-haiku-4-5": 64_000,
        "claude-sonnet-4": 64_000,
        "claude-opus-4": 32_000,
        "claude-opus-4-5": 64_000,
        "claude-opus-4-6": 128_000,
        "claude-opus-4-7": 128_000,
        "claude-opus-4-8": 128_000,
        "claude-sonnet-4-6": 128_000,
        "claude-opus-5": 128_000,
        "claude-sonnet-5": 128_000,
        "claude-fable-5": 128_000,
        "claude-mythos-5": 128_000,
        "gemini-2.5": 65_535,
        "gemini-3": 65_535,
        "deepseek-chat": 8_000,
        "deepseek-reasoner": 64_000,
    },
)
# Where LibreChat names no limit but the provider refuses more.
CEILINGS: Mapping[str, int] = MappingProxyType({"gpt-4o": 16_384, "gpt-4.1": 32_768})

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "openAI": "OpenAI",
        "azureOpenAI": "Azure OpenAI",
        "anthropic": "Anthropic",
        "google": "Google",
        "bedrock": "AWS Bedrock",
        "ollama": "Ollama",
        "demo": "Demo",
    },
)
OMNI = re.compile(r"\bo(\d)\b", re.IGNORECASE)
GPT = re.compile(r"gpt-(\d+(?:\.\d+)?)([a-z])?(?![a-z])", re.IGNORECASE)
FAMILIES = (
    ("mistral", "Mistral"),
    ("deepseek", "Deepseek"),
    ("claude", "Claude"),
    ("gemini", "Gemini"),
    ("gemma", "Gemma"),
)


def context_window(model: str) -> int:
    """Return how many tokens a model takes in and gives out together."""
    return known_window(model) or DEFAULT_WINDOW


def known_window(model: str) -> int | None:
    """Return how many tokens a model takes in and gives out together; None when not known."""
    return _longest(WINDOWS, model)


def max_output(model: str) -> int | None:
    """Return the most tokens of one answer; None when not known."""
    return _longest(OUTPUTS, model)


def output_ceiling(model: str) -> int | None:
    """Return the most tokens a request may ask for, also where ``max_output`` does not know."""
    return max_output(model) or _longest(CEILINGS, model)


def _longest(table: Mapping[str, int], model: str) -> int | None:
    """Return the value of the longest pattern in the name after its last slash."""
    name = model.lower().rpartition("/")[2]
    found = max((key for key in table if key in name), key=len, default=None)
    return None if found is None else table[found]


def sender(
    endpoint_type: str,
    model: str,
    *,
    display_label: str = "",
    fallback: str = "AI",
) -> str:
    """Return whom an answer is shown as from, e.g. ``GPT-4o``, ``Claude``, ``o3``.

    ``display_label``: the ``modelDisplayLabel`` of a custom endpoint; it wins.
    ``fallback``: for a model of no known family.
    """
    if display_label:
        return display_label
    if endpoint_type == "anthropic":
        return "Claude"
    name = model.rpartition("/")[2]
    if omni := OMNI.search(name):
        return f"o{omni[1]}"
    if gpt := GPT.search(name):
        return f"GPT-{gpt[1]}{gpt[2] or ''}"
    family = next((label for part, label in FAMILIES if part in name.lower()), "")
    return family or LABELS.get(endpoint_type, fallback)
