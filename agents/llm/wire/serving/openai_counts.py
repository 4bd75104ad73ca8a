"""Token counts in the words of OpenAI's dialects."""

from agents.llm.wire.neutral import Usage


def chat_usage(usage: Usage) -> dict[str, object]:
    """Return ``usage`` of a chat completion."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.prompt_tokens + usage.output_tokens,
        "prompt_tokens_details": _prompt_details(usage),
        "completion_tokens_details": _completion_details(usage),
    }


def responses_usage(usage: Usage) -> dict[str, object]:
    """Return ``usage`` of a response."""
    return {
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": _prompt_details(usage),
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.prompt_tokens + usage.output_tokens,
    }


def _completion_details(usage: Usage) -> dict[str, int]:
    details = {"reasoning_tokens": usage.reasoning_tokens}
    if usage.audio_output_tokens:
        details["audio_tokens"] = usage.audio_output_tokens
    return details


def _prompt_details(usage: Usage) -> dict[str, int]:
    details = {
        "cached_tokens": usage.cache_read_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
    }
    if usage.audio_tokens:
        details["audio_tokens"] = usage.audio_tokens
    if usage.image_tokens:
        details["image_tokens"] = usage.image_tokens
    return details
