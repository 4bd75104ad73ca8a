"""Imports of public price lists: compared first, applied when somebody says so."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from billing.errors import PriceImportStaleError, PriceRefusedError, PriceTakenError
from billing.models import Price, PriceImport
from billing.models.price import PriceImportState
from billing.pricing.columns import columns_checked, columns_text, price_columns
from billing.pricing.in_force import prices_changed
from billing.pricing.lists import list_read
from librechat.kernel import clock

UNCHANGED = "unchanged"
LONGEST_NAME = 64
AT_ONCE = 500
TOLD = 50
CLOSED = gettext_noop("This import was applied or discarded before. Nothing was changed.")


class Change(TypedDict):
    """One price of a list; ``before``: None when no such price is set."""

    pattern: str
    before: dict[str, str] | None
    after: dict[str, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A list beside the prices that are set; the shapes are those of ``PriceImport``."""

    changes: list[Change]
    skipped: list[tuple[str, str]]

    def counts(self) -> dict[str, int]:
        """Return how many prices are new, changed, unchanged, and entries skipped."""
        added = sum(change["before"] is None for change in self.changes)
        unchanged = sum(reason == UNCHANGED for _name, reason in self.skipped)
        return {
            "new": added,
            "changed": len(self.changes) - added,
            "unchanged": unchanged,
            "skipped": len(self.skipped) - unchanged,
        }


def price_list_compare(raw: bytes) -> Comparison:
    """Return how a list differs from the prices that administrators set; keeps nothing.

    Raises:
        PriceListRefusedError: the list cannot be used.
    """
    found = list_read(raw)
    holding = _texts(Price.objects.valid_at(clock.now()).order_by("valid_from"))
    changes: list[Change] = []
    skipped = list(found.skipped)
    for pattern in sorted(found.rows):
        after = columns_text(found.rows[pattern])
        before = holding.get(pattern)
        if before == after:
            skipped.append((pattern, UNCHANGED))
        else:
            changes.append({"pattern": pattern, "before": before, "after": after})
    return Comparison(changes, skipped)


def price_import_draft(*, name: str, raw: bytes, actor: User | None) -> PriceImport:
    """Compare a list with the prices that are set, and keep what differs to be approved.

    name: what the prices' source will be. Nothing holds before ``price_import_apply``.

    Raises:
        PriceListRefusedError: the list cannot be used; nothing was kept.
    """
    compared = price_list_compare(raw)
    return PriceImport.objects.create(
        name=(name.strip() or "list")[:LONGEST_NAME],
        changes=compared.changes,
        skipped=compared.skipped,
        created_by=actor,
    )


def price_import_apply(
    *, price_import: PriceImport, actor: User | None, patterns: Collection[str] | None = None
) -> int:
    """Let the prices of an import hold from now on, all or those chosen; return how many.

    All of them or none. What was not chosen is dropped from the import.

    Raises:
        PriceRefusedError: nothing that is in the import was chosen.
        PriceImportStaleError: it is closed, or a price changed since it was compared; nothing
            was changed.
        PriceTakenError: somebody set one of the prices at this moment; nothing was changed.
    """
    try:
        with transaction.atomic():
            row = _open(price_import)
            chosen = [
                change
                for change in row.changes
                if patterns is None or change["pattern"] in patterns
            ]
            if patterns is not None and not chosen:
                raise PriceRefusedError(_("None of these prices is in the import."))
            _replace(chosen, row, actor)
            _close(row, PriceImportState.APPLIED, actor, changes=chosen)
            prices_changed()
    except IntegrityError as exc:
        raise PriceTakenError(
            _("Somebody else sets one of these prices right now. Nothing was changed.")
        ) from exc
    return len(chosen)


def price_import_discard(*, price_import: PriceImport, actor: User | None) -> None:
    """Close an import without a change of prices.

    Raises:
        PriceImportStaleError: it was closed before.
    """
    with transaction.atomic():
        row = _open(price_import)
        _close(row, PriceImportState.DISCARDED, actor, changes=row.changes)


def _open(price_import: PriceImport) -> PriceImport:
    row = PriceImport.objects.select_for_update().get(pk=price_import.pk)
    if row.state != PriceImportState.DRAFT:
        raise PriceImportStaleError(_(CLOSED))
    return row


def _texts(prices: Iterable[Price]) -> dict[str, dict[str, str]]:
    """Return pattern → columns; of one pattern the last counts."""
    return {price.pattern: columns_text(price_columns(price)) for price in prices}


def _replace(changes: list[Change], source: PriceImport, actor: User | None) -> None:
    """End what holds for the patterns and set what shall."""
    now = clock.now()
    wanted = {change["pattern"] for change in changes}
    rows = Price.objects.not_over(now).select_for_update().order_by("valid_from")
    holding: list[Price] = []
    following: dict[str, datetime] = {}
    for price in rows:
        if price.pattern in wanted and price.valid_from > now:
            following.setdefault(price.pattern, price.valid_from)
        elif price.pattern in wanted:
            holding.append(price)
    _check_fresh(changes, _texts(holding))
    for ids in _portions([price.pk for price in holding]):
        Price.objects.filter(pk__in=ids).update(valid_to=now)
    Price.objects.bulk_create(
        [
            Price(
                pattern=change["pattern"],
                valid_from=now,
                valid_to=following.get(change["pattern"]),
                source=source.name,
                note=f"import {source.pk}",
                created_by=actor,
                **columns_checked(change["after"]),
            )
            for change in changes
        ],
        batch_size=AT_ONCE,
    )


def _check_fresh(changes: list[Change], holding: dict[str, dict[str, str]]) -> None:
    for change in changes:
        if holding.get(change["pattern"]) != change["before"]:
            raise PriceImportStaleError(
                _(
                    "The price of %(pattern)s changed after this list was compared. Import the"
                    " list again. Nothing was changed."
                )
                % {"pattern": change["pattern"]},
                pattern=change["pattern"],
            )


def _portions(ids: list[str]) -> Iterable[list[str]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _close(
    row: PriceImport,
    state: PriceImportState,
    actor: User | None,
    *,
    changes: list[Change],
) -> None:
    row.state, row.changes, row.closed_at = state, changes, clock.now()
    row.save(update_fields=["state", "changes", "closed_at"])
    names = [change["pattern"] for change in changes]
    audit_record(
        Act(
            category="billing",
            action=f"price_import.{state}",
            actor=actor,
            target=Target("price_import", row.pk, row.name),
            metadata={"count": len(names), "patterns": names[:TOLD]},
        )
    )
