"""The conversations part of librechat.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from librechat.kernel import yaml_config
from librechat.kernel.yaml_config import Amount, Count, Number, Section


class TokenRatioTrigger(Section):
    """Summarise when this share of the window is used."""

    type: Literal["token_ratio"]
    value: Annotated[Number, Field(ge=0, le=1)]


class CountTrigger(Section):
    """Summarise at this many tokens left, or messages to condense."""

    type: Literal["remaining_tokens", "messages_to_refine"]
    value: Count


class ContextPruning(Section):
    """``summarization.contextPruning``."""

    enabled: bool | None = None
    keep_last_assistants: Annotated[Number, Field(ge=0, le=10)] | None = None
    soft_trim_ratio: Annotated[Number, Field(ge=0, le=1)] | None = None
    hard_clear_ratio: Annotated[Number, Field(ge=0, le=1)] | None = None
    min_prunable_tool_chars: Amount | None = None


class RetainRecent(Section):
    """``summarization.retainRecent``."""

    turns: Annotated[Number, Field(ge=0, le=20)] | None = None
    tokens: Amount | None = None


class SummarizationConfig(Section):
    """``summarization``."""

    enabled: bool | None = None
    provider: str | None = None
    model: str | None = None
    parameters: dict[str, str | Number | bool | None] | None = None
    trigger: Annotated[TokenRatioTrigger | CountTrigger, Field(discriminator="type")] | None = None
    prompt: str | None = None
    update_prompt: str | None = None
    reserve_ratio: Annotated[Number, Field(ge=0, le=1)] | None = None
    max_summary_tokens: Amount | None = None
    context_pruning: ContextPruning | None = None
    retain_recent: RetainRecent | None = None


def summarization() -> SummarizationConfig | None:
    """Return how long conversations are condensed; None when the file does not say."""
    return yaml_config.optional("summarization", SummarizationConfig)


def register() -> None:
    """Add the sections of this app."""
    yaml_config.register("summarization", SummarizationConfig)
