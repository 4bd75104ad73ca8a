"""Under which names a person is given things: their own id, their groups, their role, public."""

from django.db.models import Q

from accounts.models import GroupMember, PrincipalType, User


def held_by(user: User) -> Q:
    """Return the condition for rows that name the person, one of their groups or their role.

    For tables with ``principal_type`` and ``principal_id``; the groups are a subquery, so that
    the whole stays one query.
    """
    groups = GroupMember.objects.filter(user=user).values("group_id")
    return (
        Q(principal_type=PrincipalType.USER, principal_id=user.pk)
        | Q(principal_type=PrincipalType.ROLE, principal_id=user.role)
        | Q(principal_type=PrincipalType.GROUP, principal_id__in=groups)
    )


def given_to(user: User) -> Q:
    """Return the same, with the rows for everybody."""
    return held_by(user) | Q(principal_type=PrincipalType.PUBLIC)
