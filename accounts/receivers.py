"""What accounts itself forgets with a person, beside the rows that hang on theirs."""

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.dispatch import receiver

from accounts.models import AclEntry, ConfigOverride, Grant, OneTimeToken, PrincipalType, User
from accounts.services.avatars import avatar_forget
from accounts.signals import user_deleted


@receiver(user_deleted)
def rows_forget(user: User, **_: object) -> dict[str, int]:
    """Delete what names the person without a reference; return what was deleted."""
    kind = ContentType.objects.get_for_model(User)
    found = {
        "aclentry": AclEntry.objects.filter(
            principal_type=PrincipalType.USER,
            principal_id=user.pk,
        ),
        "configoverride": ConfigOverride.objects.filter(
            principal_type=PrincipalType.USER,
            principal_id=user.pk,
        ),
        "grant": Grant.objects.filter(
            principal_type=PrincipalType.USER,
            principal_id=user.pk,
        ),
        "onetimetoken": OneTimeToken.objects.filter(user=None, email=user.email),
        "logentry": LogEntry.objects.filter(content_type=kind, object_id=user.pk),
    }
    gone = {name: rows.delete()[0] for name, rows in found.items()}
    return {**gone, "pictures": avatar_forget(user=user)}
