"""The explorer's pages: for who may read usage, flat in queries, safe downloads, saved views."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, Grant, Group, GroupMember, User
from billing.admin.usage_page import MOST_SERIES, usage_chart
from billing.models import UsageHour, UsageView
from billing.pricing.cost import TokenUsage
from billing.queries.usage import hour_of
from billing.queries.usage_filters import cut_parse
from billing.queries.usage_table import usage_table
from billing.services.charging import hold_open, hold_settle
from librechat.kernel import clock
from tests.factories.money import call_make
from tests.factories.people import PASSWORD

PAGE = "/admin/billing/usagehour/"
HOSTILE = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\tx", "\rx"]


def used(user_id: str, **fields: Any) -> None:
    numbers = {"calls": 1, "input_tokens": 10, "output_tokens": 5, "credits": 1_000_000}
    starts_at = hour_of(clock.now()) - timedelta(hours=3)
    row = {"model": "gpt", "endpoint": "openAI", "context": "message", **numbers, **fields}
    UsageHour.objects.create(user_id=user_id, starts_at=starts_at, **row)


@pytest.fixture
def looker(admin: User) -> Client:
    client = Client()
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    return client


def text_of(client: Client, query: str = "") -> str:
    answer = client.get(f"{PAGE}?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def csv_of(client: Client, query: str) -> list[dict[str, str]]:
    answer = client.get(f"{PAGE}export/csv/?{query}")
    body = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(body, newline="")))


def test_the_page_shows_what_was_used_and_the_newest_call(looker: Client, owner: User) -> None:
    used(owner.pk, model="from-the-sums")
    rates = {"of-this-minute": {"prompt": 1.0, "completion": 1.0}}
    call = call_make(owner, model="of-this-minute", endpoint_rates=rates)
    hold = hold_open(call=call, prompt_tokens=5, output_tokens=5)
    hold_settle(hold=hold, usage=TokenUsage(5, 5))
    text = text_of(looker)
    assert "from-the-sums" in text
    assert "of-this-minute" in text
    assert "$1.00" in text
    assert "<svg" in text


def test_the_page_needs_as_many_queries_for_many_rows_as_for_one(looker: Client) -> None:
    def make(number: int) -> None:
        user = User.objects.create_user(f"user-{number}@example.org", "x" * 12)
        GroupMember.objects.create(group=Group.objects.create(name=f"G{number}"), user=user)
        used(user.pk, model=f"model-{number}")

    for query in ("by=user&then=model", "by=group&then=role", "by=day&then=key", "by=model"):
        make(UsageHour.objects.count() + 100)
        text_of(looker, query)
        with CaptureQueriesContext(connection) as few:
            text_of(looker, query)
        for _more in range(12):
            make(UsageHour.objects.count() + 1000)
        with CaptureQueriesContext(connection) as many:
            text_of(looker, query)
        assert len(many) == len(few) <= 20, query


def test_a_long_list_is_paged(looker: Client, owner: User) -> None:
    for number in range(60):
        used(owner.pk, model=f"model-{number:02}")
    first, second = (
        text_of(looker, "by=model&sort=name"),
        text_of(looker, "by=model&sort=name&page=2"),
    )
    assert "model-00" in first
    assert "model-59" not in first
    assert "model-59" in second
    assert "Page 2 of 2, 60 rows" in second
    assert "Page 2 of 2" in text_of(looker, "by=model&page=99")


def test_a_click_leads_to_the_next_level(looker: Client, owner: User) -> None:
    used(owner.pk, model="a&b=c", agent_id="agent_x")
    text = text_of(looker, "by=model&then=user&period=7d")
    assert "period=7d&amp;by=user&amp;model=a%26b%3Dc&amp;measure=money" in text
    narrowed = text_of(looker, "period=7d&by=user&model=a%26b%3Dc")
    assert "owner@example.org" in narrowed
    assert "Model: a&amp;b=c" in narrowed
    assert "agent=-" in text_of(looker, "by=agent") or "agent=agent_x" in text_of(
        looker, "by=agent"
    )


def test_the_page_says_when_people_count_twice(looker: Client) -> None:
    sentence = "counts in each"
    assert sentence in text_of(looker, "by=group")
    assert sentence not in text_of(looker, "by=model")


def test_what_people_name_things_is_never_markup(looker: Client, owner: User) -> None:
    used(owner.pk, model="<script>alert(1)</script>")
    for by in ("model", "day&then=model"):
        assert "<script>alert(1)" not in text_of(looker, f"by={by}")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_cell_of_a_download_is_a_formula(looker: Client, owner: User, name: str) -> None:
    used(owner.pk, model=name)
    [row] = csv_of(looker, "by=model&then=user")
    assert row["model"] == f"'{name}"
    assert row["user"] == "owner@example.org"
    assert row["credits"] == "1000000"
    assert row["usd"] == "1.000000"


def test_a_download_has_all_rows(looker: Client, owner: User) -> None:
    for number in range(60):
        used(owner.pk, model=f"model-{number:02}")
    assert len(csv_of(looker, "by=model&page=2")) == 60
    answer = looker.get(f"{PAGE}export/json/?by=model&period=7d")
    assert answer["Content-Disposition"].startswith('attachment; filename="usage-')
    body = json.loads(answer.content)
    assert len(body["rows"]) == 60
    assert body["rows"][0]["credits"] == 1_000_000
    event = AuditEvent.objects.get(action="usage.exported", metadata__format="json")
    assert event.metadata["filter"] == "period=7d&by=model&measure=money"


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_download_wants_a_fresh_proof_and_the_page_none(
    looker: Client, owner: User, admin: User, kind: str
) -> None:
    used(owner.pk, model="secret-model")
    admin.auth_sessions.update(proved_at=clock.now() - timedelta(minutes=6))
    answer = looker.get(f"{PAGE}export/{kind}/?by=user")
    assert answer["Location"].startswith("/settings/confirm?next=")
    assert "by%3Duser" in answer["Location"]
    assert not AuditEvent.objects.filter(action="usage.exported").exists()
    assert "secret-model" in text_of(looker, "by=model")


def test_who_may_not_read_usage_sees_nothing(stranger: User, owner: User) -> None:
    used(owner.pk, model="secret-model")
    Grant.objects.create(principal_type="user", principal_id=stranger.pk, capability="access:admin")
    client = Client()
    client.force_login(stranger)
    for page in ("", "export/csv/", "export/json/"):
        answer = client.get(f"{PAGE}{page}")
        assert answer.status_code in {302, 403}
        assert b"secret-model" not in getattr(answer, "content", b"")
    answer = client.post(f"{PAGE}views/", {"name": "Mine", "query": "by=user"})
    assert answer.status_code in {302, 403}
    assert not UsageView.objects.exists()


def test_views_are_kept_and_shared(
    looker: Client,
    admin: User,
    viewer: User,
) -> None:
    User.objects.filter(pk=viewer.pk).update(role="ADMIN")
    colleague = Client()
    colleague.force_login(User.objects.get(pk=viewer.pk))
    saved = {"query": "by=user&nonsense=1&period=7d"}
    looker.post(f"{PAGE}views/", {**saved, "name": "Private"})
    answer = looker.post(f"{PAGE}views/", {**saved, "name": "Public", "is_shared": "on"})
    assert answer["Location"] == f"{PAGE}?period=7d&by=user&measure=money"
    assert "Private" in text_of(looker)
    seen = text_of(colleague)
    assert "Public" in seen
    assert "Private" not in seen
    view = UsageView.objects.get(name="Public")
    delete = f'href="/admin/billing/usageview/{view.pk}/delete/"'
    assert delete in text_of(looker)
    assert delete not in seen


def test_a_view_needs_a_name_and_replaces_its_namesake(looker: Client) -> None:
    for name in ("", "   ", "x" * 81):
        looker.post(f"{PAGE}views/", {"name": name, "query": "by=user"})
    assert not UsageView.objects.exists()
    for by in ("user", "model"):
        looker.post(f"{PAGE}views/", {"name": "Mine", "query": f"by={by}"})
    assert UsageView.objects.get().query == "period=30d&by=model&measure=money"


def test_views_are_changed_by_post_only(looker: Client) -> None:
    assert looker.get(f"{PAGE}views/").status_code == 405


def test_a_chart_of_very_many_people_draws_the_largest_and_the_others(
    looker: Client, admin: User
) -> None:
    for number in range(12):
        used(f"{number:024x}", credits=1_000_000 * (number + 1))
    answer = looker.get(f"{PAGE}?by=day&then=user")
    drawn = usage_chart(usage_table(cut_parse({"by": "day", "then": "user"})))
    sums = [sum(number for _day, number in one.points) for one in drawn.series]
    assert len(sums) == MOST_SERIES
    assert sorted(sums, reverse=True) == [1_000_000 * n for n in (15, 12, 11, 10, 9, 8, 7, 6)]
    assert answer.context["count"] == 12
    assert answer.context["total"].credits == 78_000_000
