"""Prices of administrators: which hold, and how soon a change counts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from redis.exceptions import RedisError

from billing.models import Price
from billing.pricing import in_force
from billing.pricing.in_force import price_board, prices_changed
from billing.pricing.matching import candidates, rates_for
from billing.services.prices import price_end
from librechat.kernel import yaml_config
from tests.factories.prices import NOON, price_make

pytestmark = pytest.mark.django_db

SOON = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _noon(clock_at: Callable[[datetime], None]) -> None:
    clock_at(NOON)


def test_a_price_that_was_set_goes_before_the_yaml_and_the_table() -> None:
    yaml = {"gpt-4o": {"prompt": 5, "completion": 6, "audio": 40}}
    with yaml_config.override({"prices": yaml}):
        assert rates_for("gpt-4o").source == "yaml"
        price = price_make("gpt-4o", "0.5", 1)
        rates = rates_for("openai/GPT-4o-2024-11-20")
        assert (rates.prompt, rates.source, rates.price_id) == (Decimal("0.5"), "admin", price.pk)
        own = {"gpt-4o": {"prompt": 9, "completion": 9}}
        assert rates_for("gpt-4o", endpoint_rates=own).source == "endpoint"
        said = candidates("gpt-4o")
    assert [one.source for one in said] == ["endpoint", "admin", "yaml", "table", "default"]
    assert [one.rates is None for one in said] == [True, False, False, False, False]


def test_the_longest_pattern_of_those_set_wins() -> None:
    price_make("gpt", 1, 1)
    price_make("gpt-4o", 2, 2)
    price_make("vendor/gpt", 3, 3)
    assert rates_for("gpt-4o-mini").prompt == 2
    assert rates_for("gpt-5").prompt == 1
    assert rates_for("vendor/gpt-4o").prompt == 3
    assert rates_for("o3").source == "table"


def test_a_price_holds_from_its_start_until_its_end(clock_at: Callable[[datetime], None]) -> None:
    price_make("odd", 1, 1)
    price_make("odd", 2, 2, valid_from=NOON + SOON, valid_to=NOON + 2 * SOON)
    found = []
    for moment in (NOON, NOON + SOON - timedelta.resolution, NOON + SOON, NOON + 2 * SOON, NOON):
        clock_at(moment)
        found.append(str(rates_for("odd").prompt.normalize()))
    assert found == ["1", "1", "2", "6", "1"]


def test_a_price_counts_at_once_and_no_longer_when_it_ends(
    clock_at: Callable[[datetime], None],
) -> None:
    assert rates_for("odd").source == "default"
    price = price_make("odd")
    assert rates_for("odd").source == "admin"
    price_end(price=price, actor=None, at=NOON + SOON)
    assert rates_for("odd").source == "admin"
    clock_at(NOON + SOON)
    assert rates_for("odd").source == "default"


def test_nothing_is_read_again_while_nothing_changes() -> None:
    price_make("odd")
    rates_for("odd")
    with CaptureQueriesContext(connection) as read:
        for name in ("odd", "odd-2", "gpt-4o", "unheard-of"):
            rates_for(name)
    assert len(read) == 0


def test_without_any_price_nothing_is_read_but_whether_there_is_one() -> None:
    with CaptureQueriesContext(connection) as read:
        for _ in range(3):
            assert price_board().prices == {}
    assert len(read) == 1


def test_another_process_sees_a_change_when_the_stamp_has_run_out() -> None:
    price_make("odd", 1, 1)
    assert rates_for("odd-one").prompt == 1
    Price.objects.create(pattern="odd-one", prompt=3, completion=3, valid_from=NOON)  # elsewhere
    assert rates_for("odd-one").prompt == 1
    cache.delete(in_force.STAMP)  # at the latest after STAMP_SECONDS
    assert rates_for("odd-one").prompt == 3
    Price.objects.filter(pattern="odd-one").update(valid_to=NOON + SOON)
    cache.delete(in_force.STAMP)
    assert price_board().until == NOON + SOON


def test_rows_that_did_not_change_are_not_read_again() -> None:
    price_make("odd", 1, 1)
    board = price_board()
    cache.delete(in_force.STAMP)
    with CaptureQueriesContext(connection) as read:
        assert price_board() is board
        assert price_board() is board
    assert len(read) == 2  # whether there are any, and which


def test_a_price_that_is_rolled_back_does_not_stay() -> None:
    def set_and_fail() -> None:
        with transaction.atomic():
            price_make("odd", 1, 1)
            assert rates_for("odd").source == "admin"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        set_and_fail()
    cache.delete(in_force.STAMP)  # at the latest after STAMP_SECONDS
    assert rates_for("odd").source == "default"


def test_while_the_cache_is_away_the_prices_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: object) -> None:
        raise RedisError

    price_make("odd")
    monkeypatch.setattr(cache, "get", away)
    monkeypatch.setattr(cache, "delete", away)
    prices_changed()
    assert rates_for("odd").source == "admin"


def test_only_so_many_models_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_force, "REMEMBERED_MODELS", 2)
    price_make("odd")
    for number in range(5):
        assert rates_for(f"odd-{number}").source == "admin"
    assert len(price_board().known) <= 2


def test_of_two_rows_that_overlap_the_later_counts() -> None:
    Price.objects.create(pattern="odd", prompt=1, completion=1, valid_from=NOON - SOON)
    Price.objects.create(
        pattern="odd",
        prompt=2,
        completion=2,
        valid_from=NOON - SOON / 2,
        valid_to=datetime(2027, 1, 1, tzinfo=UTC),
    )
    assert rates_for("odd").prompt == 2
