"""The kinds of things that can be shared, and the access roles of each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from django.utils.translation import gettext as _

from accounts.models.acl import ALL_BITS, EDIT, VIEW
from librechat.kernel.errors import InvalidInputError
from librechat.kernel.registry import Registry

# id → the id of the person it belongs to; None when there is no such thing.
OwnerOf: TypeAlias = Callable[[str], str | None]
LEVELS = {"viewer": VIEW, "editor": VIEW | EDIT, "owner": ALL_BITS}


@dataclass(frozen=True, slots=True)
class AccessRole:
    """A named set of bits on one kind of thing; ``name`` is a translation key of the clients."""

    id: str
    bits: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceType:
    """A kind of thing that can be shared.

    permission: the type of role permission that allows sharing it.
    capability: who has it passes every check on these things.
    levels: which of viewer, editor and owner there are. label: part of the translation keys.
    owner_stays: the entry of the person it belongs to cannot be changed.
    """

    name: str
    permission: str
    capability: str
    levels: tuple[str, ...] = tuple(LEVELS)
    label: str = ""
    owner_stays: bool = False

    @property
    def roles(self) -> tuple[AccessRole, ...]:
        """The access roles, weakest first."""
        return tuple(
            AccessRole(f"{self.name}_{level}", LEVELS[level], f"com_ui_{self.label}role_{level}")
            for level in self.levels
        )

    def role(self, role_id: str) -> AccessRole | None:
        """Return the access role of this id."""
        return next((role for role in self.roles if role.id == role_id), None)

    @property
    def owner_role(self) -> AccessRole:
        """The access role that includes everything."""
        return self.roles[-1]


RESOURCE_TYPES: dict[str, ResourceType] = {
    kind.name: kind
    for kind in (
        ResourceType(name="agent", permission="AGENTS", capability="manage:agents"),
        ResourceType(name="promptGroup", permission="PROMPTS", capability="manage:prompts"),
        ResourceType(
            name="mcpServer",
            permission="MCP_SERVERS",
            capability="manage:mcpservers",
            label="mcp_server_",
        ),
        ResourceType(
            name="remoteAgent",
            permission="REMOTE_AGENTS",
            capability="manage:agents",
            label="remote_agent_",
        ),
        ResourceType(name="skill", permission="SKILLS", capability="manage:skills"),
        ResourceType(
            name="sharedLink",
            permission="SHARED_LINKS",
            capability="manage:sharedlinks",
            levels=("viewer", "owner"),
            owner_stays=True,
        ),
    )
}
_owners: Registry[OwnerOf] = Registry("The resource type")


def resource_register(name: str, owner_of: OwnerOf) -> None:
    """Tell how to find the owner of a kind of thing; apps call it in ``AppConfig.ready()``.

    Raises:
        LookupError: there is no such kind.
    """
    if name not in RESOURCE_TYPES:
        raise LookupError(f"There is no resource type {name!r}.")
    _owners.register(name, owner_of)


def resource_type(name: str) -> ResourceType:
    """Return a kind of thing.

    Raises:
        InvalidInputError: there is no such kind.
    """
    if name not in RESOURCE_TYPES:
        raise InvalidInputError(
            _("Unknown resource type. Known: %(resource_types)s.")
            % {"resource_types": ", ".join(RESOURCE_TYPES)}
        )
    return RESOURCE_TYPES[name]


def resource_owner(kind: ResourceType, resource_id: str) -> str | None:
    """Return the id of the person a thing belongs to; None when there is no such thing."""
    owner_of = _owners.get(kind.name)
    return owner_of(resource_id) if owner_of else None
