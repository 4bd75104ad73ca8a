"""What happens to access keys, on record."""

from collections.abc import Mapping
from datetime import datetime

from accounts.limits.caller import Caller
from accounts.models import ApiKey, User
from accounts.services.audit import Act, Target, audit_record
from librechat.kernel import clock


def key_record(
    action: str, key: ApiKey, actor: User | None, caller: Caller | None, **more: object
) -> None:
    """Write down what was done to a key."""
    audit_record(
        Act(
            category="key",
            action=action,
            actor=actor,
            target=Target("api_key", key.pk, key.prefix),
            metadata={
                "scopes": key.scopes,
                "owner": key.user_id,
                "team": key.group_id or "",
                **more,
            },
            caller=caller,
        ),
    )


def key_changed_record(
    key: ApiKey,
    actor: User | None,
    caller: Caller | None,
    changed: Mapping[str, list[object]],
) -> None:
    """Write down other terms; changed: name of a term → before and after."""
    told = {name: [_told(value) for value in pair] for name, pair in changed.items()}
    key_record("key.changed", key, actor, caller, changed=told)


def _told(value: object) -> object:
    """Return a term as the record can hold it."""
    return clock.iso(value) if isinstance(value, datetime) else value
