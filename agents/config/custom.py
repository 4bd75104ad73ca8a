"""``endpoints.custom[]`` of librechat.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from agents.config.shared import EndpointSettings
from librechat.kernel.yaml_config import Amount, Count, Number, Section, StrictSection


class NamedModel(Section):
    """``endpoints.custom.models.default``."""

    name: str
    description: str | None = None


class EndpointModels(Section):
    """``endpoints.custom.models``."""

    default: Annotated[list[str | NamedModel], Field(min_length=1)]
    fetch: bool | None = None
    user_id_query: bool | None = None


class ParamRange(Section):
    """``endpoints.custom.customParams.paramDefinitions.range``."""

    min: Number
    max: Number
    step: Number | None = None
    positive_min: Number | None = None


class ParamDefinition(Section):
    """``endpoints.custom.customParams.paramDefinitions``."""

    key: str
    description: str | None = None
    type: Literal["number", "boolean", "string", "enum", "array"] | None = None
    default: Number | bool | str | list[str] | None = None
    show_label: bool | None = None
    show_default: bool | None = None
    options: list[str] | None = None
    range: ParamRange | None = None
    enum_mappings: dict[str, Number | bool | str] | None = None
    component: (
        Literal["input", "textarea", "slider", "checkbox", "switch", "dropdown", "combobox", "tags"]
        | None
    ) = None
    option_type: Literal["conversation", "model", "custom"] | None = None
    column_span: Count | None = None
    columns: Annotated[int, Field(ge=1, le=4)] | None = None
    label: str | None = None
    placeholder: str | None = None
    label_code: bool | None = None
    placeholder_code: bool | None = None
    description_code: bool | None = None
    min_text: Number | None = None
    max_text: Number | None = None
    min_tags: Amount | None = None
    max_tags: Amount | None = None
    include_input: bool | None = None
    description_side: Literal["top", "right", "bottom", "left"] | None = None
    search_placeholder: str | None = None
    select_placeholder: str | None = None
    search_placeholder_code: bool | None = None
    select_placeholder_code: bool | None = None


class CustomParams(StrictSection):
    """``endpoints.custom.customParams``."""

    default_params_endpoint: str = "custom"
    reasoning_format: Literal["disabled", "reasoning_effort", "reasoning_object"] | None = None
    reasoning_key: Literal["reasoning", "reasoning_content"] | None = None
    include_reasoning_content: bool | None = None
    include_reasoning_history: bool | None = None
    param_definitions: list[ParamDefinition] | None = None


class TokenRates(Section):
    """``endpoints.custom.tokenConfig.<name>``."""

    prompt: Number
    completion: Number
    context: Number
    cache_read: Number | None = None
    cache_write: Number | None = None


class CustomEndpoint(EndpointSettings):
    """``endpoints.custom``."""

    base_url: str | None = Field(default=None, alias="baseURL")
    api_key: str | None = None
    api_key_preview: str | None = None
    models: EndpointModels | None = None
    name: str | None = None
    icon_url: str | None = Field(default=None, alias="iconURL")
    model_display_label: str | None = None
    provider: Literal["anthropic"] | None = None
    add_params: dict[str, object] | None = None
    drop_params: list[str] | None = None
    custom_params: CustomParams | None = None
    direct_endpoint: bool | None = None
    title_message_role: Literal["system", "user", "assistant"] | None = None
    token_config: dict[str, TokenRates] | None = None
