"""What Anthropic's models accept, told by their names."""

import re
from dataclasses import dataclass

_VERSION = re.compile(
    r"claude-(?:(?P<family>[a-z]+)-)?(?P<major>\d{1,2})(?:[-.](?P<minor>\d{1,2}))?(?![\d])"
    r"(?:-(?P<old_family>opus|sonnet|haiku))?"
)
_ALWAYS_THINKING = {"fable", "mythos"}
DEFAULT_MAX_TOKENS = 8192
LEGACY_MAX_TOKENS = 4096
UNKNOWN = (4, 5)  # a name that is not Claude's: a server that imitates the API


@dataclass(frozen=True, slots=True)
class ModelTraits:
    """How requests for a model differ.

    ``thinking``: "none", "budget" (a number of tokens) or "adaptive" (an effort).
    """

    thinking: str
    can_stop_thinking: bool
    has_effort: bool
    has_extra_high_effort: bool
    has_sampling: bool
    has_both_samplings: bool  # temperature and top_p together
    has_prefill: bool  # the last turn may be the assistant's
    default_max_tokens: int


def traits_of(model: str) -> ModelTraits:
    """Return the traits of a model by its family and version."""
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
    return ModelTraits(
        thinking=thinking,
        can_stop_thinking=not is_always_thinking,
        has_effort=is_adaptive or is_opus_with_effort,
        has_extra_high_effort=is_newest,
        has_sampling=not is_newest,
        has_both_samplings=version < (4, 5) or not match,
        has_prefill=not is_adaptive,
        default_max_tokens=DEFAULT_MAX_TOKENS if version >= (3, 5) else LEGACY_MAX_TOKENS,
    )
