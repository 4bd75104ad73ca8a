"""An endpoint of the file, and overrides of it."""

from typing import Any

from accounts.models import ConfigOverride, PrincipalType, User
from accounts.services.overrides import For, override_put
from agents.llm import available

USERS = For(PrincipalType.ROLE, "USER")
HOUSE = {
    "name": "House",
    "apiKey": "sk-operator",
    "baseURL": "https://models.example.org/v1",
    "models": {"default": ["small"]},
    "headers": {"X-House": "secret-header"},
    "addParams": {"token": "secret-param"},
}
FILE = {"endpoints": {"all": {"headers": {"X-All": "secret-all"}}, "custom": [HOUSE]}}
ELSEWHERE = {"name": "House", "baseURL": "https://else.example.com/v1", "apiKey": "sk-theirs"}


def put(admin: User, section: dict[str, Any], whose: For = USERS, **more: Any) -> ConfigOverride:
    """Store an override the way administrators do."""
    return override_put(whose=whose, overrides={"endpoints": section}, actor=admin, **more)[0]


def names(user: User) -> list[str]:
    """Return the endpoints a person sees."""
    return list(available.endpoints_for(user))
