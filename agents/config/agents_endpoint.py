"""``endpoints.agents`` of librechat.yaml."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StringConstraints

from agents.config.code_sessions import StatefulCodeSessions
from agents.config.shared import EndpointSettings
from librechat.kernel.yaml_config import Count, NonEmpty, Number, Section, StrictSection, Url

Capability: TypeAlias = Literal[
    "hide_sequential_outputs",
    "programmatic_tools",
    "end_after_tools",
    "deferred_tools",
    "execute_code",
    "stateful_code_sessions",
    "file_search",
    "web_search",
    "artifacts",
    "subagents",
    "actions",
    "context",
    "skills",
    "memory",
    "ask_user_question",
    "tools",
    "chain",
    "ocr",
    "run_in_background",
    "tool_intents",
]
DEFAULT_CAPABILITIES: tuple[Capability, ...] = (
    "deferred_tools",
    "execute_code",
    "file_search",
    "web_search",
    "artifacts",
    "subagents",
    "actions",
    "context",
    "skills",
    "memory",
    "ask_user_question",
    "tools",
    "chain",
    "ocr",
)


class RepositoryInstructions(Section):
    """``endpoints.agents.repositoryInstructions``."""

    timeout_ms: Annotated[int, Field(ge=100, le=30_000)] = 2000


class AgentFileSharing(Section):
    """``endpoints.agents.fileSharing``."""

    enabled: bool = False
    allow_sibling_sharing: bool = False
    max_files: Annotated[int, Field(ge=1, le=1_000)] = 100
    max_private_bytes: Annotated[int, Field(ge=1, le=10_737_418_240)] = 268435456
    ttl_ms: Annotated[int, Field(ge=1, le=86_400_000)] = 3600000


class EventDriven(Section):
    """``endpoints.agents.eventDriven``."""

    self_url: Url | None = None


class BackgroundTasks(Section):
    """``endpoints.agents.backgroundTasks``."""

    completion_wakeups: bool = True
    completion_result_max_chars: Annotated[int, Field(ge=1, le=65_536)] = 24576
    completion_result_batch_size: Annotated[int, Field(ge=1, le=16)] = 8
    ordinary_tool_cancellation: bool = False


class AgentSkills(Section):
    """``endpoints.agents.skills``."""

    max_catalog_skills: Annotated[int, Field(ge=1, le=100)] | None = None


class ManagementApiAuthOidc(StrictSection):
    """``endpoints.agents.managementApi.auth.oidc``."""

    enabled: bool = False
    issuer: Url | None = None
    audience: NonEmpty | None = None
    jwks_uri: Url | None = None
    token_use: Literal["access"] | None = None
    required_scopes: (
        Annotated[
            list[
                Annotated[
                    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)
                ]
            ],
            Field(min_length=1),
        ]
        | None
    ) = None


class ManagementApiAuthClients(StrictSection):
    """``endpoints.agents.managementApi.auth.clients``."""

    client_id: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128)
    ]
    subject: (
        Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=512)]
        | None
    ) = None
    user_id: Annotated[str, StringConstraints(strip_whitespace=True)]
    tenant_id: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128)
    ]
    enabled: bool = True


class ManagementApiAuth(StrictSection):
    """``endpoints.agents.managementApi.auth``."""

    oidc: ManagementApiAuthOidc
    clients: list[ManagementApiAuthClients] = Field(default_factory=list)


class ManagementApi(StrictSection):
    """``endpoints.agents.managementApi``."""

    auth: ManagementApiAuth | None = None


class RemoteApiAuthApiKey(Section):
    """``endpoints.agents.remoteApi.auth.apiKey``."""

    enabled: bool = True


class RemoteApiAuthOidc(Section):
    """``endpoints.agents.remoteApi.auth.oidc``."""

    enabled: bool = False
    issuer: Url | None = None
    audience: NonEmpty | None = None
    jwks_uri: Url | None = None
    scope: str | None = None


class RemoteApiAuth(Section):
    """``endpoints.agents.remoteApi.auth``."""

    api_key: RemoteApiAuthApiKey | None = None
    oidc: RemoteApiAuthOidc | None = None


class RemoteApi(Section):
    """``endpoints.agents.remoteApi``."""

    auth: RemoteApiAuth | None = None


class ToolApprovalHooks(Section):
    """``endpoints.agents.toolApproval.hooks``."""

    module: NonEmpty
    matcher: str | None = None
    options: dict[str, object] | None = None


class ToolApproval(Section):
    """``endpoints.agents.toolApproval``."""

    enabled: bool | None = None
    mode: Literal["default", "dontAsk", "bypass"] | None = None
    allow: list[str] | None = None
    deny: list[str] | None = None
    ask: list[str] | None = None
    reason: str | None = None
    hooks: list[ToolApprovalHooks] | None = None


class AskUserQuestionRetainedAnswers(Section):
    """``endpoints.agents.askUserQuestion.retainedAnswers``."""

    enabled: bool | None = None
    max_tokens: Count | None = None


class AskUserQuestion(Section):
    """``endpoints.agents.askUserQuestion``."""

    retained_answers: AskUserQuestionRetainedAnswers | None = None


class Checkpointer(Section):
    """``endpoints.agents.checkpointer``."""

    type: Literal["mongo", "memory"] | None = None
    ttl: Count | None = None
    checkpoint_collection_name: str | None = None
    checkpoint_writes_collection_name: str | None = None


class AgentsEndpoint(EndpointSettings):
    """``endpoints.agents``."""

    max_provider_error_chars: Annotated[int, Field(ge=0, le=1_000_000)] = 2000
    model_response_body_timeout_ms: Annotated[int, Field(ge=0, le=86_400_000)] = 900000
    model_response_headers_timeout_ms: Annotated[int, Field(ge=0, le=86_400_000)] = 300000
    recursion_limit: Number | None = None
    disable_builder: bool = False
    repository_instructions: RepositoryInstructions | None = None
    max_recursion_limit: Number | None = None
    max_tool_call_arg_bytes: Number | None = None
    max_delta_events_per_turn: Number | None = None
    max_tool_call_arg_bytes_by_tool: dict[str, Number] | None = None
    max_retained_tool_count_chars: Count = 8388608
    max_citations: Annotated[Number, Field(ge=1, le=50)] = 30
    max_citations_per_file: Annotated[Number, Field(ge=1, le=10)] = 7
    min_relevance_score: Annotated[Number, Field(ge=0, le=1)] = 0.45
    max_subagents: Annotated[int, Field(ge=1, le=50)] = 10
    file_sharing: AgentFileSharing | None = None
    code_api_upload_concurrency: Annotated[int, Field(ge=1, le=100)] = 3
    code_api_max_retry_wait_ms: Annotated[int, Field(ge=0, le=300_000)] = 20000
    allowed_providers: list[str] | None = None
    capabilities: list[Capability] = Field(default_factory=lambda: list(DEFAULT_CAPABILITIES))
    stateful_code_sessions: StatefulCodeSessions | None = None
    event_driven: EventDriven | None = None
    background_tasks: BackgroundTasks | None = None
    skills: AgentSkills | None = None
    management_api: ManagementApi | None = None
    remote_api: RemoteApi | None = None
    tool_approval: ToolApproval | None = None
    ask_user_question: AskUserQuestion | None = None
    checkpointer: Checkpointer | None = None
