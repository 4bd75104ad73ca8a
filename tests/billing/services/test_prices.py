"""Prices: set for a time, ended, and never rewritten."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from accounts.models import AuditEvent, User
from billing.errors import PriceRefusedError, PriceTakenError
from billing.models import Price
from billing.pricing.matching import rates_for
from billing.services.prices import price_end
from tests.billing.conftest import Crowd
from tests.factories.prices import NOON, price_make

HOUR = timedelta(hours=1)
Row = tuple[int, datetime, datetime | None]


@pytest.fixture(autouse=True)
def _noon(clock_at: Callable[[datetime], None]) -> None:
    clock_at(NOON)


def rows() -> list[Row]:
    """Return (input price, from, until), the first first."""
    found = Price.objects.order_by("valid_from")
    return [(int(row.prompt), row.valid_from, row.valid_to) for row in found]


@pytest.mark.django_db
def test_a_new_price_ends_the_one_before(admin: User, clock_at: Callable[[datetime], None]) -> None:
    price_make("GPT-4o ", 1, actor=admin)
    clock_at(NOON + HOUR)
    price = price_make("gpt-4o", 2, actor=admin, note="dearer")
    assert rows() == [(1, NOON, NOON + HOUR), (2, NOON + HOUR, None)]
    assert rates_for("gpt-4o").prompt == 2
    told = AuditEvent.objects.latest("sequence")
    assert (told.action, told.category, told.actor_id) == ("price.set", "billing", admin.pk)
    assert (told.target_type, told.target_id, told.target_name) == ("price", price.pk, "gpt-4o")
    assert told.metadata == {
        "before": {
            "prompt": "1",
            "completion": "2",
            "source": "admin",
            "valid_from": "2026-11-20T12:00:00.000Z",
        },
        "after": {
            "prompt": "2",
            "completion": "2",
            "source": "admin",
            "valid_from": "2026-11-20T13:00:00.000Z",
        },
    }


@pytest.mark.django_db
def test_a_price_may_be_planned_and_bounded() -> None:
    price_make("m", 1)
    price_make("m", 2, valid_from=NOON + 2 * HOUR, valid_to=NOON + 3 * HOUR)
    assert rows() == [(1, NOON, NOON + 2 * HOUR), (2, NOON + 2 * HOUR, NOON + 3 * HOUR)]


@pytest.mark.django_db
def test_a_price_before_a_planned_one_ends_where_that_one_starts() -> None:
    price_make("m", 3, valid_from=NOON + 3 * HOUR)
    price_make("m", 1)
    price_make("m", 2, valid_from=NOON + HOUR, valid_to=NOON + 9 * HOUR)
    price_make("m", 4, valid_from=NOON + 2 * HOUR, valid_to=NOON + 2.5 * HOUR)
    assert rows() == [
        (1, NOON, NOON + HOUR),
        (2, NOON + HOUR, NOON + 2 * HOUR),
        (4, NOON + 2 * HOUR, NOON + 2.5 * HOUR),
        (3, NOON + 3 * HOUR, None),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"valid_from": NOON - timedelta.resolution},
        {"valid_to": NOON},
        {"valid_from": NOON + HOUR, "valid_to": NOON + HOUR},
        {"prompt": -1},
        {"prompt": "NaN"},
        {"audio": 100_001},
        {"premium_above": 5},
        {"pattern": " "},
    ],
)
def test_what_is_no_price_changes_nothing(wrong: dict[str, object]) -> None:
    price_make("m", 1)
    with pytest.raises(PriceRefusedError):
        price_make(**{"pattern": "m", **wrong})  # type: ignore[arg-type]  # that is the test
    assert rows() == [(1, NOON, None)]
    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db
def test_two_prices_of_one_moment_are_refused() -> None:
    price_make("m", 1)
    with pytest.raises(PriceTakenError, match="Nothing was changed") as refused:
        price_make("m", 2)
    assert refused.value.data == {"pattern": "m"}
    assert rows() == [(1, NOON, None)]


@pytest.mark.django_db
def test_a_price_that_somebody_set_meanwhile_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(_price: Price, **_: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(Price, "save", late)
    with pytest.raises(PriceTakenError):
        price_make("m", 2)
    assert rows() == []


@pytest.mark.django_db
def test_a_price_ends_now_or_later(admin: User, clock_at: Callable[[datetime], None]) -> None:
    price = price_make("m", 1)
    clock_at(NOON + HOUR)
    price_end(price=price, actor=admin, at=NOON + 3 * HOUR)
    assert rows() == [(1, NOON, NOON + 3 * HOUR)]
    price_end(price=price, actor=admin)
    assert rows() == [(1, NOON, NOON + HOUR)]
    assert rates_for("m").source == "default"
    told = AuditEvent.objects.latest("sequence")
    assert told.action == "price.ended"
    assert told.metadata["after"]["valid_to"] == "2026-11-20T13:00:00.000Z"


@pytest.mark.django_db
@pytest.mark.parametrize("at", [NOON - HOUR, NOON, NOON + 30 * HOUR, NOON + HOUR / 2])
def test_a_price_does_not_end_in_the_past_or_after_its_end(
    at: datetime, clock_at: Callable[[datetime], None]
) -> None:
    price = price_make("m", 1, valid_to=NOON + 20 * HOUR)
    clock_at(NOON + HOUR)
    with pytest.raises(PriceRefusedError, match="ends now or later"):
        price_end(price=price, actor=None, at=at)
    assert rows() == [(1, NOON, NOON + 20 * HOUR)]


@pytest.mark.django_db
def test_what_is_over_or_gone_stays_so(clock_at: Callable[[datetime], None]) -> None:
    price = price_make("m", 1, valid_to=NOON + HOUR)
    clock_at(NOON + HOUR)
    with pytest.raises(PriceRefusedError, match="over already"):
        price_end(price=price, actor=None)
    assert rows() == [(1, NOON, NOON + HOUR)]
    Price.objects.all().delete()
    with pytest.raises(PriceRefusedError, match="over already"):
        price_end(price=price, actor=None)


@pytest.mark.django_db
def test_a_planned_price_that_is_taken_away_leaves_the_one_before_in_its_place() -> None:
    price_make("m", 1)
    planned = price_make("m", 2, valid_from=NOON + HOUR)
    price_make("other", 7, valid_to=NOON + HOUR)
    price_end(price=planned, actor=None)
    found = Price.objects.filter(pattern="m").values_list("prompt", "valid_to")
    assert list(found) == [(Decimal(1), None)]
    assert Price.objects.get(pattern="other").valid_to == NOON + HOUR
    assert AuditEvent.objects.latest("sequence").action == "price.cancelled"


@pytest.mark.django_db
def test_the_end_of_a_planned_price_can_be_planned() -> None:
    planned = price_make("m", 2, valid_from=NOON + HOUR)
    price_end(price=planned, actor=None, at=NOON + 2 * HOUR)
    assert rows() == [(2, NOON + HOUR, NOON + 2 * HOUR)]


def test_of_people_who_set_a_price_at_once_one_wins(crowd: Crowd) -> None:
    failures = crowd.run(*(lambda: price_make("m", 1) for _ in range(4)))
    assert len(failures) == 3
    assert all(isinstance(one, PriceTakenError) for one in failures), failures
    assert Price.objects.filter(pattern="m", valid_to=None).count() == 1
