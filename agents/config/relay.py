"""``relay`` of librechat.yaml: the programs' door at ``/v1``; a section of our own."""

from typing import Annotated, Literal

from pydantic import Field

from librechat.kernel.yaml_config import Amount, NonEmpty, StrictSection

Name = Annotated[str, Field(min_length=1, max_length=256)]


class RelayDeploymentConfig(StrictSection):
    """``relay.aliases[].deployments[]``: one model behind an alias.

    tier: 0 is asked first, the next only when all of the one before it fail.
    timeout_seconds: until the first byte.
    """

    endpoint: NonEmpty
    model: NonEmpty
    tier: Annotated[int, Field(ge=0, le=99)] = 0
    weight: Annotated[int, Field(ge=1, le=1000)] = 1
    timeout_seconds: Annotated[int, Field(ge=1, le=3600)] | None = None


class RelayAliasConfig(StrictSection):
    """``relay.aliases[]``: a name that clients may use as a model.

    name: the name, its beginning (``match: prefix``) or a pattern for all of it (``regex``).
    parameters: hold where the client says nothing. capabilities: over what the name tells.
    rates: USD per million tokens by class, over the price table.
    """

    name: Name
    match: Literal["exact", "prefix", "regex"] = "exact"
    description: str = ""
    deployments: Annotated[list[RelayDeploymentConfig], Field(min_length=1)]
    parameters: dict[str, float | int | bool | str | list[str]] = Field(default_factory=dict)
    capabilities: dict[str, bool | int | str | list[str]] = Field(default_factory=dict)
    rates: dict[str, Amount] = Field(default_factory=dict)


class RelayConfig(StrictSection):
    """``relay``.

    allowed_origins: sites whose pages may call; ``*`` for every site.
    cooldown_seconds: how long a deployment rests after ``failures`` failures in a row.
    default_max_tokens: the answer's length where a client names none and the dialect wants one.
    cache_seconds: how long an equal request gets the stored answer; 0 for never.
    keep_days: how long calls are kept; what they cost stays in the ledger.
    auto_cache: mark prompts for Anthropic's cache where a client of another dialect cannot.
    """

    enabled: bool = True
    allowed_origins: list[str] = Field(default_factory=lambda: ["*"])
    allow_private_network: bool = False
    aliases: list[RelayAliasConfig] = Field(default_factory=list)
    failures: Annotated[int, Field(ge=1, le=100)] = 3
    cooldown_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    default_max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] = 8192
    cache_seconds: Annotated[int, Field(ge=0, le=86_400)] = 0
    auto_cache: bool = False
    keep_days: Annotated[int, Field(ge=1, le=3650)] = 400
