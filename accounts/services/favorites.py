"""Writes to what people keep at hand: models, agents, tools, skills, the order of pins."""

from collections.abc import Mapping

from accounts.models import User
from accounts.services.profile import preference_set
from librechat.kernel.errors import InvalidInputError

MAX_FAVORITES = 50
MAX_LENGTH = 256
MAX_ENTRIES = 500
TOOL_TYPES = ("builtin", "tool", "mcp", "skill")
KINDS = ({"agentId"}, {"model", "endpoint"}, {"spec"})


def favorites_replace(*, user: User, favorites: object) -> list[dict[str, str]]:
    """Store the favorites in this order.

    Raises:
        InvalidInputError: not a list of at most 50 agents, models or specs.
    """
    if not isinstance(favorites, list):
        raise InvalidInputError("favorites must be a list.")
    if len(favorites) > MAX_FAVORITES:
        raise InvalidInputError(f"At most {MAX_FAVORITES} favorites can be kept.")
    kept = [_favorite(item) for item in favorites]
    user.favorites = kept
    user.save(update_fields=["favorites", "updated_at"])
    return kept


def _favorite(item: object) -> dict[str, str]:
    if not isinstance(item, Mapping):
        raise InvalidInputError("A favorite must be an object.")
    given = {name: value for name, value in item.items() if value is not None}
    if set(given) not in KINDS:
        raise InvalidInputError("A favorite has an agentId, a model with its endpoint, or a spec.")
    for name, value in given.items():
        if not isinstance(value, str) or not 0 < len(value) <= MAX_LENGTH:
            raise InvalidInputError(f"{name} must be text of at most {MAX_LENGTH} characters.")
    return given


def favorite_tools(user: User) -> list[dict[str, str]]:
    """Return the person's favorite tools: itemType and itemId each."""
    stored: list[dict[str, str]] = user.preferences.get("favoriteTools", [])
    return stored


def favorite_tool_add(*, user: User, item_type: str, item_id: str) -> dict[str, str]:
    """Add a favorite tool; a second time changes nothing.

    Raises:
        InvalidInputError: unknown type, id too long, or too many.
    """
    if item_type not in TOOL_TYPES or not 0 < len(item_id) <= MAX_LENGTH:
        raise InvalidInputError(f"itemType must be one of {', '.join(TOOL_TYPES)}.")
    item = {"itemType": item_type, "itemId": item_id}
    tools = favorite_tools(user)
    if item not in tools:
        if len(tools) >= MAX_FAVORITES:
            raise InvalidInputError(f"At most {MAX_FAVORITES} favorites can be kept.")
        preference_set(user=user, name="favoriteTools", value=[*tools, item])
    return item


def favorite_tool_remove(*, user: User, item_type: str, item_id: str) -> None:
    """Remove a favorite tool, if it is one."""
    item = {"itemType": item_type, "itemId": item_id}
    left = [tool for tool in favorite_tools(user) if tool != item]
    preference_set(user=user, name="favoriteTools", value=left)


def pinned_order_set(*, user: User, order: object) -> list[str]:
    """Store the order of pinned chats.

    Raises:
        InvalidInputError: not a list of ids.
    """
    if not isinstance(order, list) or len(order) > MAX_ENTRIES:
        raise InvalidInputError(f"pinnedOrder must be a list of at most {MAX_ENTRIES} ids.")
    if not all(isinstance(item, str) and len(item) <= MAX_LENGTH for item in order):
        raise InvalidInputError("pinnedOrder must hold ids.")
    preference_set(user=user, name="pinnedOrder", value=order)
    return order


def skill_states_set(*, user: User, states: object) -> dict[str, bool]:
    """Store which skills are on.

    Raises:
        InvalidInputError: not an object of yes and no.
    """
    if not isinstance(states, dict) or len(states) > MAX_ENTRIES:
        raise InvalidInputError("skillStates must be an object of skill ids.")
    if not all(len(key) <= MAX_LENGTH and isinstance(on, bool) for key, on in states.items()):
        raise InvalidInputError("skillStates must say true or false for each skill.")
    preference_set(user=user, name="skillStates", value=states)
    return states
