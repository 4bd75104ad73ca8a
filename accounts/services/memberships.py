"""Groups that a provider decides about."""

from collections.abc import Sequence

from django.db import transaction

from accounts.access.menus import menus_changed
from accounts.limits.caller import Caller
from accounts.models import Group, GroupMember, User
from accounts.services.audit import Act, Target, audit_record
from accounts.signals import group_changed

GROUP_NAME_LENGTH = 128
EXTERNAL_ID_LENGTH = 256


def memberships_set(
    *,
    user: User,
    source: str,
    names: Sequence[str],
    caller: Caller | None = None,
) -> None:
    """Let a person be in exactly these groups of a source; groups appear when first named.

    source: ``openid``, ``saml`` …; groups of other sources and local ones are left alone.
    """
    wanted = {name.strip() for name in names if 0 < len(name.strip()) <= EXTERNAL_ID_LENGTH}
    with transaction.atomic():
        theirs = GroupMember.objects.filter(user=user, group__source=source)
        held = set(theirs.values_list("group__external_id", flat=True))
        theirs.filter(group__external_id__in=held - wanted).delete()
        for name in sorted(wanted - held):
            group, _ = Group.objects.get_or_create(
                source=source,
                external_id=name,
                defaults={"name": name[:GROUP_NAME_LENGTH]},
            )
            GroupMember.objects.get_or_create(group=group, user=user)
        if held == wanted:
            return
        menus_changed()
        audit_record(
            Act(
                category="group",
                action="group.members_mirrored",
                target=Target.person(user),
                metadata={
                    "source": source,
                    "joined": sorted(wanted - held),
                    "left": sorted(held - wanted),
                },
                caller=caller,
            ),
        )
        group_changed.send(sender=User, user=user)
