"""``mcpServers`` and ``mcpSettings`` of librechat.yaml."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from librechat.kernel.yaml_config import Count, NonEmpty, Section, SnakeSection


class McpOauth(SnakeSection):
    """``mcpServers.<name>.oauth``."""

    authorization_url: str | None = None
    token_url: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    scope: str | None = None
    redirect_uri: str | None = None
    token_exchange_method: Literal["default_post", "basic_auth_header"] | None = None
    grant_types_supported: list[str] | None = None
    token_endpoint_auth_methods_supported: list[str] | None = None
    response_types_supported: list[str] | None = None
    code_challenge_methods_supported: list[str] | None = None
    skip_code_challenge_check: bool | None = None
    audience: NonEmpty | None = None
    forward_audience_on_refresh: bool | None = None
    send_resource_parameter: bool | None = None
    revocation_endpoint: str | None = None
    revocation_endpoint_auth_methods_supported: list[str] | None = None


class McpApiKey(SnakeSection):
    """``mcpServers.<name>.apiKey``."""

    key: str | None = None
    source: Literal["admin", "user"]
    authorization_type: Literal["basic", "bearer", "custom"]
    custom_header: str | None = None


class CustomUserVar(Section):
    """``mcpServers.<name>.customUserVars.<name>``."""

    title: str
    description: str
    sensitive: bool | None = None


class OnBehalfOf(Section):
    """``mcpServers.<name>.obo``."""

    scopes: NonEmpty


class McpServer(Section):
    """What the four kinds of ``mcpServers.<name>`` share."""

    title: NonEmpty | None = None
    description: str | None = None
    startup: bool | None = None
    icon_path: str | None = None
    timeout: Count | None = None
    sse_read_timeout: Count | None = None
    init_timeout: Count | None = None
    oauth_refresh_wait_timeout: Count | None = None
    oauth_refresh_coordination: bool | None = None
    oauth_persistence_wait_timeout: Annotated[int, Field(ge=0, le=840_000)] | None = None
    chat_menu: bool | None = None
    server_instructions: bool | str | None = None
    requires_oauth: bool | None = Field(default=None, alias="requiresOAuth")
    oauth: McpOauth | None = None
    oauth_headers: dict[str, str] | None = Field(default=None, alias="oauth_headers")
    api_key: McpApiKey | None = None
    custom_user_vars: dict[str, CustomUserVar] | None = None


class StdioServer(McpServer):
    """A program started on this machine."""

    type: Literal["stdio"] = "stdio"
    obo: None = None
    command: str
    args: list[str]
    env: dict[str, str] | None = None
    stderr: Literal["pipe", "ignore", "inherit"] | Count | None = None
    cwd: str | None = None


class WebsocketServer(McpServer):
    """A server over WebSocket."""

    type: Literal["websocket"] = "websocket"
    obo: None = None
    url: str


class HttpServer(McpServer):
    """What both HTTP kinds share."""

    obo: OnBehalfOf | None = None
    url: str
    headers: dict[str, str] | None = None
    request_headers: dict[str, str] | None = None
    proxy: str | None = None


class SseServer(HttpServer):
    """A server over HTTP with server-sent events."""

    type: Literal["sse"] = "sse"


class StreamableServer(HttpServer):
    """A server over streamable HTTP."""

    type: Literal["streamable-http", "http"]


def _kind(raw: object) -> str:
    """Return the kind of a server, guessed from its keys when ``type`` is left out."""
    if isinstance(raw, McpServer):
        return type(raw).__name__
    given = raw if isinstance(raw, Mapping) else {}
    kind = given.get("type")
    if kind is None:
        address = given.get("url")
        is_socket = isinstance(address, str) and address.startswith(("ws://", "wss://"))
        kind = "stdio" if address is None else "websocket" if is_socket else "sse"
    return KINDS.get(str(kind), str(kind))


KINDS = {
    "stdio": "StdioServer",
    "websocket": "WebsocketServer",
    "sse": "SseServer",
    "streamable-http": "StreamableServer",
    "http": "StreamableServer",
}
McpServerConfig: TypeAlias = Annotated[
    Annotated[StdioServer, Tag("StdioServer")]
    | Annotated[WebsocketServer, Tag("WebsocketServer")]
    | Annotated[SseServer, Tag("SseServer")]
    | Annotated[StreamableServer, Tag("StreamableServer")],
    Discriminator(_kind),
]


class CatalogRecovery(Section):
    """``mcpSettings.catalogRecovery``."""

    discovery_backoff_ms: Annotated[
        list[Annotated[int, Field(ge=0, le=86_400_000)]], Field(min_length=1)
    ] = Field(default_factory=lambda: [300000, 600000, 1200000, 1800000])
    discovery_timeout_ms: Annotated[int, Field(ge=0, le=300_000)] = 3000
    discovery_settle_grace_ms: Annotated[int, Field(ge=0, le=300_000)] = 10000
    reauth_retry_ms: Annotated[int, Field(ge=0, le=86_400_000)] = 1800000
    max_state_entries: Annotated[int, Field(ge=0, le=1_000_000)] = 10000
    max_detached_discoveries: Annotated[int, Field(ge=0, le=1_000)] = 3
    generation_read_timeout_ms: Annotated[int, Field(ge=0, le=10_000)] = 500
    authorization_fence_retry_ms: Annotated[
        list[Annotated[int, Field(ge=0, le=60_000)]], Field(min_length=1)
    ] = Field(default_factory=lambda: [0, 50, 200])
    authorization_fence_timeout_ms: Annotated[int, Field(ge=0, le=30_000)] = 1000
    authorization_fence_retry_interval_ms: Annotated[int, Field(ge=0, le=3_600_000)] = 30000
    authorization_fence_retry_batch_size: Annotated[int, Field(ge=0, le=10_000)] = 100


class McpSettingsConfig(Section):
    """``mcpSettings``."""

    allowed_domains: list[str] | None = None
    allowed_addresses: list[str] | None = None
    catalog_recovery: CatalogRecovery = Field(default_factory=CatalogRecovery)
