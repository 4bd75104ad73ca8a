"""Who is meant by what an administrator types."""

from django.db.models import Q

from accounts.access.permissions import role_exists
from accounts.models import Group, PrincipalType, User


def receiver_named(kind: PrincipalType, text: str) -> str | None:
    """Return the id of a person (by address), group (by name) or role, if there is one."""
    name = text.strip()
    match kind:
        case PrincipalType.USER:
            people = User.objects.filter(Q(pk=name) | Q(email=name.lower()))
            return people.values_list("pk", flat=True).first()
        case PrincipalType.GROUP:
            groups = Group.objects.filter(Q(pk=name) | Q(name=name))
            return groups.values_list("pk", flat=True).first()
        case _:
            return name if role_exists(name) else None
