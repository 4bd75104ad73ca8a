"""How much an Anthropic model is asked to think."""

from collections.abc import Mapping

from agents.llm.wire.anthropic_models import ModelTraits
from agents.llm.wire.fields import count_of, text_of

SMALLEST_BUDGET = 1024
DEFAULT_BUDGET = 2000
BUDGETS = {
    "minimal": 1024,
    "low": 1024,
    "medium": 4096,
    "high": 8192,
    "xhigh": 16384,
    "max": 24000,
}


def limit_of(parameters: Mapping[str, object], traits: ModelTraits) -> int:
    """Return how many tokens the answer may have, thoughts included."""
    limit = count_of(parameters.get("max_tokens")) or traits.default_max_tokens
    return min(limit, traits.max_tokens) if traits.max_tokens else limit


def fields(
    parameters: Mapping[str, object], traits: ModelTraits, *, max_tokens: int, is_allowed: bool
) -> dict[str, object]:
    """Return the fields ``thinking`` and ``output_config``; none when nothing was asked for.

    ``is_allowed``: the turns are legal for a budget of thinking.
    """
    effort = text_of(parameters.get("reasoning_effort"))
    wants = parameters.get("thinking")
    budget = count_of(parameters.get("thinking_budget"))
    display = text_of(parameters.get("reasoning_display"))
    is_asked = bool(effort or wants or budget)
    if traits.thinking == "none" or (wants is None and not is_asked):
        return _display(display, traits)
    if wants is False or effort == "none":
        return _off(traits)
    if traits.thinking == "adaptive":
        return _adaptive(display) | _effort(effort, traits)
    tokens = min(budget or BUDGETS.get(effort, DEFAULT_BUDGET), max_tokens - 1)
    if tokens < SMALLEST_BUDGET or not is_allowed:
        return {}
    enabled: dict[str, object] = {"thinking": {"type": "enabled", "budget_tokens": tokens}}
    return enabled | _effort(effort, traits)


def is_on(thinking: Mapping[str, object]) -> bool:
    """Tell whether these fields make the model think."""
    mode = thinking.get("thinking")
    return isinstance(mode, dict) and mode["type"] != "disabled"


def _adaptive(display: str) -> dict[str, object]:
    return {"thinking": {"type": "adaptive", "display": display or "summarized"}}


def _display(display: str, traits: ModelTraits) -> dict[str, object]:
    """Return how thoughts are shown by a model that thinks without being asked."""
    is_thinking = traits.thinking == "adaptive" and not traits.can_stop_thinking
    return _adaptive(display) if display and is_thinking else {}


def _off(traits: ModelTraits) -> dict[str, object]:
    if traits.thinking == "budget" and not traits.may_think_unasked:
        return {}  # that is what it does anyway
    if traits.can_stop_thinking:
        return {"thinking": {"type": "disabled"}}
    return {"output_config": {"effort": "low"}}


def _effort(effort: str, traits: ModelTraits) -> dict[str, object]:
    if not traits.has_effort or effort not in BUDGETS:
        return {}
    if effort == "minimal":
        effort = "low"
    is_too_high = {
        "xhigh": not traits.has_extra_high_effort,
        "max": not traits.has_max_effort,
    }
    if is_too_high.get(effort):
        effort = "high"
    return {"output_config": {"effort": effort}}
