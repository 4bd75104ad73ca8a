"""``endpoints`` of librechat.yaml."""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from agents.config.agents_endpoint import AgentsEndpoint
from agents.config.custom import CustomEndpoint, EndpointModels
from agents.config.shared import EndpointSettings
from librechat.kernel.yaml_config import Number, Section

AssistantCapability: TypeAlias = Literal[
    "code_interpreter", "image_vision", "retrieval", "actions", "tools"
]
ASSISTANT_CAPABILITIES: tuple[AssistantCapability, ...] = (
    "code_interpreter",
    "image_vision",
    "retrieval",
    "actions",
    "tools",
)


class BaseUrlEndpoint(EndpointSettings):
    """``endpoints.openAI`` and ``endpoints.google``; ``api_key`` counts in overrides."""

    api_key: str | None = None
    base_url: str | None = Field(default=None, alias="baseURL")


class VertexModel(Section):
    """``endpoints.anthropic.vertex.models.<name>``."""

    deployment_name: str | None = None


class VertexConfig(Section):
    """``endpoints.anthropic.vertex``."""

    enabled: bool | None = None
    project_id: str | None = None
    region: str = "us-east5"
    service_key_file: str | None = None
    deployment_name: str | None = None
    models: list[str] | dict[str, VertexModel | bool] | None = None


class AnthropicEndpoint(EndpointSettings):
    """``endpoints.anthropic``; ``api_key`` counts in overrides."""

    api_key: str | None = None
    base_url: str | None = Field(default=None, alias="baseURL")
    vertex: VertexConfig | None = None
    models: list[str] | None = None


class AzureModel(Section):
    """``endpoints.azureOpenAI.groups.models.<name>``."""

    deployment_name: str | None = None
    version: str | None = None
    assistants: bool | None = None


class AzureGroup(Section):
    """``endpoints.azureOpenAI.groups``."""

    group: str
    models: dict[str, AzureModel | bool]
    api_key: str
    serverless: bool | None = None
    instance_name: str | None = None
    deployment_name: str | None = None
    assistants: bool | None = None
    add_params: dict[str, object] | None = None
    drop_params: list[str] | None = None
    version: str | None = None
    base_url: str | None = Field(default=None, alias="baseURL")
    additional_headers: dict[str, str] | None = None


class AzureEndpoint(EndpointSettings):
    """``endpoints.azureOpenAI``; one that is only hidden or shown needs no groups."""

    groups: list[AzureGroup] = Field(default_factory=list)
    assistants: bool | None = None

    @model_validator(mode="after")
    def _has_groups(self) -> Self:
        if not self.groups and self.hidden is None:
            raise ValueError("groups: at least one is required")
        return self


class AssistantsEndpoint(EndpointSettings):
    """``endpoints.assistants``."""

    base_url: str | None = Field(default=None, alias="baseURL")
    disable_builder: bool | None = None
    poll_interval_ms: Number | None = None
    timeout_ms: Number | None = None
    version: str | Number = 2
    supported_ids: Annotated[list[str], Field(min_length=1)] | None = None
    excluded_ids: Annotated[list[str], Field(min_length=1)] | None = None
    private_assistants: bool | None = None
    retrieval_models: Annotated[list[str], Field(min_length=1)] | None = None
    capabilities: list[AssistantCapability] = Field(
        default_factory=lambda: list(ASSISTANT_CAPABILITIES)
    )
    api_key: str | None = None
    api_key_preview: str | None = None
    models: EndpointModels | None = None


class GuardrailConfig(Section):
    """``endpoints.bedrock.guardrailConfig``."""

    guardrail_identifier: str
    guardrail_version: str
    trace: Literal["enabled", "disabled", "enabled_full"] | None = None
    stream_processing_mode: Literal["sync", "async"] | None = None


class BedrockEndpoint(EndpointSettings):
    """``endpoints.bedrock``; ``api_key`` counts in overrides."""

    api_key: str | None = None
    base_url: str | None = Field(default=None, alias="baseURL")
    models: list[str] | None = None
    available_regions: list[str] | None = None
    guardrail_config: GuardrailConfig | None = None
    inference_profiles: dict[str, str] | None = None


class EndpointsConfig(Section):
    """``endpoints``."""

    allowed_addresses: list[str] | None = None
    every: EndpointSettings | None = Field(default=None, alias="all")
    open_ai: BaseUrlEndpoint | None = Field(default=None, alias="openAI")
    google: BaseUrlEndpoint | None = None
    anthropic: AnthropicEndpoint | None = None
    azure_open_ai: AzureEndpoint | None = Field(default=None, alias="azureOpenAI")
    azure_assistants: AssistantsEndpoint | None = None
    assistants: AssistantsEndpoint | None = None
    agents: AgentsEndpoint | None = None
    custom: list[CustomEndpoint] = Field(default_factory=list)
    bedrock: BedrockEndpoint | None = None
