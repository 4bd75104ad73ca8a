"""What OpenAI's models accept, told by their names."""

import re
from dataclasses import dataclass

# o1, o3-mini, gpt-5, gpt-5.1-codex …; behind a vendor prefix ("openai/gpt-5") too.
_REASONING = re.compile(r"(?:^|/)(?:o[1-9]|gpt-[5-9])(?![a-z0-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ModelTraits:
    """How a request for this model differs from the plain one."""

    is_reasoning: bool  # refuses sampling parameters while it thinks
    has_completion_limit: bool  # wants max_completion_tokens
    has_developer_role: bool  # wants "developer" in place of "system"


def traits_of(model: str) -> ModelTraits:
    """Return the traits of a model; unknown names get the plain request."""
    is_newer = bool(_REASONING.search(model))
    is_chat = "chat" in model  # gpt-5-chat does not think
    is_reasoning = is_newer and not is_chat
    return ModelTraits(
        is_reasoning=is_reasoning,
        has_completion_limit=is_newer,
        has_developer_role=is_reasoning and "/" not in model,
    )
