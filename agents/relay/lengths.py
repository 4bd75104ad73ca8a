"""How long an answer may get where a client does not say and the upstream wants to know."""

from agents import config
from agents.llm.wire.fields import count_of
from agents.relay.targets import Target

SETTING = "default_max_tokens"  # among an alias's capabilities


def answer_length(asked: object, target: Target, wire: str) -> object:
    """Return ``max_tokens`` for a target; None where nothing is said and nothing need be.

    What is asked for is cut to the model's limit. Programs of the Responses dialect name no length
    and count on the model's own: a coding agent's patch must not end in the middle.
    """
    most = target.max_output
    if asked is None and target.dialect == "anthropic":
        asked = count_of(target.capabilities.get(SETTING))
        if asked is None and wire == "responses":
            asked = most
        if asked is None:
            asked = config.relay().default_max_tokens
    return min(asked, most) if isinstance(asked, int) and most else asked
