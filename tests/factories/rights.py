"""Groups, grants, and things that can be shared."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from accounts.access.resources import RESOURCE_TYPES, ResourceType, _owners
from accounts.models import AclEntry, Grant, Group, GroupMember, PrincipalType, User
from accounts.services.sharing import resource_own
from librechat.kernel.ids import new_object_id

AGENT = RESOURCE_TYPES["agent"]
LINK = RESOURCE_TYPES["sharedLink"]


def group(name: str = "Readers", *people: User, **fields: Any) -> Group:
    """Return a new group of these people."""
    made = Group.objects.create(name=name, **fields)
    GroupMember.objects.bulk_create([GroupMember(group=made, user=user) for user in people])
    return made


def grant(user: User, *capabilities: str) -> None:
    """Give a person capabilities of the system."""
    for name in capabilities:
        Grant.objects.create(principal_type="user", principal_id=user.pk, capability=name)


def entry(
    kind: ResourceType,
    resource_id: str,
    principal: PrincipalType,
    principal_id: str,
    level: str = "viewer",
    **fields: Any,
) -> AclEntry:
    """Return a new entry of an access role."""
    role = kind.role(f"{kind.name}_{level}")
    assert role is not None
    return AclEntry.objects.create(
        resource_type=kind.name,
        resource_id=resource_id,
        principal_type=principal,
        principal_id=principal_id,
        bits=role.bits,
        access_role=role.id,
        **fields,
    )


class Things:
    """A kind of thing that exists in a test only: id → the id of its owner."""

    def __init__(self, kind: ResourceType) -> None:
        self.kind = kind
        self.owners: dict[str, str] = {}

    def make(self, owner: User) -> str:
        """Return the id of a new thing of a person."""
        name = new_object_id()
        self.owners[name] = owner.pk
        resource_own(owner=owner, kind=self.kind, resource_id=name)
        return name


@contextmanager
def things(kind: ResourceType) -> Iterator[Things]:
    """Let a kind of thing exist for the length of a test."""
    made = Things(kind)
    before = dict(_owners._entries)
    _owners._entries[kind.name] = made.owners.get
    try:
        yield made
    finally:
        _owners._entries = before
