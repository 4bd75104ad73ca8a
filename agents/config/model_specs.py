"""``modelSpecs`` of librechat.yaml."""

from typing import Literal

from pydantic import Field

from librechat.kernel.yaml_config import Count, NonEmpty, Number, Section, StrictSection


class CodeWorkspace(StrictSection):
    """``modelSpecs.list[].preset.codeWorkspaces``."""

    environment_id: NonEmpty
    workspace_id: NonEmpty


class ToolAuthField(Section):
    """``modelSpecs.list[].preset.tools.authConfig``."""

    auth_field: str
    label: str
    description: str
    optional: bool | None = None
    sensitive: bool | None = None


class PresetTool(Section):
    """``modelSpecs.list[].preset.tools``."""

    name: str
    plugin_key: str
    description: str | None = None
    icon: str | None = None
    auth_config: list[ToolAuthField] | None = None
    authenticated: bool | None = None
    chat_menu: bool | None = None
    is_button: bool | None = None
    toolkit: bool | None = None
    server_tool_name: str | None = None


class ExampleText(Section):
    """``modelSpecs.list[].preset.examples[].input`` and ``output``."""

    content: str


class PresetExample(Section):
    """``modelSpecs.list[].preset.examples``."""

    input: ExampleText
    output: ExampleText


class SubagentThread(Section):
    """``modelSpecs.list[].preset.subagentThread``."""

    root_conversation_id: NonEmpty
    parent_conversation_id: NonEmpty
    parent_message_id: NonEmpty
    parent_tool_call_id: NonEmpty
    parent_agent_id: NonEmpty | None = None
    subagent_type: NonEmpty
    subagent_kind: Literal["agent", "graph"]
    depth: Count


class Preset(Section):
    """``modelSpecs.list[].preset``."""

    endpoint: str | None = None
    endpoint_type: (
        Literal[
            "azureOpenAI",
            "openAI",
            "google",
            "anthropic",
            "assistants",
            "azureAssistants",
            "agents",
            "custom",
            "bedrock",
        ]
        | None
    ) = None
    archived_at: str | None = None
    pinned: bool | None = None
    is_shared: bool | None = None
    code_approval_mode: Literal["ask", "acceptEdits", "fullAccess"] | None = None
    code_environment_mode: Literal["attached", "without_attached"] | None = None
    code_workspaces: list[CodeWorkspace] | None = None
    tools: list[PresetTool] | list[str] | None = None
    model_label: str | None = None
    user_label: str | None = None
    model: str | None = None
    prompt_prefix: str | None = None
    temperature: Number | None = None
    camel_top_p: Number | None = Field(default=None, alias="topP")
    top_k: Number | None = None
    top_p: Number | None = Field(default=None, alias="top_p")
    frequency_penalty: Number | None = Field(default=None, alias="frequency_penalty")
    presence_penalty: Number | None = Field(default=None, alias="presence_penalty")
    max_output_tokens: Number | str | None = None
    max_context_tokens: Number | str | None = None
    max_tokens: Number | str | None = Field(default=None, alias="max_tokens")
    prompt_cache: bool | None = None
    prompt_cache_ttl: Literal["5m", "1h"] | None = None
    system: str | None = None
    thinking: bool | None = None
    thinking_budget: Number | str | None = None
    thinking_level: Literal["", "minimal", "low", "medium", "high"] | None = None
    stream: bool | None = None
    artifacts: str | None = None
    context: str | None = None
    examples: list[PresetExample] | None = None
    resend_files: bool | None = None
    image_detail: Literal["low", "auto", "high"] | None = None
    reasoning_effort: (
        Literal["", "none", "minimal", "low", "medium", "high", "xhigh", "max"] | None
    ) = Field(default=None, alias="reasoning_effort")
    reasoning_summary: Literal["", "auto", "concise", "detailed"] | None = Field(
        default=None, alias="reasoning_summary"
    )
    reasoning_mode: Literal["", "standard", "pro"] | None = Field(
        default=None, alias="reasoning_mode"
    )
    reasoning_context: Literal["", "auto", "current_turn", "all_turns"] | None = Field(
        default=None, alias="reasoning_context"
    )
    verbosity: Literal["", "low", "medium", "high"] | None = None
    use_responses_api: bool | None = None
    effort: Literal["", "low", "medium", "high", "xhigh", "max"] | None = None
    thinking_display: Literal["auto", "summarized", "omitted"] | None = None
    web_search: bool | None = Field(default=None, alias="web_search")
    url_context: bool | None = Field(default=None, alias="url_context")
    disable_streaming: bool | None = None
    assistant_id: str | None = Field(default=None, alias="assistant_id")
    agent_id: str | None = Field(default=None, alias="agent_id")
    subagent_thread: SubagentThread | None = None
    region: str | None = None
    camel_max_tokens: Number | str | None = Field(default=None, alias="maxTokens")
    additional_model_request_fields: object | None = None
    instructions: str | None = None
    additional_instructions: str | None = Field(default=None, alias="additional_instructions")
    append_current_datetime: bool | None = Field(default=None, alias="append_current_datetime")
    stop: list[str] | None = None
    greeting: str | None = None
    icon_url: str | None = Field(default=None, alias="iconURL")
    is_temporary: bool | None = None
    file_token_limit: Number | str | None = None


class Subagents(Section):
    """``modelSpecs.list[].subagents``."""

    enabled: bool | None = None
    allow_self: bool | None = None
    share_files: bool | None = None
    agent_ids: list[str] | None = Field(default=None, alias="agent_ids")


class ModelSpec(Section):
    """``modelSpecs.list[]``."""

    name: str
    label: str
    preset: Preset
    order: Number | None = None
    default: bool | None = None
    soft_default: bool | None = None
    description: str | None = None
    group: str | None = None
    group_icon: str | None = None
    show_icon_in_menu: bool | None = None
    show_icon_in_header: bool | None = None
    show_on_landing: bool | None = None
    conversation_starters: list[str] | None = Field(default=None, alias="conversation_starters")
    show_in_menu: bool | None = None
    icon_url: str | None = Field(default=None, alias="iconURL")
    auth_type: Literal["override_auth", "user_provided", "system_defined"] | None = None
    hide_badge_row: bool | None = None
    web_search: bool | None = None
    file_search: bool | None = None
    execute_code: bool | None = None
    memory: bool | None = None
    ask_user_question: bool | None = None
    run_in_background: bool | list[str] | None = None
    describe_intent: bool | list[str] | None = None
    artifacts: str | bool | None = None
    mcp_servers: list[str] | None = None
    skills: bool | list[str] | None = None
    subagents: Subagents | None = None


class ModelSpecsConfig(Section):
    """``modelSpecs``."""

    enforce: bool = False
    prioritize: bool = True
    specs: list[ModelSpec] = Field(default_factory=list, alias="list")
    added_endpoints: list[str] | None = None
