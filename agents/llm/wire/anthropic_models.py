"""What Anthropic's models accept, told by their names and by what an operator says.

``ChatRequest.capabilities`` overrides any trait by its name: ``thinking`` (``none``, ``budget``,
``adaptive``), ``can_stop_thinking``, ``may_think_unasked``, ``has_effort``,
``has_extra_high_effort``, ``has_max_effort``, ``has_sampling``, ``has_both_samplings``,
``has_prefill``, ``default_max_tokens``, ``max_tokens``, ``has_later_system``,
``has_structured_output``, ``has_forced_tool_choice``, ``has_fast_mode``, ``has_automatic_cache``,
``needs_user_first``, ``longest_tool_name``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

_VERSION = re.compile(
    r"claude-(?:(?P<family>[a-z]+)-)?(?P<major>\d{1,2})(?:[-.](?P<minor>\d{1,2}))?(?![\d])"
    r"(?:-(?P<old_family>opus|sonnet|haiku))?"
)
_ALWAYS_THINKING = {"fable", "mythos"}
THINKING = ("none", "budget", "adaptive")
DEFAULT_MAX_TOKENS = 8192
LEGACY_MAX_TOKENS = 4096
UNKNOWN = (4, 5)  # a name that is not Claude's: a server that imitates the API
LONGEST_TOOL_NAME = 128
BEDROCKS_LONGEST_TOOL_NAME = 64
NOTHING: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class ModelTraits:
    """How requests for a model differ.

    ``thinking``: "none", "budget" (a number of tokens) or "adaptive" (an effort).
    """

    thinking: str
    can_stop_thinking: bool
    has_effort: bool
    has_extra_high_effort: bool
    has_max_effort: bool
    has_sampling: bool
    has_both_samplings: bool  # temperature and top_p together
    has_prefill: bool  # the last turn may be the assistant's
    default_max_tokens: int
    max_tokens: int = 0  # the most that may be asked for; 0: not known
    has_later_system: bool = False  # system messages between the turns
    has_structured_output: bool = False  # answers and strict arguments that follow a schema
    has_forced_tool_choice: bool = True
    has_fast_mode: bool = False
    has_automatic_cache: bool = False  # the API itself marks the end of what it keeps
    may_think_unasked: bool = False  # so that a wish for no thinking must be said aloud
    needs_user_first: bool = False
    longest_tool_name: int = LONGEST_TOOL_NAME


def traits_of(model: str, capabilities: Mapping[str, object] = NOTHING) -> ModelTraits:
    """Return the traits of a model by its family and version, and by what is said about it."""
    match = _VERSION.search(model)
    family = ""
    version = UNKNOWN
    if match:
        family = match["family"] or match["old_family"] or ""
        version = (int(match["major"]), int(match["minor"] or 0))
    is_adaptive = version >= (4, 6)
    is_newest = version >= (4, 7)
    is_opus_with_effort = family == "opus" and version == (4, 5)
    is_always_thinking = family in _ALWAYS_THINKING or version >= (5, 5)
    thinking = "adaptive" if is_adaptive else "budget" if version >= (3, 7) else "none"
    is_direct = bool(match) and "anthropic." not in model
    traits = ModelTraits(
        thinking=thinking,
        can_stop_thinking=not is_always_thinking,
        has_effort=is_adaptive or is_opus_with_effort,
        has_extra_high_effort=is_newest,
        has_max_effort=is_adaptive,
        has_sampling=not is_newest,
        has_both_samplings=version < (4, 5) or not match,
        has_prefill=not is_adaptive,
        default_max_tokens=DEFAULT_MAX_TOKENS if version >= (3, 5) else LEGACY_MAX_TOKENS,
        has_structured_output=is_direct and version >= (4, 5),
        has_forced_tool_choice=not (family in {"opus", "sonnet"} and version >= (5, 5)),
        has_automatic_cache=is_direct,
        may_think_unasked=is_adaptive or not match,
        longest_tool_name=LONGEST_TOOL_NAME if is_direct else BEDROCKS_LONGEST_TOOL_NAME,
    )
    return _overridden(traits, capabilities) if capabilities else traits


def _overridden(traits: ModelTraits, capabilities: Mapping[str, object]) -> ModelTraits:
    """Return the traits with what is said about them; values of another type say nothing."""
    said: dict[str, Any] = {}  # the types are compared below
    for trait in fields(ModelTraits):
        value = capabilities.get(trait.name)
        if type(value) is not type(getattr(traits, trait.name)):
            continue
        if trait.name != "thinking" or value in THINKING:
            said[trait.name] = value
    return replace(traits, **said)
