"""What an operator says about a model, and how it goes before what its provider's list tells."""

from collections.abc import Mapping

from agents.llm.wire.fields import count_of
from agents.llm.wire.model_list import MOST_TOKENS, ModelFacts, traits_told

PLAIN = ("vision", "pdf", "tools", "structured_output", "citations", "thinking", "effort")
# Names of traits that say the same.
TRAITS = {
    "has_documents": "pdf",
    "has_structured_output": "structured_output",
    "is_reasoning": "thinking",
    "has_effort": "effort",
}
THINKING = {"budget": "thinking_enabled", "adaptive": "thinking_adaptive"}


def said_about(capabilities: Mapping[str, object]) -> ModelFacts:
    """Return what an alias's capabilities say, as a list would; other kinds of values say nothing.

    ``context_window`` and ``max_tokens`` are tokens.
    """
    can: dict[str, bool] = {}
    for name, ours in (*TRAITS.items(), *zip(PLAIN, PLAIN, strict=True)):
        if isinstance(value := capabilities.get(name), bool):
            can[ours] = value
    thinking = capabilities.get("thinking")
    if isinstance(thinking, str) and thinking in {"none", *THINKING}:
        can["thinking"] = thinking != "none"
        can |= {ability: name == thinking for name, ability in THINKING.items()}
    return ModelFacts(
        context_window=_tokens(capabilities.get("context_window")),
        max_output=_tokens(capabilities.get("max_tokens")),
        can=can,
    )


def traits_over(
    facts: ModelFacts, capabilities: Mapping[str, object], dialect: str
) -> dict[str, object]:
    """Return what holds for a model, by the names of the dialect's ``ModelTraits`` and others."""
    told = traits_told({**facts.can, **said_about(capabilities).can}, dialect)
    said = dict(capabilities)
    if isinstance(said.get("thinking"), bool):
        del said["thinking"]  # as a trait it is a word
    return told | said


def _tokens(value: object) -> int:
    count = count_of(value)
    return count if count is not None and count <= MOST_TOKENS else 0
