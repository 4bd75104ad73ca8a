"""With whom a thing is shared, with names."""

from accounts.access.resources import ResourceType
from accounts.models import AclEntry, Group, PrincipalType, User
from librechat.kernel import clock


def principals_with_access(kind: ResourceType, resource_id: str) -> list[dict[str, object]]:
    """Return everybody but the public who has an entry, in LibreChat's shape; three queries.

    Entries of people and groups that are gone are left out.
    """
    entries = list(AclEntry.objects.in_force().of(kind.name, resource_id))
    people = User.objects.in_bulk(_ids(entries, PrincipalType.USER))
    groups = Group.objects.in_bulk(_ids(entries, PrincipalType.GROUP))
    found: list[dict[str, object]] = []
    for entry in entries:
        match entry.principal_type:
            case PrincipalType.USER if entry.principal_id in people:
                shown = person_json(people[entry.principal_id])
            case PrincipalType.GROUP if entry.principal_id in groups:
                shown = group_json(groups[entry.principal_id])
            case PrincipalType.ROLE:
                shown = role_json(entry.principal_id)
            case _:
                continue
        shown["accessRoleId"] = entry.access_role
        if entry.expires_at is not None:
            shown["expiresAt"] = clock.iso(entry.expires_at)
        found.append(shown)
    return found


def public_role(kind: ResourceType, resource_id: str) -> str | None:
    """Return the access role that everybody has on a thing, if they have one."""
    entries = AclEntry.objects.in_force().of(kind.name, resource_id)
    public = entries.filter(principal_type=PrincipalType.PUBLIC)
    return public.values_list("access_role", flat=True).first()


def person_json(user: User) -> dict[str, object]:
    """Return a person as a receiver."""
    return {
        "type": PrincipalType.USER.value,
        "id": user.pk,
        "name": user.display_name,
        "email": user.email,
        "avatar": user.avatar or None,
        "source": "local",
        "idOnTheSource": user.external_id or user.pk,
    }


def group_json(group: Group) -> dict[str, object]:
    """Return a group as a receiver."""
    return {
        "type": PrincipalType.GROUP.value,
        "id": group.pk,
        "name": group.name,
        "email": group.email or None,
        "description": group.description,
        "avatar": group.avatar or None,
        "source": group.source,
        "idOnTheSource": group.external_id or group.pk,
    }


def role_json(name: str) -> dict[str, object]:
    """Return a role as a receiver; its name is its id."""
    return {"type": PrincipalType.ROLE.value, "id": name, "name": name, "source": "local"}


def _ids(entries: list[AclEntry], kind: PrincipalType) -> list[str]:
    return [entry.principal_id for entry in entries if entry.principal_type == kind]


def principal_by_source(kind: PrincipalType, source: str, external_id: str) -> str | None:
    """Return the id of a person or group that is known by its id in a directory."""
    if kind == PrincipalType.USER:
        people = User.objects.filter(external_id=external_id)
        return people.values_list("pk", flat=True).first()
    groups = Group.objects.filter(source=source, external_id=external_id)
    return groups.values_list("pk", flat=True).first()
