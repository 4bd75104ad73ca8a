"""LibreChat's prices, as data: "prompt/completion cache write/read > premium tier"."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from billing.pricing.cost import Rates

DEFAULT_RATE = Decimal(6)
# Of the input's price: what Anthropic asks for what stays in its cache for an hour.
CLAUDE, KEPT_LONG = "claude-", 2

# Of patterns of equal length the later one wins.
PRICES: dict[str, str] = {
    # OpenAI
    "gpt-3.5-turbo-1106": "1/2",
    "gpt-3.5-turbo-0125": "0.5/1.5",
    "gpt-4-1106": "10/30",
    "gpt-4o": "2.5/10 2.5/1.25",
    "gpt-4o-2024-05-13": "5/15",
    "gpt-4o-mini": "0.15/0.6 0.15/0.075",
    "gpt-4.1": "2/8 2/0.5",
    "gpt-4.1-mini": "0.4/1.6 0.4/0.1",
    "gpt-4.1-nano": "0.1/0.4 0.1/0.025",
    "gpt-4.5": "75/150",
    "gpt-5": "1.25/10 1.25/0.125",
    "gpt-5.1": "1.25/10 1.25/0.125",
    "gpt-5-mini": "0.25/2 0.25/0.025",
    "gpt-5-nano": "0.05/0.4 0.05/0.005",
    "gpt-5-pro": "15/120",
    "gpt-5.2": "1.75/14 1.75/0.175",
    "gpt-5.3": "1.75/14 1.75/0.175",
    "gpt-5.2-pro": "21/168",
    "gpt-5.4": "2.5/15 2.5/0.25 >272000 5/22.5 5/0.5",
    "gpt-5.4-mini": "0.75/4.5 0.75/0.075",
    "gpt-5.4-nano": "0.2/1.25 0.2/0.02",
    "gpt-5.4-pro": "30/180 >272000 60/270",
    "gpt-5.5": "5/30 5/0.5 >272000 10/45 10/1",
    "gpt-5.5-pro": "30/180 >272000 60/270",
    "chat-latest": "5/30 5/0.5",
    # The older aliases contain the bare one; without these rows it would price them.
    "gpt-5-chat-latest": "1.25/10 1.25/0.125",
    "gpt-5.1-chat-latest": "1.25/10 1.25/0.125",
    "gpt-5.2-chat-latest": "1.75/14 1.75/0.175",
    "gpt-5.3-chat-latest": "1.75/14 1.75/0.175",
    "gpt-5.6": "5/30 6.25/0.5 >272000 10/45 12.5/1",
    "gpt-5.6-terra": "2/12 2.5/0.2 >272000 4/18 5/0.4",
    "gpt-5.6-luna": "0.2/1.2 0.25/0.02 >272000 0.4/1.8 0.5/0.04",
    "o1": "15/60 15/7.5",
    "o1-preview": "15/60 15/7.5",
    "o1-mini": "1.1/4.4 1.1/0.55",
    "o3": "2/8 2/0.5",
    "o3-mini": "1.1/4.4 1.1/0.275",
    "o4-mini": "1.1/4.4 1.1/0.275",
    "gpt-oss": "0.05/0.2",
    "gpt-oss-20b": "0.05/0.2",
    "gpt-oss:20b": "0.05/0.2",
    "gpt-oss-120b": "0.15/0.6",
    "gpt-oss:120b": "0.15/0.6",
    # Anthropic; some gateways spell the version with a dot
    "claude-": "0.8/2.4",
    "claude-instant": "0.8/2.4",
    "claude-2": "8/24",
    "claude-2.1": "8/24",
    "claude-3-haiku": "0.25/1.25 0.3/0.03",
    "claude-3-sonnet": "3/15",
    "claude-3-opus": "15/75",
    "claude-3-5-haiku": "0.8/4 1/0.08",
    "claude-3.5-haiku": "0.8/4 1/0.08",
    "claude-3-5-sonnet": "3/15 3.75/0.3",
    "claude-3.5-sonnet": "3/15 3.75/0.3",
    "claude-3-7-sonnet": "3/15 3.75/0.3",
    "claude-3.7-sonnet": "3/15 3.75/0.3",
    "claude-haiku-4-5": "1/5 1.25/0.1",
    "claude-haiku-4.5": "1/5 1.25/0.1",
    "claude-sonnet-4": "3/15 3.75/0.3",
    "claude-sonnet-5": "2/10 2.5/0.2",
    "claude-opus-4": "15/75 18.75/1.5",
    **dict.fromkeys(
        (f"claude-opus-4{dot}{minor}" for dot in "-." for minor in "5678"),
        "5/25 6.25/0.5",
    ),
    "claude-opus-5": "5/25 6.25/0.5",
    "claude-fable-5": "10/50 12.5/1",
    "claude-mythos-5": "10/50 12.5/1",
    # Google
    "gemini": "0.5/1.5",
    "gemini-pro-vision": "0.5/1.5",
    "gemini-1.5": "2.5/10",
    "gemini-1.5-flash": "0.15/0.6",
    "gemini-1.5-flash-8b": "0.075/0.3",
    "gemini-2.0": "0.1/0.4",
    "gemini-2.0-flash": "0.1/0.4",
    "gemini-2.0-flash-lite": "0.075/0.3",
    "gemini-2.5": "0.3/2.5",
    "gemini-2.5-flash": "0.3/2.5",
    "gemini-2.5-flash-lite": "0.1/0.4",
    "gemini-2.5-pro": "1.25/10",
    "gemini-2.5-flash-image": "0.15/30",
    "gemini-3": "2/12",
    "gemini-3-pro-image": "2/120",
    "gemini-3.1": "2/12 2/0.2 >200000 4/18",
    "gemini-3.1-flash-lite": "0.25/1.5 0.25/0.025",
    "gemini-3.5-flash": "1.5/9 1.5/0.15",
    "gemini-3.5-flash-lite": "0.3/2.5 0.3/0.03",
    "gemini-3.6-flash": "0.75/3.75 0.75/0.075",
    "gemini-3.7-flash": "0.75/3.75 0.75/0.075",
    "gemma": "0.02/0.04",
    "gemma-2": "0.01/0.03",
    "gemma-3": "0.02/0.04",
    "gemma-3-27b": "0.09/0.16",
    # xAI
    "grok": "2/10",
    "grok-2": "2/10",
    "grok-beta": "5/15",
    "grok-vision-beta": "5/15",
    "grok-3": "3/15",
    "grok-3-fast": "5/25",
    "grok-3-mini": "0.3/0.5",
    "grok-3-mini-fast": "0.6/4",
    "grok-4": "3/15",
    "grok-4-fast": "0.2/0.5",
    "grok-4-1-fast": "0.2/0.5",
    "grok-4.1-fast": "0.2/0.5",
    "grok-4.5": "2/6 >200000 4/12",
    "grok-4.6": "2/6 >200000 4/12",
    "grok-code-fast": "0.2/1.5",
    # DeepSeek
    "deepseek": "0.28/0.42 0.28/0.028",
    "deepseek-chat": "0.28/0.42 0.28/0.028",
    "deepseek-reasoner": "0.28/0.42 0.28/0.028",
    "deepseek-r1": "0.4/2",
    "deepseek-v3": "0.2/0.8",
    "deepseek-v4-flash": "0.14/0.28",
    "deepseek-v4-pro": "0.435/0.87",
    "deepseek.r1": "1.35/5.4",
    # Mistral
    "codestral": "0.3/0.9",
    "devstral": "0.4/2",
    "mistral-medium": "1.5/7.5",
    "mistral-large": "2/6",
    "mistral-large-2402": "4/12",
    "mistral-large-2407": "3/9",
    "pixtral-large": "2/6",
    "mistral-saba": "0.2/0.6",
    "mistral-nemo": "0.15/0.15",
    "ministral-3b": "0.04/0.04",
    "ministral-8b": "0.1/0.1",
    "mistral-small": "0.15/0.2",
    "mistral-7b": "0.15/0.2",
    "mixtral-8x7b": "0.45/0.7",
    "mixtral-8x22b": "0.65/0.65",
    "voxtral": "0.1/0.4",
    # Cohere
    "command": "0.38/0.38",
    "command-r": "0.5/1.5",
    "command-r-plus": "3/15",
    "command-a": "2.5/10",
    "command-text": "1.5/2",
    "command-light": "0.3/0.6",
    # Moonshot
    "moonshot": "2/5",
    "kimi": "0.6/2.5 0.6/0.15",
    "kimi-k2": "0.6/2.5 0.6/0.15",
    "kimi-k2.5": "0.6/3 0.6/0.1",
    "kimi-k2-turbo": "1.15/8",
    "kimi-k2-thinking-turbo": "1.15/8",
    "kimi-k3": "3/15",
    # Zhipu
    "glm-4": "0.1/0.1",
    "glm-4.5": "0.35/1.55",
    "glm-4.5-air": "0.14/0.86",
    "glm-4.5v": "0.6/1.8",
    "glm-4.6": "0.5/1.75",
    "glm-4.7": "0.6/2.2",
    "glm-5": "1.4/4.4",
    # Alibaba
    "qwen": "0.08/0.33",
    "qwen2.5": "0.08/0.33",
    "qwen-turbo": "0.05/0.2",
    "qwen-plus": "0.4/1.2",
    "qwen-max": "1.6/6.4",
    "qwen3": "0.035/0.138",
    "qwen3-max": "1.2/6",
    "qwen3-coder": "0.22/0.95",
    "qwen3-coder-plus": "1/5",
    "qwq-32b": "0.15/0.4",
    # MiniMax
    "minimax": "0.3/1.2",
    "minimax-m1": "0.55/2.2",
    "minimax-m2": "0.3/1.2",
    # Meta, as Bedrock and Ollama spell it
    **dict.fromkeys(("llama2", "llama-2"), "0.75/1"),
    **dict.fromkeys(("llama3", "llama-3"), "0.3/0.6"),
    **dict.fromkeys(("llama3-70b", "llama3:70b", "llama-3-70b"), "2.65/3.5"),
    **dict.fromkeys(("llama3-1", "llama3.1", "llama-3.1"), "0.22/0.22"),
    **dict.fromkeys(
        ("llama3-1-70b", "llama3.1-70b", "llama3.1:70b", "llama-3.1-70b"),
        "0.72/0.72",
    ),
    **dict.fromkeys(
        ("llama3-1-405b", "llama3.1-405b", "llama3.1:405b", "llama-3.1-405b"),
        "2.4/2.4",
    ),
    **dict.fromkeys(("llama3-2", "llama3.2", "llama-3.2"), "0.1/0.1"),
    **dict.fromkeys(("llama3-3", "llama3.3", "llama-3.3"), "2.65/3.5"),
    **dict.fromkeys(("llama4-scout", "llama-4-scout"), "0.1/0.3"),
    **dict.fromkeys(("llama4-maverick", "llama-4-maverick"), "0.2/0.7"),
    # Amazon and AI21
    "titan-text-lite": "0.15/0.2",
    "titan-text-express": "0.2/0.6",
    "titan-text-premier": "0.5/1.5",
    "nova-micro": "0.035/0.14",
    "nova-lite": "0.06/0.24",
    "nova-pro": "0.8/3.2",
    "nova-premier": "2.5/12.5",
    "nova-2-lite": "0.3/2.5",
    "j2-mid": "12.5/12.5",
    "j2-ultra": "18.8/18.8",
    "jamba-instruct": "0.5/0.7",
}

# Introductory prices end: pattern → (first day of the next price, that price).
LATER: dict[str, tuple[date, str]] = {
    "claude-sonnet-5": (date(2026, 9, 1), "3/15 3.75/0.3"),
}

# Tried in this order when no pattern fits.
LEGACY: dict[str, str] = {
    "gpt-3.5-turbo-16k": "3/4",
    "gpt-3.5": "1.5/2",
    "gpt-4-vision": "10/30",
    "gpt-4-0125": "10/30",
    "gpt-4-turbo": "10/30",
    "gpt-4-32k": "60/120",
    "gpt-4": "30/60",
}


def parse_price(pattern: str, text: str) -> Rates:
    """Return the rates written as ``p/c``, ``p/c w/r`` or either with ``>tokens p/c [w/r]``."""
    plain, _, tier = text.partition(">")
    rates = _rates(pattern, plain)
    if not tier:
        return rates
    above, _, premium = tier.partition(" ")
    return replace(rates, premium_above=int(above), premium=_rates(pattern, premium))


def _rates(pattern: str, text: str) -> Rates:
    prompt, completion, *cache = (
        Decimal(number) for pair in text.split() for number in pair.split("/")
    )
    rates = Rates(prompt, completion, pattern=pattern)
    if not cache:
        return rates
    kept_long = prompt * KEPT_LONG if pattern.startswith(CLAUDE) else None
    return replace(rates, cache_write=cache[0], cache_read=cache[1], cache_write_long=kept_long)
