"""What a hold takes of budgets: promised with it, counted or given back when it ends.

Locks are taken in one order everywhere, so that no two calls wait for each other: the hold's own
row, the budgets by their id, the balance. Buckets are only touched under their budget's lock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.cache import cache
from django.db import transaction
from django.db.models import F

from billing.models import Budget, BudgetBucket, BudgetReservation, Hold
from billing.models.budget import Behaviour, Measure
from billing.pricing.cost import MAX_TOKENS, held_cost, output_covered
from billing.pricing.rates_json import rates_from_json
from billing.queries.budget_windows import window_at, window_with
from billing.queries.budgets import Standing, holding_for, standings, subject_of
from billing.services.budget_words import refusal
from librechat.kernel import clock
from librechat.kernel.errors import CACHE_AWAY

ANSWERING = frozenset({"message", "relay"})  # contexts whose calls answer somebody
KNOWN_SECONDS = 2  # other processes hear of the first budget within this time
_ARE_THERE = "budgets-are-there"


@dataclass(frozen=True, slots=True)
class Place:
    """One budget's bucket for one call; ``own``: what the call has of it already."""

    standing: Standing
    bucket: BudgetBucket
    own: int = 0

    @property
    def rule(self) -> Budget:
        """The budget."""
        return self.standing.budget

    @property
    def free(self) -> int:
        """What the call may have of it in all."""
        taken = self.standing.used + self.standing.reserved - self.own
        return max(0, self.standing.limit - taken)


def budgets_are_there() -> bool:
    """Return whether there is any budget; asked once in two seconds."""
    try:
        known: bool | None = cache.get(_ARE_THERE)
        if known is None:
            known = Budget.objects.filter(is_active=True).exists()
            cache.set(_ARE_THERE, known, KNOWN_SECONDS)
    except CACHE_AWAY:  # the books are the database's: budgets hold without the cache
        return Budget.objects.filter(is_active=True).exists()
    return known


def budgets_changed() -> None:
    """Let the next call look again, now and once the transaction holds."""
    cache.delete(_ARE_THERE)
    transaction.on_commit(lambda: cache.delete(_ARE_THERE))


def starts_turn(context: str, key: str) -> bool:
    """Return whether a call answers a message; later steps of the same answer do not.

    key: of a run ``<generation>:<step>``, the first step 0.
    """
    step = key.rpartition(":")[2]
    return context in ANSWERING and not (":" in key and step.isdecimal() and int(step) > 0)


def reservation_amount(measure: str, hold: Hold, output_tokens: int) -> int:
    """Return what a call of that many tokens out takes of a budget."""
    match measure:
        case Measure.MONEY:
            return held_cost(hold.prompt_tokens, output_tokens, rates_from_json(hold.rates))
        case Measure.TOKENS:
            return hold.prompt_tokens + output_tokens
        case _:
            return hold.calls


def places_lock(hold: Hold) -> list[Place]:
    """Lock the budgets that hold for a new call and return its places in them, in lock order."""
    rules = Budget.objects.filter(
        holding_for(
            hold.user,
            agent_id=hold.agent_id,
            api_key_id=hold.api_key_id,
            team_id=hold.team_id,
        )
    )
    if not starts_turn(hold.context, hold.key):
        rules = rules.exclude(measure=Measure.MESSAGES)
    now = clock.now()
    counted = [
        (rule, subject_of(rule, hold.user_id), window_at(rule, now))
        for rule in rules.order_by("pk").select_for_update(no_key=True)
    ]
    found, buckets = standings(counted)
    places = []
    for standing in found:
        key = (standing.budget.pk, standing.subject, standing.window.last)
        bucket = buckets.get(key) or BudgetBucket.objects.create(
            budget=standing.budget, subject=standing.subject, starts_at=standing.window.last
        )
        places.append(Place(standing, bucket))
    return places


def places_held(row: Hold) -> list[Place]:
    """Lock the budgets a locked hold has taken of and return its places, in lock order."""
    kept = reservations_lock(row)
    now = clock.now()
    found, _buckets = standings(
        [
            (
                one.bucket.budget,
                one.bucket.subject,
                window_with(one.bucket.budget, one.bucket.starts_at, now),
            )
            for one in kept
        ]
    )
    pairs = zip(found, kept, strict=True)
    return [Place(standing, one.bucket, own=one.amount) for standing, one in pairs]


def places_check(places: Sequence[Place], hold: Hold) -> None:
    """Pass when every budget takes the call.

    Raises:
        BudgetExceededError: a cheaper model is wanted, or a budget lets nothing through.
    """
    switching = [place for place in places if _is_switching(place, hold)]
    models = tuple(dict.fromkeys(place.rule.cheaper_model for place in switching))
    if switching and hold.model not in models:
        raise refusal(switching[0].standing, cheaper_models=models)
    blocking = [
        place.standing
        for place in places
        if place.rule.behaviour == Behaviour.BLOCK
        and reservation_amount(place.rule.measure, hold, 0) > place.free
    ]
    if blocking:
        raise refusal(_last_to_reset(blocking))


def places_reach(places: Iterable[Place], hold: Hold, output_tokens: int) -> int:
    """Return how many of the output tokens the budgets that block leave room for."""
    for place in places:
        if place.rule.behaviour == Behaviour.BLOCK:
            output_tokens = min(output_tokens, _reach(place, hold))
    return output_tokens


def places_stretch(places: Sequence[Place], row: Hold, output_tokens: int) -> int:
    """Return how far an answer that runs may go on, at most ``output_tokens``.

    Raises:
        BudgetExceededError: there is no room for even one more token.
    """
    at_least = min(row.output_tokens + 1, output_tokens)
    full = [
        place.standing
        for place in places
        if place.rule.behaviour == Behaviour.BLOCK and _reach(place, row) < at_least
    ]
    if full:
        raise refusal(_last_to_reset(full))
    return places_reach(places, row, output_tokens)


def places_take(places: Iterable[Place], hold: Hold) -> list[Standing]:
    """Reserve what a stored hold covers; return how the budgets stand then."""
    stood, rows = [], []
    for place in places:
        amount = reservation_amount(place.rule.measure, hold, hold.output_tokens)
        _bucket_move(place.bucket, reserved=amount - place.own)
        taken = place.standing.reserved + amount - place.own
        stood.append(replace(place.standing, reserved=taken))
        rows.append(BudgetReservation(hold=hold, bucket=place.bucket, amount=amount))
    BudgetReservation.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["hold", "bucket"],
        update_fields=["amount"],
    )
    return stood


def reservations_lock(row: Hold) -> list[BudgetReservation]:
    """Lock the budgets of a locked hold; return what it has of them, in lock order."""
    kept = BudgetReservation.objects.filter(hold=row).select_related("bucket__budget")
    locked = kept.select_for_update(of=("bucket__budget",), no_key=True)
    return list(locked.order_by("bucket__budget_id"))


def reservations_settle(kept: Iterable[BudgetReservation], *, used: Mapping[str, int]) -> None:
    """Count what was used in place of what was promised, in the bucket of its beginning.

    used: measure → credits, tokens or messages.
    """
    for one in kept:
        _bucket_move(one.bucket, reserved=-one.amount, used=used[one.bucket.budget.measure])
        one.delete()


def reservations_release(kept: Iterable[BudgetReservation]) -> None:
    """Give back what was promised: the call came to nothing."""
    for one in kept:
        _bucket_move(one.bucket, reserved=-one.amount)
        one.delete()


def reservations_expire(kept: Iterable[BudgetReservation]) -> None:
    """Give back what was promised, but keep the place: the call may still be settled, late."""
    for one in kept:
        _bucket_move(one.bucket, reserved=-one.amount)
        one.amount = 0
        one.save(update_fields=["amount"])


def _bucket_move(bucket: BudgetBucket, *, reserved: int, used: int = 0) -> None:
    BudgetBucket.objects.filter(pk=bucket.pk).update(
        reserved=F("reserved") + reserved, used=F("used") + used
    )


def _is_switching(place: Place, hold: Hold) -> bool:
    """Return whether the rest of a budget is too little for all that is wanted at first."""
    whole = reservation_amount(place.rule.measure, hold, hold.output_tokens)
    return place.rule.behaviour == Behaviour.CHEAPER and whole > place.free


def _reach(place: Place, hold: Hold) -> int:
    match place.rule.measure:
        case Measure.MONEY:
            return output_covered(place.free, hold.prompt_tokens, rates_from_json(hold.rates))
        case Measure.TOKENS:
            return place.free - hold.prompt_tokens
        case _:
            return MAX_TOKENS if place.own or place.free else 0


def _last_to_reset(full: Sequence[Standing]) -> Standing:
    """Return the budget that says when the person can really go on."""

    def moment(standing: Standing) -> tuple[bool, datetime]:
        resets_at = standing.resets_at
        return resets_at is None, resets_at or standing.window.last

    return max(full, key=moment)
