"""``endpoints.agents.statefulCodeSessions`` of librechat.yaml."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StringConstraints

from librechat.kernel.yaml_config import NonEmpty, Section, StrictSection, Url

Decision: TypeAlias = Literal["allow", "ask", "deny"]


class PrincipalWorkers(Section):
    """``endpoints.agents.statefulCodeSessions.principalWorkers``."""

    enabled: bool | None = None
    max_per_user: Annotated[int, Field(ge=0, le=9_007_199_254_740_991)] | None = None


class ConversationMoves(Section):
    """``endpoints.agents.statefulCodeSessions.conversationMoves``."""

    enabled: bool | None = None


class CodeRule(StrictSection):
    """``endpoints.agents.statefulCodeSessions.environments.configSchema.permissions.<act>``."""

    allowed: Annotated[list[Decision], Field(min_length=1)]
    default: Decision = "ask"


class CodeRules(StrictSection):
    """``endpoints.agents.statefulCodeSessions.environments.configSchema.permissions``."""

    file_write: CodeRule | None = None
    command_execution: CodeRule | None = None


class CodeLimits(StrictSection):
    """``endpoints.agents.statefulCodeSessions.environments.configSchema.limits``."""

    max_command_timeout_ms: Annotated[int, Field(ge=1, le=300_000)] | None = None
    max_queue_wait_ms: Annotated[int, Field(ge=0, le=300_000)] | None = None


class CodeSchema(StrictSection):
    """``endpoints.agents.statefulCodeSessions.environments.configSchema``."""

    permissions: CodeRules | None = None
    limits: CodeLimits | None = None


class CodeDecisions(StrictSection):
    """``endpoints.agents.statefulCodeSessions.environments.settings.permissions``."""

    file_write: Decision | None = None
    command_execution: Decision | None = None


class CodeSettings(StrictSection):
    """``endpoints.agents.statefulCodeSessions.environments.settings``."""

    permissions: CodeDecisions | None = None


class CodePairing(Section):
    """``endpoints.agents.statefulCodeSessions.environments.pairing``."""

    worker_id: NonEmpty | None = None
    allow_principal_workers: bool = False
    token_env: NonEmpty


class CodeEnvironment(Section):
    """``endpoints.agents.statefulCodeSessions.environments``."""

    id: NonEmpty
    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    type: Literal["managed", "attached"]
    base_url: Url = Field(alias="baseURL")
    default: bool | None = None
    worker_id: NonEmpty | None = None
    owner: Literal["deployment", "principal"] = "deployment"
    config_schema: CodeSchema | None = None
    settings: CodeSettings | None = None
    pairing: CodePairing | None = None


class StatefulCodeSessions(Section):
    """``endpoints.agents.statefulCodeSessions``."""

    allowed_environments: Annotated[
        list[Literal["user", "agent-user", "conversation"]], Field(min_length=1)
    ]
    principal_workers: PrincipalWorkers | None = None
    conversation_moves: ConversationMoves | None = None
    environments: list[CodeEnvironment] | None = None
