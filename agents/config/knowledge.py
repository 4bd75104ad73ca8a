"""``memory`` and ``skillSync`` of librechat.yaml."""

from typing import Annotated

from pydantic import Field, StringConstraints

from librechat.kernel.yaml_config import Count, Number, Section


class MemoryAgentById(Section):
    """A stored agent keeps the memories."""

    enabled: bool | None = None
    id: str


class InlineMemoryAgent(Section):
    """A model named here keeps the memories."""

    enabled: bool | None = None
    provider: str
    model: str
    instructions: str | None = None
    model_parameters: dict[str, str | Number | bool] | None = Field(
        default=None, alias="model_parameters"
    )


class MemoryConfig(Section):
    """``memory``."""

    disabled: bool | None = None
    valid_keys: list[str] | None = None
    token_limit: Number | None = None
    char_limit: Number = 10000
    max_input_tokens: Count = 12000
    personalize: bool = True
    message_window_size: Number = 5
    agent: MemoryAgentById | InlineMemoryAgent | None = None


class GithubSource(Section):
    """``skillSync.github.sources``."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    owner: Annotated[str, StringConstraints(min_length=1, max_length=39)]
    repo: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    ref: Annotated[str, StringConstraints(min_length=1, max_length=255)] = "main"
    paths: Annotated[list[Annotated[str, StringConstraints(max_length=500)]], Field(min_length=1)]
    skill_discovery_depth: Annotated[int, Field(ge=0, le=10)] | None = None
    credential_key: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    token: Annotated[str, StringConstraints(strip_whitespace=True)] | None = None
    tenant_id: Annotated[str, StringConstraints(max_length=128)] | None = None


class GithubSkills(Section):
    """``skillSync.github``."""

    enabled: bool = False
    interval_minutes: Annotated[int, Field(ge=5, le=35_791)] = 60
    run_on_startup: bool = False
    sources: list[GithubSource] = Field(default_factory=list)


class SkillSyncConfig(Section):
    """``skillSync``."""

    github: GithubSkills | None = None
