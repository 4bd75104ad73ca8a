"""The overview and the system page: tiles, charts, what is unusual."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client import Histogram

from accounts.models import AuditEvent, User
from billing.models import BudgetRequest, UsageDay, UsageHour
from billing.models.budget import RequestState
from billing.pricing.cost import TokenUsage
from billing.queries import usage
from billing.services.charging import hold_open, hold_settle
from conversations.models import Generation, State
from librechat.dashboard import numbers, system
from librechat.dashboard.anomalies import BEFORE_DAYS, LEAST_CALLS
from librechat.dashboard.periods import Period, last_days, period_named
from librechat.kernel import clock, metrics
from librechat.kernel.charts import charts, svg, table
from librechat.kernel.ids import new_object_id, object_id_at
from librechat.maintenance.findings import Finding, green, red
from tests.factories.money import call_make
from tests.factories.people import PASSWORD, person
from tests.factories.rights import grant
from tests.factories.threads import conversation_make, generation_make, turn_make

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MOST_QUERIES = 40


@pytest.fixture
def desk(client: Client, admin: User) -> Client:
    """Return a browser in which ``admin`` is signed in."""
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    return client


def used(user: User, days_ago: int, money: int, calls: int = 1) -> None:
    """Let a person have used a model some days ago."""
    hour = clock.now().replace(minute=0, second=0, microsecond=0) - DAY * days_ago
    fields = {"user_id": user.pk, "model": "m", "context": "message", "calls": calls}
    sums = {"credits": money, "input_tokens": 10 * calls, "output_tokens": 5 * calls}
    UsageHour.objects.create(starts_at=hour, **fields, **sums)
    if days_ago:
        UsageDay.objects.create(starts_at=hour.replace(hour=0), **fields, **sums)


def failed(user: User, count: int, *, state: str = State.FAILED) -> None:
    conversation = conversation_make(user)
    for _ in range(count):
        _question, answer = turn_make(conversation)
        generation_make(answer, state, finished_at=clock.now())


def text_of(page: object) -> str:
    return " ".join(page.content.decode().split())  # type: ignore[attr-defined]


def test_the_overview_shows_what_there_is(desk: Client, owner: User, viewer: User) -> None:
    used(owner, 0, 2_500_000, calls=3)
    used(viewer, 3, 1_000_000)
    BudgetRequest.objects.create(user=owner, state=RequestState.OPEN)
    failed(owner, 1)
    failed(owner, 3, state=State.DONE)
    page = desk.get("/admin/")
    assert page.status_code == 200
    tiles = {tile.title: tile for tile in page.context["tiles"]}
    assert tiles["Active people today"].value == "1"
    assert tiles["Active people today"].note == "7 days: 2 · 30 days: 2"
    assert tiles["Answers"].value == "4"
    assert tiles["Tokens"].value == "60"
    assert tiles["Cost of models"].value == "$3.50"
    assert tiles["Failed answers"].value == "25.0%"
    assert tiles["Failed answers"].is_bad
    assert tiles["Open requests"].value == "1"
    assert tiles["Trial balance"].value == "0"
    for tile in tiles.values():
        assert tile.link.startswith("/admin/"), tile
        assert desk.get(tile.link).status_code == 200, tile


def test_the_overview_costs_a_bounded_number_of_queries(desk: Client, owner: User) -> None:
    desk.get("/admin/")
    used(owner, 1, 1_000)
    with CaptureQueriesContext(connection) as cold:
        desk.get("/admin/?from=2026-01-01&to=2026-01-02")
    assert len(cold) <= MOST_QUERIES
    with CaptureQueriesContext(connection) as warm:
        desk.get("/admin/?from=2026-01-01&to=2026-01-02")
    assert len(warm) <= 15


def test_the_overview_says_until_when_usage_is_summed_up(
    desk: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = "Usage is still being summed up"
    used(owner, 1, 1_000)
    assert sentence not in text_of(desk.get("/admin/"))
    monkeypatch.setattr(usage, "MOST_LIVE", 0)
    hold = hold_open(call=call_make(owner), prompt_tokens=1, output_tokens=0)
    hold_settle(hold=hold, usage=TokenUsage(1))
    cache.clear()
    assert sentence in text_of(desk.get("/admin/"))


def test_every_chart_draws_nothing_and_something(owner: User, viewer: User) -> None:
    found = charts()
    assert {"people", "answers"} <= set(found)
    period = last_days(30)
    for name, plot in found.items():
        assert "<svg" in svg(plot(period.start, period.end)), name
    used(owner, 0, 5_000)
    used(viewer, 2, 7_000)
    failed(owner, 2)
    for name, plot in found.items():
        chart = plot(period.start, period.end)
        assert len(svg(chart).encode()) <= 10 * 1024, name
        assert table(chart), name


def test_a_chart_is_exported_as_csv(desk: Client, owner: User) -> None:
    failed(owner, 2)
    today = f"{clock.now():%Y-%m-%d}"
    answer = desk.get(f"/admin/charts/answers.csv?from={today}&to={today}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    rows = list(csv.reader(StringIO(answer.content.decode())))
    assert rows[0] == ["", "Done", "Stopped", "Failed", "Interrupted"]
    assert rows[1] == [today, "0", "0", "2", "0"]
    event = AuditEvent.objects.get(action="chart.exported")
    assert (event.target_id, event.metadata) == ("answers", {"from": today, "to": today})
    assert desk.get("/admin/charts/nothing.csv").status_code == 404
    assert AuditEvent.objects.filter(action="chart.exported").count() == 1


def test_charts_and_tiles_keep_to_the_capabilities(client: Client, owner: User) -> None:
    grant(owner, "access:admin", "read:usage")
    client.post("/login", {"email": owner.email, "password": PASSWORD})
    page = client.get("/admin/")
    assert {tile.title for tile in page.context["tiles"]} == {"Answers", "Tokens"}
    assert {drawn.name for drawn in page.context["charts"]} == {
        name for name, plot in charts().items() if plot.capability == "read:usage"
    }
    assert client.get("/admin/charts/people.csv").status_code == 404
    assert "Nothing in the last 24 hours" not in text_of(page)
    assert client.get("/admin/system/").status_code == 403


def test_unusual_spending_is_told_with_who_spent(desk: Client, owner: User) -> None:
    for days_ago in range(2, 8):
        used(owner, days_ago, 100_000)
    assert "Nothing in the last 24 hours." in text_of(desk.get("/admin/"))
    cache.clear()
    used(owner, 0, 9_000_000, calls=500)
    text = text_of(desk.get("/admin/"))
    assert "Models cost $9 in the last 24 hours" in text
    assert "owner@example.org spent $9 in the last 24 hours" in text
    assert "There were 500 calls in the last 24 hours" in text


def test_the_little_that_many_people_use_is_usual(desk: Client, owner: User) -> None:
    for _each in range(60):
        used(person(), 3, 0, calls=BEFORE_DAYS - 1)
    used(owner, 0, 0, calls=LEAST_CALLS)
    assert "There were 200 calls" in text_of(desk.get("/admin/"))
    cache.clear()
    for _each in range(20):
        used(person(), 3, 0, calls=BEFORE_DAYS - 1)
    assert "Nothing in the last 24 hours." in text_of(desk.get("/admin/"))


def test_unusual_failures_are_told(desk: Client, owner: User) -> None:
    failed(owner, 12)
    assert "100.0 of 100 answers failed in the last 24 hours" in text_of(desk.get("/admin/"))


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2026-01-01", "2026-01-01", 1),
        ("2026-01-31", "2026-01-01", 31),
        ("1990-01-01", "2026-01-01", 366),
        ("nonsense", "2026-01-01", 30),
        ("", "", 30),
        ("9999-12-31", "9999-12-31", 30),
    ],
)
def test_a_period_is_whole_days_and_bounded(first: str, last: str, days: int) -> None:
    assert period_named(first, last).days == days


def test_a_moment_is_the_lowest_id_of_its_time() -> None:
    before, name = clock.now() - timedelta(seconds=2), new_object_id()
    assert object_id_at(before) < name < object_id_at(clock.now() + timedelta(seconds=2))
    assert len(object_id_at(before)) == 24


def test_the_time_to_first_token_is_the_bucket_that_95_of_100_are_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    series = Histogram("t", "t", ["endpoint"], buckets=(0.1, 1, 10), registry=None)
    monkeypatch.setattr(metrics, "first_token", series)
    assert numbers.first_token_p95() is None
    for seconds in [0.05] * 90 + [0.5] * 9 + [60]:
        series.labels("x").observe(seconds)
    assert numbers.first_token_p95() == 1
    for _ in range(100):
        series.labels("y").observe(60)
    assert numbers.first_token_p95() == float("inf")


def test_failures_count_in_the_stretch_of_time_that_is_asked_for(owner: User) -> None:
    failed(owner, 1)
    today = last_days(1)
    assert numbers.ends_in(today) == numbers.Ends(1, 1)
    earlier = Period(today.start - DAY, today.start)
    assert numbers.ends_in(earlier) == numbers.Ends(0, 0)
    assert Generation.objects.count() == 1


def test_the_system_page_says_what_runs(desk: Client) -> None:
    page = desk.get("/admin/system/")
    text = text_of(page)
    assert page.status_code == 200
    assert "all applied" in text
    assert connection.display_name in text
    assert "in this process" in text
    assert "None. The command backup makes one." in text or "<code>librechat-" in text
    assert "Nobody has asked in the last five minutes." in text


def test_the_doctor_is_asked_by_a_link_and_its_answer_is_kept(
    desk: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def doctor() -> list[Finding]:
        asked.append(1)
        return [red("mail", "the server refuses", "See <EMAIL_HOST>"), green("disk", "roomy")]

    monkeypatch.setattr(system, "doctor_run", doctor)
    for path in ("/admin/system/?doctor=1", "/admin/system/", "/admin/system/?doctor=1"):
        text = text_of(desk.get(path))
        assert "the server refuses <code>See &lt;EMAIL_HOST&gt;</code>" in text
        assert "roomy" in text
    assert asked == [1]


def test_who_may_manage_only_people_sees_no_system_page(client: Client) -> None:
    keeper = person()
    grant(keeper, "access:admin", "manage:users")
    client.post("/login", {"email": keeper.email, "password": PASSWORD})
    page = client.get("/admin/")
    assert page.status_code == 200
    text = text_of(page)
    assert "/admin/accounts/user/" in text
    for hidden in ("/admin/live/", "/admin/system/", "/admin/billing/balance/"):
        assert f'href="{hidden}"' not in text


def test_one_call_and_one_answer_are_told_in_the_singular(desk: Client, owner: User) -> None:
    used(owner, 0, 0)
    failed(owner, 1)
    told = text_of(desk.get("/admin/"))
    assert "1 call to a model in all" in told
    assert "1 of 1 answer" in told
    assert "1 of 1 answers" not in told
