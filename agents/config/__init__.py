"""The agents part of librechat.yaml: endpoints, model specs, tools, memory."""

from pydantic import TypeAdapter

from accounts.access.override_layers import LAYERINGS
from agents.config.custom import CustomEndpoint, TokenRates
from agents.config.endpoints import AzureGroup, EndpointsConfig
from agents.config.filters import FiltersConfig, MessageFilterConfig
from agents.config.knowledge import MemoryConfig, SkillSyncConfig
from agents.config.mcp import McpServerConfig, McpSettingsConfig
from agents.config.model_specs import ModelSpec, ModelSpecsConfig
from agents.config.overriding import EndpointLayering
from agents.config.relay import RelayAliasConfig, RelayConfig, RelayDeploymentConfig
from agents.config.shared import EndpointSettings
from agents.config.tools import ActionsConfig, LangfuseConfig
from agents.config.web_search import WebSearchConfig
from librechat.kernel import yaml_config

__all__ = [
    "AzureGroup",
    "CustomEndpoint",
    "EndpointSettings",
    "EndpointsConfig",
    "ModelSpec",
    "ModelSpecsConfig",
    "RelayAliasConfig",
    "RelayConfig",
    "RelayDeploymentConfig",
    "TokenRates",
    "endpoints",
    "mcp_servers",
    "memory",
    "register",
    "relay",
    "web_search",
]

TITLE_KEYS = "titleConvo titleModel titlePrompt titlePromptTemplate titleEndpoint titleTiming"
CONNECTION_KEYS = "headers baseURL models hidden"
LAYERING = EndpointLayering()
USED_CUSTOM = (
    "name apiKey baseURL models headers addParams dropParams iconURL modelDisplayLabel provider"
    " tokenConfig customParams directEndpoint"
)
USED_SPEC = "name label description order default softDefault showInMenu conversation_starters"
USED_PRESET = (
    "endpoint endpointType model agent_id greeting promptPrefix system temperature top_p topP topK"
    " max_tokens maxTokens maxOutputTokens maxContextTokens presence_penalty frequency_penalty stop"
    " reasoning_effort effort thinkingLevel verbosity thinking thinkingBudget promptCache"
    " promptCacheTtl"
)
USED_GROUP = "group apiKey instanceName deploymentName version baseURL additionalHeaders models"


def endpoints() -> EndpointsConfig:
    """Return the endpoints and what all of them share."""
    return yaml_config.section("endpoints", EndpointsConfig)


def memory() -> MemoryConfig:
    """Return what is remembered about people."""
    return yaml_config.section("memory", MemoryConfig)


def relay() -> RelayConfig:
    """Return how the relay at ``/v1`` works."""
    return yaml_config.section("relay", RelayConfig)


def web_search() -> WebSearchConfig:
    """Return the services that search the web."""
    return yaml_config.section("webSearch", WebSearchConfig)


def mcp_servers() -> dict[str, McpServerConfig]:
    """Return the MCP servers by name."""
    found = yaml_config.value("mcpServers")
    return found if isinstance(found, dict) else {}


def _used_endpoints() -> list[str]:
    used = [
        f"endpoints.{endpoint}.{key}"
        for endpoint in ("all", "openAI", "google", "anthropic", "bedrock", "custom[]")
        for key in f"{TITLE_KEYS} {CONNECTION_KEYS}".split()
    ]
    used += [f"endpoints.azureOpenAI.{key}" for key in f"{TITLE_KEYS} hidden".split()]
    used += [f"endpoints.azureOpenAI.groups[].{key}" for key in USED_GROUP.split()]
    used += [f"endpoints.azureOpenAI.groups[].{key}" for key in ("addParams", "dropParams")]
    used += [f"endpoints.custom[].{key}" for key in USED_CUSTOM.split()]
    return used


def _used_model_specs() -> list[str]:
    used = [f"modelSpecs.{key}" for key in ("enforce", "addedEndpoints")]
    used += [f"modelSpecs.list[].{key}" for key in USED_SPEC.split()]
    return used + [f"modelSpecs.list[].preset.{key}" for key in USED_PRESET.split()]


def register() -> None:
    """Add the sections of this app."""
    LAYERINGS.register("endpoints", LAYERING)
    yaml_config.register("endpoints", EndpointsConfig, used=_used_endpoints())
    yaml_config.register("modelSpecs", ModelSpecsConfig, used=_used_model_specs())
    yaml_config.register("mcpServers", TypeAdapter(dict[str, McpServerConfig]), dict)
    yaml_config.register("mcpSettings", McpSettingsConfig)
    yaml_config.register("actions", ActionsConfig)
    yaml_config.register("webSearch", WebSearchConfig)
    yaml_config.register("memory", MemoryConfig)
    yaml_config.register("relay", RelayConfig)
    yaml_config.register("skillSync", SkillSyncConfig)
    yaml_config.register("includedTools", TypeAdapter(list[str], config={"strict": True}), list)
    yaml_config.register("filteredTools", TypeAdapter(list[str], config={"strict": True}), list)
    yaml_config.register("messageFilter", MessageFilterConfig)
    yaml_config.register("filters", FiltersConfig)
    yaml_config.register("langfuse", LangfuseConfig)
