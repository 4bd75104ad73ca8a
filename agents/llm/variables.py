"""What the environment says about endpoints."""

from django.conf import settings

from agents.llm import catalog
from librechat.kernel import yaml_config

BUILT_IN = (
    "openAI",
    "assistants",
    "azureAssistants",
    "azureOpenAI",
    "agents",
    "google",
    "anthropic",
    "custom",
    "bedrock",
)
CUSTOM_ORDER = 9999


def variable(*names: str) -> str:
    """Return the first provider variable that is set."""
    found = (settings.PROVIDER_VARIABLES.get(name, "").strip() for name in names)
    return next((text for text in found if text), "")


def models_of(variable_name: str, endpoint: str) -> tuple[str, ...]:
    """Return the list of a ``*_MODELS`` variable, or the built-in one."""
    words = (word.strip() for word in variable(variable_name).split(","))
    return tuple(dict.fromkeys(filter(None, words))) or catalog.DEFAULT_MODELS[endpoint]


def text(value: str | None) -> str:
    """Return a value of the file without blanks; a placeholder nobody set counts as unset."""
    return "" if yaml_config.has_placeholder(value or "") else (value or "").strip()


def is_listed(name: str) -> bool:
    """Return whether ``ENDPOINTS`` lets an endpoint in; unset, it lets all in."""
    return not settings.ENDPOINTS or name in settings.ENDPOINTS


def order_of(name: str) -> int:
    """Return an endpoint's place in ``ENDPOINTS``, or in the built-in order."""
    order = list(settings.ENDPOINTS or BUILT_IN)
    return order.index(name) if name in order else CUSTOM_ORDER
