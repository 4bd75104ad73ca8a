"""Who runs this place."""

from django.db.models import Q

from accounts.models import ADMIN, Grant, GroupMember, PrincipalType, User

CAPABILITY = "access:admin"


def is_staff(user: User) -> bool:
    """Return whether a person has the ADMIN role or may use the administration otherwise."""
    if user.role == ADMIN:
        return True
    groups = GroupMember.objects.filter(user=user).values("group_id")
    return (
        Grant.objects.filter(capability=CAPABILITY)
        .filter(
            Q(principal_type=PrincipalType.USER, principal_id=user.pk)
            | Q(principal_type=PrincipalType.ROLE, principal_id=user.role)
            | Q(principal_type=PrincipalType.GROUP, principal_id__in=groups),
        )
        .exists()
    )
