"""Prices in the admin: set, looked up, ended, imported; for those with the capability."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Grant, User
from billing.models import Price, PriceImport
from billing.services.price_imports import price_import_draft
from librechat.kernel import clock
from tests.billing.admin.price_desks import IMPORTS, browser, spend, text_of
from tests.billing.services.test_price_imports import RAW
from tests.factories.prices import price_make

pytestmark = pytest.mark.django_db
PRICES = "/admin/billing/price/"
DAY = timedelta(days=1)
FORM = {"pattern": "GPT-4o", "prompt": "1", "completion": "2.5", "note": "from now on"}


@pytest.fixture
def reader(viewer: User) -> Client:
    """Return somebody who may look at money and change nothing."""
    for name in ("access:admin", "read:billing"):
        Grant.objects.create(principal_type="user", principal_id=viewer.pk, capability=name)
    return browser(viewer)


def test_a_price_is_set_by_the_form(desk: Client, admin: User) -> None:
    answer = desk.post(f"{PRICES}add/", FORM)
    price = Price.objects.get()
    assert answer.headers["Location"] == f"{PRICES}{price.pk}/change/"
    assert (price.pattern, price.created_by, price.note) == ("gpt-4o", admin, "from now on")
    shown = text_of(desk, f"{PRICES}{price.pk}/change/")
    assert "input 1, output 2.5" in shown
    assert "gpt-4o-mini" in shown  # stands behind it now
    assert "?pattern=gpt-4o&amp;prompt=1&amp;completion=2.5" in shown  # a new one begins with it


def test_a_price_can_be_planned_by_the_form(desk: Client) -> None:
    later = clock.now() + DAY
    when = {"valid_from_0": f"{later:%Y-%m-%d}", "valid_from_1": "12:00:00"}
    assert desk.post(f"{PRICES}add/", {**FORM, **when}).status_code == 302
    assert Price.objects.get().valid_from.date() == later.date()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"prompt": "-1"}, "prompt: -1 is no price."),
        ({"prompt": ""}, "This field is required."),
        ({"pattern": "a\u202eb"}, "printable characters"),
        ({"premium_above": "5"}, "premium_prompt: a price is needed."),
        ({"valid_from_0": "2020-01-01", "valid_from_1": "00:00"}, "starts now or later"),
    ],
)
def test_a_wrong_price_is_refused_at_its_field(
    desk: Client, wrong: dict[str, str], said: str
) -> None:
    answer = desk.post(f"{PRICES}add/", {**FORM, **wrong})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert Price.objects.count() == 0


def test_a_price_of_the_same_moment_is_refused(
    desk: Client, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(clock.now())
    price_make("gpt-4o", 7)
    assert "Nothing was changed" in desk.post(f"{PRICES}add/", FORM).content.decode()
    assert Price.objects.get().prompt == 7


def test_the_form_is_filled_in_by_its_address(desk: Client) -> None:
    assert 'value="claude-x"' in text_of(desk, f"{PRICES}add/", pattern="claude-x")


def test_a_price_is_tried_on_the_last_month_before_it_is_set(desk: Client, owner: User) -> None:
    spend(owner)
    answer = desk.post(f"{PRICES}add/", {**FORM, "_simulate": "yes"}).content.decode()
    assert "1 calls cost 350 credits; they would have cost 125." in answer
    assert Price.objects.count() == 0
    price = price_make("gpt-4o", 1, "2.5")
    shown = text_of(desk, f"{PRICES}{price.pk}/simulate/")
    assert "they would have cost 125." in shown
    other = price_make("unused", 1)
    assert "No call of the last month" in text_of(desk, f"{PRICES}{other.pk}/simulate/")


def test_a_price_that_is_not_there_cannot_be_simulated(desk: Client) -> None:
    assert desk.get(f"{PRICES}nothing/simulate/").status_code == 404
    assert desk.get(f"{IMPORTS}nothing/simulate/").status_code == 404
    assert desk.get(f"{IMPORTS}nothing/change/").status_code == 404


@pytest.mark.parametrize(
    ("holds", "found"), [("now", "now-p"), ("future", "later-p"), ("past", "gone-p")]
)
def test_the_list_can_be_cut_to_what_holds(
    desk: Client, clock_at: Callable[[datetime], None], holds: str, found: str
) -> None:
    now = clock.now()
    clock_at(now - 2 * DAY)
    price_make("gone-p", valid_to=now - DAY)
    clock_at(now)
    price_make("now-p")
    price_make("later-p", valid_from=now + DAY)
    shown = text_of(desk, PRICES, holds=holds)
    assert [name for name in ("gone-p", "now-p", "later-p") if name in shown] == [found]
    whole = text_of(desk, PRICES)
    assert all(name in whole for name in ("gone-p", "now-p", "later-p"))


def test_the_lists_need_as_many_queries_for_many_rows_as_for_one(desk: Client, admin: User) -> None:
    for address in (PRICES, IMPORTS):
        counts = []
        for number in range(3):
            price_make(f"m{number}{address}", actor=admin)
            price_import_draft(name="list", raw=RAW, actor=admin)
            with CaptureQueriesContext(connection) as queries:
                text_of(desk, address)
            counts.append(len(queries))
        assert counts[1] == counts[2]


def test_the_page_of_a_model_says_which_price_wins_and_why(desk: Client) -> None:
    price = price_make("gpt-4o", 1, 1)
    shown = text_of(desk, f"{PRICES}lookup/", model="gpt-4o-2024")
    assert f"{PRICES}{price.pk}/change/" in shown
    assert shown.index("prices set here") < shown.index("the built-in table")
    assert shown.count("<strong>wins</strong>") == 1
    assert "says nothing" in shown  # librechat.yaml
    unknown = text_of(desk, f"{PRICES}lookup/", model="unheard-of")
    assert "the default price of unknown models" in unknown
    assert "<strong>wins</strong>" not in text_of(desk, f"{PRICES}lookup/")


def test_models_in_use_without_a_price_are_listed(
    desk: Client, reader: Client, owner: User
) -> None:
    assert "Every model in use has a price." in text_of(desk, f"{PRICES}unpriced/")
    spend(owner, model="unheard of")
    assert "?pattern=unheard%20of" in text_of(desk, f"{PRICES}unpriced/")
    assert "?pattern=" not in text_of(reader, f"{PRICES}unpriced/")


def test_prices_are_ended_after_asking(desk: Client) -> None:
    price = price_make("m")
    body = {"action": "end", "_selected_action": [price.pk]}
    assert "They stop to hold now" in desk.post(PRICES, body).content.decode()
    price.refresh_from_db()
    assert price.valid_to is None
    desk.post(PRICES, {**body, "confirmed": "yes"})
    price.refresh_from_db()
    assert price.valid_to is not None


def test_a_row_is_never_edited_or_deleted(desk: Client) -> None:
    price = price_make("m")
    for act in ("change", "delete"):
        assert desk.post(f"{PRICES}{price.pk}/{act}/", {"prompt": "9"}).status_code == 403
    assert Price.objects.get().prompt == 1


def test_who_may_only_look_changes_nothing(reader: Client, admin: User) -> None:
    price = price_make("m")
    found = price_import_draft(name="list", raw=RAW, actor=admin)
    for address in (
        PRICES,
        IMPORTS,
        f"{PRICES}lookup/",
        f"{PRICES}unpriced/",
        f"{PRICES}{price.pk}/change/",
        f"{PRICES}{price.pk}/simulate/",
        f"{IMPORTS}{found.pk}/change/",
        f"{IMPORTS}{found.pk}/simulate/",
    ):
        assert reader.get(address).status_code == 200, address
    assert reader.get(f"{PRICES}add/").status_code == 403
    assert reader.post(f"{PRICES}add/", FORM).status_code == 403
    assert reader.post(f"{IMPORTS}add/", {"name": "x"}).status_code == 403
    assert reader.post(f"{IMPORTS}{found.pk}/change/", {"_all": "yes"}).status_code == 403
    body = {"action": "end", "_selected_action": [price.pk], "confirmed": "yes"}
    reader.post(PRICES, body)
    price.refresh_from_db()
    assert (price.valid_to, Price.objects.count()) == (None, 1)
    assert PriceImport.objects.get().state == "draft"


def test_without_the_capability_there_is_nothing_to_see(stranger: User) -> None:
    Grant.objects.create(principal_type="user", principal_id=stranger.pk, capability="access:admin")
    price = price_make("m")
    found = price_import_draft(name="list", raw=RAW, actor=None)
    client = browser(stranger)
    for address in (
        PRICES,
        f"{PRICES}lookup/",
        f"{PRICES}unpriced/",
        f"{PRICES}{price.pk}/simulate/",
        f"{IMPORTS}{found.pk}/change/",
        f"{IMPORTS}{found.pk}/simulate/",
    ):
        assert client.get(address).status_code == 403, address
