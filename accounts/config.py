"""The accounts part of librechat.yaml."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from librechat.kernel import yaml_config
from librechat.kernel.yaml_config import Amount, Count, Number, Section, Trimmed

# The parts of ``interface`` that pages and answers follow; the rest is only passed on.
USED_INTERFACE_KEYS = (
    "privacyPolicy termsOfService customWelcome modelSelect parameters presets multiConvo"
    " bookmarks memories prompts agents temporaryChat contextCost contextUsage feedback"
    " currency buildInfo temporaryChatRetention generalChatRetention retentionMode"
)

USED_RATE_LIMITS = [
    f"rateLimits.{section}.{key}"
    for section in ("fileUploads", "conversationsImport", "tts", "stt")
    for key in ("ipMax", "ipWindowInMinutes", "userMax", "userWindowInMinutes")
]


class PrivacyPolicy(Section):
    """``interface.privacyPolicy``."""

    external_url: str | None = None
    open_new_tab: bool | None = None


class TermsOfService(Section):
    """``interface.termsOfService``."""

    external_url: str | None = None
    open_new_tab: bool | None = None
    modal_acceptance: bool | None = None
    modal_title: str | None = None
    modal_content: str | list[str] | None = None


class TrustCheckbox(Section):
    """``interface.mcpServers.trustCheckbox``."""

    label: str | dict[str, str] | None = None
    sub_label: str | dict[str, str] | None = None


class McpServersRights(Section):
    """``interface.mcpServers``."""

    tools_refresh_interval: Annotated[int, Field(ge=0, le=2_147_483_647)] | None = None
    status_refresh_interval: Annotated[int, Field(ge=0, le=2_147_483_647)] | None = None
    placeholder: str | None = None
    use: bool | None = None
    create: bool | None = None
    share: bool | None = None
    public: bool | None = None
    configure_obo: bool | None = None
    trust_checkbox: TrustCheckbox | None = None


class ResourceRights(Section):
    """``interface.prompts``."""

    use: bool | None = None
    create: bool | None = None
    share: bool | None = None
    public: bool | None = None


class Currency(Section):
    """``interface.currency``."""

    code: str
    rate: Amount


class PeoplePicker(Section):
    """``interface.peoplePicker``."""

    users: bool | None = None
    groups: bool | None = None
    roles: bool | None = None


class Marketplace(Section):
    """``interface.marketplace``."""

    use: bool | None = None


class TraceViewer(Section):
    """``interface.traceViewer``."""

    enabled: bool | None = None
    show_input_output: bool | None = None
    show_tool_names: bool | None = None
    max_records: Annotated[int, Field(ge=1, le=10_000)] | None = None
    max_content_length: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    requests_per_minute: Annotated[int, Field(ge=1, le=1_000)] | None = None
    request_timeout_ms: Annotated[int, Field(ge=1_000, le=300_000)] | None = None


class SkillsRights(Section):
    """``interface.skills``."""

    use: bool | None = None
    create: bool | None = None
    share: bool | None = None
    public: bool | None = None
    default_active_on_share: bool | None = None


class SharedLinksRights(Section):
    """``interface.sharedLinks``."""

    create: bool | None = None
    share: bool | None = None
    public: bool | None = None
    snapshot_files: bool | None = None


class SchedulesRights(Section):
    """``interface.schedules``."""

    use: bool | None = None
    create: bool | None = None
    max_per_user: Count | None = None
    min_interval_minutes: Annotated[int, Field(ge=1)] | None = None
    auto_disable_after_failures: Annotated[int, Field(ge=1)] | None = None
    admission_concurrency: Annotated[int, Field(ge=1, le=100)] | None = None
    fire_concurrency: Annotated[int, Field(ge=1)] | None = None
    mcp_preflight_concurrency: Annotated[int, Field(ge=1, le=10)] | None = None
    mcp_preflight_timeout_ms: Annotated[int, Field(ge=1_000, le=600_000)] | None = None
    require_project: bool | None = None
    project_id: Trimmed | None = None


def _own_use() -> ResourceRights:
    return ResourceRights(use=True, create=True, share=False, public=False)


def _own_servers() -> McpServersRights:
    return McpServersRights(use=True, create=True, share=False, public=False)


class InterfaceConfig(Section):
    """``interface``; what the file leaves out has the value LibreChat gives it."""

    privacy_policy: PrivacyPolicy | None = None
    terms_of_service: TermsOfService | None = None
    custom_welcome: str | None = None
    mcp_servers: McpServersRights = Field(default_factory=_own_servers)
    model_select: bool = True
    code_highlight_throttle_ms: Annotated[int, Field(ge=0, le=60_000)] = 300
    parameters: bool = True
    multi_convo: bool = True
    bookmarks: bool = True
    memories: bool = True
    presets: bool = True
    prompts: bool | ResourceRights = Field(default_factory=_own_use)
    agents: bool | ResourceRights = Field(default_factory=_own_use)
    temporary_chat: bool = True
    temporary_chat_retention: Annotated[Number, Field(ge=1, le=8760)] | None = None
    general_chat_retention: Annotated[Number, Field(ge=1, le=8760)] | None = None
    auto_submit_from_url: bool = True
    retention_mode: Literal["all", "temporary"] = "temporary"
    retain_agent_files: bool | None = None
    run_code: bool | None = None
    web_search: bool | None = None
    context_usage: bool = True
    context_cost: bool = False
    feedback: bool | None = None
    currency: Currency | None = None
    people_picker: PeoplePicker | None = None
    marketplace: Marketplace = Field(default_factory=lambda: Marketplace(use=False))
    file_search: bool | None = None
    file_citations: bool | None = None
    trace_viewer: TraceViewer | None = None
    default_pinned_tools: list[str] | None = None
    build_info: bool = True
    remote_agents: ResourceRights | None = None
    skills: bool | SkillsRights | None = None
    shared_links: bool | SharedLinksRights | None = None
    schedules: bool | SchedulesRights | None = None


class OpenidDiscovery(Section):
    """``registration.openidDiscovery``."""

    startup_attempts: Annotated[int, Field(ge=0, le=100)] = 1
    retry_delay_ms: Annotated[int, Field(ge=100, le=3_600_000)] = 5000


DEFAULT_LOGINS = ("google", "facebook", "openid", "github", "discord", "saml")


class RegistrationConfig(Section):
    """``registration``."""

    social_logins: list[str] = Field(default_factory=lambda: list(DEFAULT_LOGINS))
    allowed_domains: list[str] | None = None
    oauth_state_ttl_ms: Annotated[int, Field(ge=60_000, le=3_600_000)] | None = None
    openid_discovery: OpenidDiscovery | None = None


class TurnstileOptions(Section):
    """``turnstile.options``."""

    language: str = "auto"
    size: Literal["normal", "compact", "flexible", "invisible"] = "normal"


class TurnstileConfig(Section):
    """``turnstile``."""

    site_key: str
    options: TurnstileOptions = Field(default_factory=TurnstileOptions)


class AgentEventLimits(Section):
    """``rateLimits.agentEvents``."""

    user_max: Count | None = None
    user_window_in_minutes: Amount | None = None


class WindowLimits(Section):
    """``rateLimits.fileUploads``."""

    ip_max: Number | None = None
    ip_window_in_minutes: Number | None = None
    user_max: Number | None = None
    user_window_in_minutes: Number | None = None


class RateLimitsConfig(Section):
    """``rateLimits``."""

    agent_events: AgentEventLimits | None = None
    file_uploads: WindowLimits | None = None
    conversations_import: WindowLimits | None = None
    tts: WindowLimits | None = None
    stt: WindowLimits | None = None


class PermissionsConfig(Section):
    """``permissions``."""

    max_write_attempts: Annotated[int, Field(ge=1, le=100)] = 3


class OpenapiConfig(Section):
    """``openapi``."""

    enabled: bool | None = None


def interface() -> InterfaceConfig:
    """Return which parts of the interface are shown; ``model_fields_set`` says what is given."""
    return yaml_config.section("interface", InterfaceConfig)


def registration() -> RegistrationConfig:
    """Return who may sign up and by which providers."""
    return yaml_config.section("registration", RegistrationConfig)


def turnstile() -> TurnstileConfig | None:
    """Return the captcha, if one is configured."""
    return yaml_config.optional("turnstile", TurnstileConfig)


def rate_limits() -> RateLimitsConfig:
    """Return the limits that the file sets over those of the environment."""
    return yaml_config.section("rateLimits", RateLimitsConfig)


def register() -> None:
    """Add the sections of this app."""
    yaml_config.register(
        "interface",
        InterfaceConfig,
        used=[f"interface.{key}" for key in USED_INTERFACE_KEYS.split()],
    )
    yaml_config.register(
        "registration",
        RegistrationConfig,
        used=["registration.socialLogins", "registration.allowedDomains"],
    )
    yaml_config.register("turnstile", TurnstileConfig, lambda: None)
    yaml_config.register("rateLimits", RateLimitsConfig, used=USED_RATE_LIMITS)
    yaml_config.register("permissions", PermissionsConfig)
    yaml_config.register("openapi", OpenapiConfig)
    yaml_config.register("cache", TypeAdapter(bool, config={"strict": True}), lambda: True)
