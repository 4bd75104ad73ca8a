"""One's own usage: balance, month, receipts, downloads; never anybody else's."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from billing.pricing.cost import TokenUsage
from billing.services.charging import hold_open, hold_settle
from billing.services.rollup import usage_rollup
from tests.factories.money import balances_on, call_make

PAGE = "/settings/usage"
NOW = datetime(2026, 3, 20, 12, 30, tzinfo=UTC)
At = Callable[[datetime], None]


def spend(user: User, key: str, usage: TokenUsage | None = None, *, model: str = "plain") -> None:
    rates = {model: {"prompt": 2.5, "completion": 10.0}}
    call = call_make(user, key, model=model, endpoint_rates=rates)
    hold = hold_open(call=call, prompt_tokens=1, output_tokens=1)
    hold_settle(hold=hold, usage=usage or TokenUsage(1200, 34))


@pytest.fixture
def visitor(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def text_of(client: Client, query: str = "") -> str:
    answer = client.get(f"{PAGE}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def body_of(client: Client, kind: str) -> str:
    answer: Any = client.get(f"{PAGE}/export/{kind}")
    assert answer["Content-Disposition"].startswith("attachment")
    return b"".join(answer.streaming_content).decode()


def test_nothing_used_says_so(visitor: Client) -> None:
    text = text_of(visitor)
    assert "No calls yet." in text
    assert "Balance" not in text
    assert '<svg class="chart"' not in text


def test_the_balance_says_when_the_next_refill_can_come(visitor: Client) -> None:
    with balances_on(startBalance=12_345, autoRefillEnabled=True, refillAmount=500):
        text = text_of(visitor)
    assert "12,345 credits" in text
    assert "The next refill is 500 credits" in text
    with balances_on(startBalance=12_345):
        assert "The next refill" not in text_of(visitor)


def test_the_month_is_summed_by_day_and_model_and_equals_its_receipts(
    visitor: Client,
    owner: User,
    clock_at: At,
) -> None:
    for day in (1, 5, 20):
        clock_at(NOW.replace(day=day))
        spend(owner, f"call-{day}", model=f"model-{day % 2}")
    clock_at(NOW.replace(month=2))
    spend(owner, "last-month", model="of-february")
    clock_at(NOW + timedelta(minutes=1))
    usage_rollup()
    text = text_of(visitor)
    assert "$0.01 for 3 calls, 3,702 tokens." in " ".join(text.split())
    assert text.count('<svg class="chart"') == 1
    assert "2026-03-20" in text
    assert text.count("To the chat") == 4
    month, _break, _rest = text.partition('id="receipts"')
    assert "of-february" not in month
    assert "model-1" in month


def test_a_receipt_has_tokens_price_cost_and_the_mark_of_an_estimate(
    visitor: Client,
    owner: User,
) -> None:
    spend(owner, "one", TokenUsage(1000, 34, cache_read_tokens=200, is_estimated=True))
    text = " ".join(text_of(visitor).split())
    assert "1,200 tokens in, 34 out" in text
    assert "200 from the cache" in text
    assert "$2.5 in and $10 out per million" in text
    assert "3,340 credits" in text
    assert "$0.003340" in text
    assert "estimated" in text
    assert 'href="/c/11111111-1111-4111-8111-111111111111"' in text


def test_receipts_are_paged_and_none_is_left_out(visitor: Client, owner: User) -> None:
    for number in range(60):
        spend(owner, f"call-{number}", model=f"model-{number:02}.")
    seen: list[str] = []
    address = ""
    for _page in range(3):
        text = text_of(visitor, address)
        receipts = text.partition('id="receipts"')[2]
        seen += [f"model-{n:02}." for n in range(60) if f"model-{n:02}." in receipts]
        address = receipts.partition("before=")[2].partition("#")[0]
        address = f"?before={address}" if address else ""
    assert address == ""
    assert len(seen) == len(set(seen)) == 60


@pytest.mark.parametrize("cursor", ["x", "e30=", "eyJhdCI6IDF9"])
def test_a_broken_place_in_the_list_is_its_beginning(
    visitor: Client,
    owner: User,
    cursor: str,
) -> None:
    spend(owner, "one")
    assert "To the chat" in text_of(visitor, f"?before={cursor}")


def test_the_calls_of_one_answer_can_be_looked_at(visitor: Client, owner: User) -> None:
    spend(owner, "one", model="of-the-answer")
    answer = "22222222-2222-4222-8222-222222222222"
    receipts = text_of(visitor, f"?message={answer}").partition('id="receipts"')[2]
    assert "of-the-answer" in receipts
    receipts = text_of(visitor, "?message=another").partition('id="receipts"')[2]
    assert "of-the-answer" not in receipts


def test_nobody_sees_what_somebody_else_used(visitor: Client, viewer: User) -> None:
    spend(viewer, "secret", model="secret-model")
    assert "secret-model" not in text_of(visitor)
    assert "secret-model" not in text_of(visitor, "?message=22222222-2222-4222-8222-222222222222")
    for kind in ("csv", "json"):
        assert "secret-model" not in body_of(visitor, kind)


def test_all_of_it_can_be_taken_along(visitor: Client, owner: User) -> None:
    for number in range(30):
        spend(owner, f"call-{number}")
    spend(owner, "formula", model="=cmd()")
    rows = list(csv.DictReader(io.StringIO(body_of(visitor, "csv"), newline="")))
    assert len(rows) == 31
    assert rows[0]["model"] == "'=cmd()"
    assert rows[1]["credits"] == "3340"
    assert rows[1]["usd"] == "0.003340"
    told = json.loads(body_of(visitor, "json"))
    assert [row["model"] for row in told] == ["=cmd()", *["plain"] * 30]
    assert visitor.get(f"{PAGE}/export/exe").status_code == 404


def test_nothing_to_take_along_is_an_empty_list(visitor: Client) -> None:
    assert json.loads(body_of(visitor, "json")) == []


def test_the_page_needs_as_many_queries_for_many_calls_as_for_one(
    visitor: Client,
    owner: User,
) -> None:
    spend(owner, "first")
    text_of(visitor)
    with CaptureQueriesContext(connection) as few:
        text_of(visitor)
    for number in range(20):
        spend(owner, f"call-{number}", model=f"model-{number}")
    with CaptureQueriesContext(connection) as many:
        text_of(visitor)
    assert len(many) == len(few)


def test_guests_are_sent_to_the_sign_in(db: None) -> None:
    for page in (PAGE, f"{PAGE}/export/csv"):
        answer = Client().get(page)
        assert answer.status_code == 302
        assert "/login" in answer["Location"]
