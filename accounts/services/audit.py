"""The audit record: the only writer of ``AuditEvent``.

Every event carries the SHA-256 of itself together with the hash of the one before, so that a
changed or missing event shows; the head row shows a record whose end was cut off.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.limits.caller import Caller, serving
from accounts.models import AuditEvent, AuditHead, User
from librechat.kernel import clock
from librechat.kernel.middleware import request_id

HASHED = (
    "sequence",
    "category",
    "action",
    "outcome",
    "severity",
    "actor_type",
    "actor_id",
    "actor_name",
    "target_type",
    "target_id",
    "target_name",
    "metadata",
    "request_id",
    "address",
    "user_agent",
    "previous_hash",
)


@dataclass(frozen=True, slots=True)
class Target:
    """What an act was done to; the name is kept for readers when the thing is gone."""

    kind: str = ""
    id: str = ""
    name: str = ""

    @classmethod
    def person(cls, user: User) -> "Target":
        """Return a person as a target."""
        return cls("user", user.pk, user.email)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What happened.

    category: auth, account, role, group, grant, permission, key, ban, config, conversation,
        impersonation, system.
    action: ``<noun>.<past participle>``, such as ``role.changed``.
    outcome: success, failure or denied. severity: info, warning or critical.
    actor: who did it; None for the system or somebody unknown.
    metadata: what changed, without secrets.
    """

    category: str
    action: str
    outcome: str = "success"
    severity: str = "info"
    actor: User | None = None
    target: Target = field(default_factory=Target)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    caller: Caller | None = None


def audit_record(act: Act) -> AuditEvent:
    """Append an act; inside a transaction it stands or falls with what it tells of."""
    with transaction.atomic():
        head = _head()
        event = _event(act, sequence=head.sequence + 1, previous_hash=head.hash)
        event.hash = event_hash(event)
        event.save(force_insert=True)
        head.sequence, head.hash = event.sequence, event.hash
        head.save(update_fields=["sequence", "hash"])
    return event


def _head() -> AuditHead:
    """Return the head, locked until the transaction ends."""
    heads = AuditHead.objects.select_for_update()
    found = heads.filter(name="chain").first()
    if found is None:  # the first event of all
        AuditHead.objects.get_or_create(name="chain")
        found = heads.get(name="chain")
    return found


def event_hash(event: AuditEvent) -> str:
    """Return the SHA-256 in hex over an event's fields in a fixed form."""
    fields = {name: getattr(event, name) for name in HASHED}
    fields["created_at"] = event.created_at.isoformat()
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _event(act: Act, *, sequence: int, previous_hash: str) -> AuditEvent:
    now = serving()
    caller = act.caller or now.caller
    facts = dict(act.metadata)
    if now.impersonator:
        facts["impersonator"] = now.impersonator
    return AuditEvent(
        sequence=sequence,
        category=act.category,
        action=act.action,
        outcome=act.outcome,
        severity=act.severity,
        actor_type="user" if act.actor else "system",
        actor_id=act.actor.pk if act.actor else "",
        actor_name=act.actor.email if act.actor else "",
        target_type=act.target.kind,
        target_id=act.target.id,
        target_name=act.target.name[:254],
        metadata=json.loads(json.dumps(facts, default=str)),
        request_id=request_id.get() or "",
        address=caller.address if caller else "",
        user_agent=caller.user_agent[:300] if caller else "",
        created_at=clock.now(),
        previous_hash=previous_hash,
    )
