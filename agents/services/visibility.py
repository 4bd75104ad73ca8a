"""Restricting endpoints and models to roles and groups."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from typing_extensions import override

from accounts.access.permissions import role_exists
from accounts.limits.caller import Caller
from accounts.models import Group, PrincipalType, User
from accounts.services.audit import Act, Target, audit_record
from agents.models import ModelVisibility
from agents.visibility import Principal, visibility_changed
from librechat.kernel.errors import InvalidInputError, NotFoundError

MOST = 200


@dataclass(frozen=True, slots=True)
class Place:
    """What a rule is about: an endpoint, or one model of it; ``model`` "" means all of them."""

    endpoint: str
    model: str = ""

    @override
    def __str__(self) -> str:
        return f"{self.endpoint} / {self.model}" if self.model else self.endpoint


def visibility_set(
    *,
    place: Place,
    roles: Collection[str],
    groups: Collection[str],
    actor: User,
    caller: Caller | None = None,
) -> int:
    """Let only these roles (names) and groups (ids) use a place; none at all means everybody.

    Returns how many there are. What was there already may stay though its role or group is gone.

    Raises:
        NotFoundError: there is no such role or group; nothing was changed.
        InvalidInputError: the endpoint is blank or there are too many; nothing was changed.
    """
    wanted = {(PrincipalType.ROLE.value, name) for name in roles}
    wanted |= {(PrincipalType.GROUP.value, pk) for pk in groups}
    _check_size(place, wanted)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=actor.pk)  # two saves by one hand, one by one
        rows = ModelVisibility.objects.filter(endpoint=place.endpoint, model=place.model)
        before = set(rows.values_list("principal_type", "principal_id"))
        for kind, principal in wanted - before:
            _check_receiver(kind, principal)
        if wanted == before:
            return len(wanted)
        for row in rows:
            if (row.principal_type, row.principal_id) not in wanted:
                row.delete()
        for kind, principal in sorted(wanted - before):
            ModelVisibility.objects.get_or_create(
                endpoint=place.endpoint,
                model=place.model,
                principal_type=kind,
                principal_id=principal,
                defaults={"granted_by": actor},
            )
        _record(place, before, wanted, actor=actor, caller=caller)
        visibility_changed()
    return len(wanted)


def _check_size(place: Place, wanted: set[Principal]) -> None:
    if not place.endpoint.strip():
        raise InvalidInputError(_("Name the endpoint. Nothing was changed."))
    if len(wanted) > MOST:
        raise InvalidInputError(
            _("At most %(most)s roles and groups. Nothing was changed.") % {"most": MOST}
        )


def _check_receiver(kind: str, principal: str) -> None:
    is_group = kind == PrincipalType.GROUP.value
    is_there = Group.objects.filter(pk=principal).exists() if is_group else role_exists(principal)
    if not is_there:
        raise NotFoundError(_("There is no such %(kind)s. Nothing was changed.") % {"kind": kind})


def _record(
    place: Place,
    before: set[Principal],
    after: set[Principal],
    *,
    actor: User,
    caller: Caller | None,
) -> None:
    audit_record(
        Act(
            category="permission",
            action="model_visibility.changed",
            severity="warning",
            actor=actor,
            target=Target("model", place.endpoint[:64], str(place)),
            metadata={
                "endpoint": place.endpoint,
                "model": place.model,
                "before": sorted(f"{kind}:{name}" for kind, name in before),
                "after": sorted(f"{kind}:{name}" for kind, name in after),
            },
            caller=caller,
        ),
    )


def visibility_rename(kind: PrincipalType, before: str, after: str) -> None:
    """Let what a role may see follow its new name."""
    rows = ModelVisibility.objects.filter(principal_type=kind, principal_id=before)
    if rows.update(principal_id=after):
        visibility_changed()
