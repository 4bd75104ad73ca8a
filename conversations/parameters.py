"""LibreChat's names of model parameters, and what they mean to a model."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from librechat.kernel.errors import InvalidInputError

MAX_TEXT = 100_000
MAX_WORDS = 64


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT


def _words(value: object) -> bool:
    if not isinstance(value, list) or len(value) > MAX_WORDS:
        return False
    return all(_text(word) for word in value)


_NUMBERS = (
    "temperature",
    "top_p",
    "topP",
    "topK",
    "top_k",
    "max_tokens",
    "maxTokens",
    "maxOutputTokens",
    "presence_penalty",
    "frequency_penalty",
    "thinkingBudget",
    "maxContextTokens",
    "seed",
    "fileTokenLimit",
)
_FLAGS = (
    "thinking",
    "promptCache",
    "resendFiles",
    "useResponsesApi",
    "web_search",
    "url_context",
    "disableStreaming",
)
_TEXTS = (
    "promptPrefix",
    "modelLabel",
    "chatGptLabel",
    "reasoning_effort",
    "reasoning_summary",
    "verbosity",
    "effort",
    "thinkingLevel",
    "imageDetail",
    "promptCacheTtl",
    "region",
    "system",
    "iconURL",
    "greeting",
    "artifacts",
    "instructions",
    "additional_instructions",
)
_KINDS: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(_NUMBERS, _number),
    **dict.fromkeys(_FLAGS, _flag),
    **dict.fromkeys(_TEXTS, _text),
    "stop": _words,
}

# LibreChat's name → the neutral name; the first that is set wins.
_NEUTRAL: tuple[tuple[str, str], ...] = (
    ("temperature", "temperature"),
    ("top_p", "top_p"),
    ("topP", "top_p"),
    ("topK", "top_k"),
    ("top_k", "top_k"),
    ("max_tokens", "max_tokens"),
    ("maxTokens", "max_tokens"),
    ("maxOutputTokens", "max_tokens"),
    ("stop", "stop"),
    ("presence_penalty", "presence_penalty"),
    ("frequency_penalty", "frequency_penalty"),
    ("seed", "seed"),
    ("reasoning_effort", "reasoning_effort"),
    ("effort", "reasoning_effort"),
    ("thinkingLevel", "reasoning_effort"),
    ("verbosity", "verbosity"),
    ("thinking", "thinking"),
    ("thinkingBudget", "thinking_budget"),
    ("promptCache", "prompt_cache"),
    ("promptCacheTtl", "prompt_cache_ttl"),
)
_WHOLE = frozenset({"top_k", "max_tokens", "thinking_budget", "seed"})


def parameters_from(body: Mapping[str, object]) -> dict[str, object]:
    """Return the model parameters of a start body, under LibreChat's names, without nulls.

    Raises:
        InvalidInputError: one has the wrong type or is too long.
    """
    found: dict[str, object] = {}
    for name, is_right in _KINDS.items():
        value = body.get(name)
        if value is None:
            continue
        if not is_right(value):
            raise InvalidInputError(
                _("%(name)s has the wrong type or is too long.") % {"name": name}, field=name
            )
        found[name] = value
    return found


def neutral_parameters(parameters: Mapping[str, object]) -> dict[str, object]:
    """Return what goes to the model; an empty text means "leave it to the provider"."""
    found: dict[str, object] = {}
    for name, neutral_name in _NEUTRAL:
        value = parameters.get(name)
        if value in (None, "", []) or neutral_name in found:
            continue
        if neutral_name not in _WHOLE:
            found[neutral_name] = value
        elif isinstance(value, int | float) and value >= 1:
            found[neutral_name] = int(value)
    return found
