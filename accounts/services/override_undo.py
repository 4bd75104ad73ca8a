"""Bringing back what the overrides of a receiver were before or after one of their changes."""

from typing import Literal, TypeAlias

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidOverrideError
from accounts.limits.caller import Caller
from accounts.models import ConfigOverride, OverrideRevision, PrincipalType, User
from accounts.services.override_rows import (
    Doing,
    For,
    State,
    override_drop,
    override_row,
    override_store,
)
from librechat.kernel.errors import ConflictError, NotFoundError

Side: TypeAlias = Literal["before", "after"]
ACTION = "config.brought_back"


def override_bring_back(
    *,
    revision: OverrideRevision,
    side: Side,
    version: int,
    actor: User,
    caller: Caller | None = None,
) -> ConfigOverride | None:
    """Let a receiver's overrides be what they were before or after a change; None: there are none.

    version: of the row that the person looked at; 0 for none.

    Raises:
        ConflictError: they are so already, or somebody changed them since; nothing was changed.
        InvalidOverrideError: what was is not valid any more; nothing was changed.
        NotFoundError: the receiver is gone.
    """
    whose = For(PrincipalType(revision.principal_type), revision.principal_id)
    state: State = getattr(revision, side)
    with transaction.atomic():
        row, is_fresh = override_row(whose)
        if row.version != version:
            raise ConflictError(
                _(
                    "Somebody else changed these settings in between. Nothing was changed: look"
                    " at the history again."
                ),
            )
        if state is None:
            if is_fresh:
                raise ConflictError(_("There are no overrides already. Nothing was changed."))
            override_drop(row, _doing(revision, side, actor, caller))
            return None
        return _restore(row, state, _doing(revision, side, actor, caller))


def _restore(row: ConfigOverride, state: dict[str, object], doing: Doing) -> ConfigOverride:
    overrides = state["overrides"]
    tombstones, priority = state["tombstones"], state["priority"]
    if not isinstance(overrides, dict) or not isinstance(tombstones, list):
        raise NotFoundError(_("This change keeps nothing that can be brought back."))
    row.overrides, row.tombstones = overrides, tombstones
    row.is_active = bool(state["is_active"])
    try:
        return override_store(row, doing, priority=priority)
    except InvalidOverrideError as exc:
        raise InvalidOverrideError(
            _("What was set then is not valid any more: %(message)s. Nothing was changed.")
            % {"message": exc.message},
            **exc.data,
        ) from exc


def _doing(
    revision: OverrideRevision,
    side: Side,
    actor: User,
    caller: Caller | None,
) -> Doing:
    state: State = getattr(revision, side)
    trusted = state["overrides"] if state else {}
    return Doing(
        action=ACTION,
        actor=actor,
        caller=caller,
        note=f"{side} {revision.created_at:%Y-%m-%d %H:%M:%S}",
        trusted=trusted if isinstance(trusted, dict) else {},
        metadata={"revision": revision.pk, "side": side},
    )
