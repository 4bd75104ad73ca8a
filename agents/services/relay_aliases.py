"""Names the relay serves, as administrators keep them."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import ValidationError

from accounts.limits.caller import Caller
from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from agents.config import RelayAliasConfig
from agents.models import RelayAlias, RelayDeployment
from librechat.kernel.errors import InvalidInputError, NotFoundError

REPEATED = re.compile(r"[*+}]\)?[*+{]|\([^()]*[*+][^()]*\)[*+{]")


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasTerms:
    """What an alias says; see ``RelayAlias`` and ``RelayDeployment`` for the words.

    deployments: rows with endpoint, model, tier, weight and timeout_seconds.
    """

    name: str
    match: str
    description: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    capabilities: Mapping[str, object] = field(default_factory=dict)
    rates: Mapping[str, object] = field(default_factory=dict)
    is_active: bool = True
    deployments: Sequence[Mapping[str, object]] = ()


def alias_check(terms: AliasTerms) -> None:
    """Pass when an alias could be kept: by the same rules as one of librechat.yaml.

    Raises:
        InvalidInputError: the first thing that does not fit; its field is in ``data["field"]``.
    """
    try:
        RelayAliasConfig.model_validate(
            {
                "name": terms.name,
                "match": terms.match,
                "description": terms.description,
                "parameters": terms.parameters,
                "capabilities": terms.capabilities,
                "rates": terms.rates,
                "deployments": [
                    {name: value for name, value in row.items() if value is not None}
                    for row in terms.deployments
                ],
            }
        )
    except ValidationError as exc:
        first = exc.errors()[0]
        place = [str(part) for part in first["loc"]]
        raise InvalidInputError(
            f"{'.'.join(place)}: {first['msg']}.", field=place[0] if place else "name"
        ) from exc
    if terms.match == "regex":
        _pattern_check(terms.name)


def alias_save(
    *, alias: RelayAlias | None, terms: AliasTerms, actor: User, caller: Caller | None = None
) -> RelayAlias:
    """Return an alias with these terms, new or changed; calls follow it within seconds.

    Raises:
        InvalidInputError: something does not fit; nothing was changed.
        NotFoundError: the alias is gone.
    """
    alias_check(terms)
    with transaction.atomic():
        row = RelayAlias() if alias is None else _locked(alias.pk)
        if RelayAlias.objects.filter(name=terms.name).exclude(pk=row.pk).exists():
            raise InvalidInputError(_("There is an alias of this name."), field="name")
        for name in ("name", "match", "description", "is_active"):
            setattr(row, name, getattr(terms, name))
        for name in ("parameters", "capabilities", "rates"):
            setattr(row, name, dict(getattr(terms, name)))
        row.save()
        row.deployments.all().delete()
        RelayDeployment.objects.bulk_create(
            [RelayDeployment(alias=row, **one) for one in terms.deployments]
        )
        _record("alias.added" if alias is None else "alias.changed", row, actor, caller)
    return row


def alias_switch(
    *, alias: RelayAlias, is_active: bool, actor: User, caller: Caller | None = None
) -> None:
    """Let an alias be served, or not.

    Raises:
        NotFoundError: it is gone.
    """
    with transaction.atomic():
        row = _locked(alias.pk)
        row.is_active = is_active
        row.save(update_fields=["is_active", "updated_at"])
        _record("alias.changed", row, actor, caller)


def alias_delete(*, alias: RelayAlias, actor: User, caller: Caller | None = None) -> None:
    """Remove an alias.

    Raises:
        NotFoundError: it is gone.
    """
    with transaction.atomic():
        row = _locked(alias.pk)
        _record("alias.removed", row, actor, caller)
        row.delete()


def _pattern_check(text: str) -> None:
    """Pass when a pattern is one, and cannot take for ever on a name.

    Raises:
        InvalidInputError: it is none, or repeats what repeats.
    """
    try:
        re.compile(text)
    except re.error as exc:
        raise InvalidInputError(
            _("This is no regular expression: %(exc)s.") % {"exc": exc}, field="name"
        ) from exc
    if REPEATED.search(text):
        raise InvalidInputError(
            _("A repetition inside a repetition can take for ever; write it without."), field="name"
        )


def _locked(pk: str) -> RelayAlias:
    row = RelayAlias.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFoundError(_("There is no such alias."))
    return row


def _record(action: str, row: RelayAlias, actor: User, caller: Caller | None) -> None:
    rows = [f"{one} ({one.tier}, {one.weight})" for one in row.deployments.all()]
    facts = {
        "match": row.match,
        "is_active": row.is_active,
        "deployments": rows,
        "parameters": json.dumps(row.parameters, sort_keys=True),
        "capabilities": json.dumps(row.capabilities, sort_keys=True),
        "rates": json.dumps(row.rates, sort_keys=True),
    }
    target = Target("relay_alias", row.pk, row.name)
    audit_record(
        Act(
            category="config",
            action=action,
            actor=actor,
            target=target,
            metadata=facts,
            caller=caller,
        ),
    )
