"""Prices: set for a time, ended, never changed once calls were made at them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from billing.errors import PriceRefusedError, PriceTakenError
from billing.models import Price
from billing.pricing.columns import columns_checked, columns_text, pattern_checked, price_columns
from billing.pricing.in_force import prices_changed
from librechat.kernel import clock

LONGEST_NOTE = 300
LONGEST_SOURCE = 64
TAKEN = gettext_noop(
    "Somebody else set a price for these names at the same moment. Nothing was changed."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A price to be.

    rates: the columns of ``billing.pricing.columns``, as numbers or text.
    valid_from: None for now. valid_to: None for without end. source: "admin" or a list's name.
    """

    pattern: str
    rates: Mapping[str, object]
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    source: str = "admin"
    note: str = ""


def price_set(*, offer: Offer, actor: User | None) -> Price:
    """Let a price hold from a moment on; the one before of the same pattern ends there.

    A price that is planned for later stays: this one then ends where that one starts.

    Raises:
        PriceRefusedError: no price, or one that would hold in the past; nothing was changed.
        PriceTakenError: one of the same pattern starts at that moment; nothing was changed.
    """
    now = clock.now()
    start = offer.valid_from or now
    price = _draft(offer, start=start, actor=actor)
    if start < now or (offer.valid_to is not None and offer.valid_to <= start):
        raise PriceRefusedError(
            _("A price starts now or later, and ends after it starts."), field="valid_from"
        )
    try:
        with transaction.atomic():
            before = _make_room(price)
            price.save(force_insert=True)
            _record("price.set", price, actor, before=_told(before), after=_told(price))
            prices_changed()
    except IntegrityError as exc:
        raise PriceTakenError(_(TAKEN), pattern=price.pattern) from exc
    return price


def price_end(*, price: Price, actor: User | None, at: datetime | None = None) -> None:
    """Let a price hold no longer than until a moment, by default now.

    One that has not started is taken away instead; the one before it then holds on in its place.

    Raises:
        PriceRefusedError: it is over, or the moment is past or after its end; nothing was changed.
    """
    now = clock.now()
    with transaction.atomic():
        row = Price.objects.select_for_update().filter(pk=price.pk).first()
        if row is None or (row.valid_to is not None and row.valid_to <= now):
            raise PriceRefusedError(_("This price is over already. Nothing was changed."))
        if row.valid_from > now and at is None:
            _take_away(row, actor)
        else:
            _shorten(row, at or now, actor, now=now)
        prices_changed()


def _draft(offer: Offer, *, start: datetime, actor: User | None) -> Price:
    return Price(
        pattern=pattern_checked(offer.pattern),
        valid_from=start,
        valid_to=offer.valid_to,
        source=offer.source[:LONGEST_SOURCE],
        note=offer.note[:LONGEST_NOTE],
        created_by=actor,
        **columns_checked(offer.rates),
    )


def _make_room(price: Price) -> Price | None:
    """End the price that holds where a drafted one starts, cut the draft at the next one."""
    rows = Price.objects.select_for_update().filter(pattern=price.pattern)
    if rows.filter(valid_from=price.valid_from).exists():
        raise PriceTakenError(_(TAKEN), pattern=price.pattern)
    following = rows.filter(valid_from__gt=price.valid_from).order_by("valid_from").first()
    if following and (price.valid_to is None or price.valid_to > following.valid_from):
        price.valid_to = following.valid_from
    still = Q(valid_to=None) | Q(valid_to__gt=price.valid_from)
    holding = rows.filter(still, valid_from__lt=price.valid_from)
    before = holding.order_by("-valid_from").first()
    holding.update(valid_to=price.valid_from)
    return before


def _take_away(row: Price, actor: User | None) -> None:
    _record("price.cancelled", row, actor, before=_told(row), after={})
    row.delete()
    same = Price.objects.filter(pattern=row.pattern, valid_to=row.valid_from)
    same.update(valid_to=row.valid_to)


def _shorten(row: Price, at: datetime, actor: User | None, *, now: datetime) -> None:
    is_sound = row.valid_from < at and (row.valid_to is None or at <= row.valid_to)
    if not is_sound or at < now:
        raise PriceRefusedError(
            _("A price ends now or later, after its start and not after its end."), field="valid_to"
        )
    before = _told(row)
    row.valid_to = at
    row.save(update_fields=["valid_to"])
    _record("price.ended", row, actor, before=before, after=_told(row))


def _record(
    action: str, price: Price, actor: User | None, *, before: dict[str, str], after: dict[str, str]
) -> None:
    audit_record(
        Act(
            category="billing",
            action=action,
            actor=actor,
            target=Target("price", price.pk, price.pattern),
            metadata={"before": before, "after": after},
        )
    )


def _told(price: Price | None) -> dict[str, str]:
    """Return a price in words for the audit record; nothing when there is none."""
    if price is None:
        return {}
    ends = {"valid_to": clock.iso(price.valid_to)} if price.valid_to else {}
    return {
        **columns_text(price_columns(price)),
        "source": price.source,
        "valid_from": clock.iso(price.valid_from),
        **ends,
    }
