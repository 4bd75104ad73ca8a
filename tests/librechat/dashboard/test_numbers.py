"""What the tiles count: who was active in which window."""

import random
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from billing.models import UsageDay, UsageHour
from conversations.models import State
from librechat.dashboard.numbers import Ends, Windows, ends_in, people_active, people_new
from librechat.dashboard.periods import last_days, today_start
from librechat.kernel import clock
from tests.factories.people import person
from tests.factories.threads import conversation_make, generation_make, turn_make

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
FIELDS = {"model": "m", "context": "message", "calls": 1}


def day(user_id: str, days_ago: int) -> None:
    UsageDay.objects.create(starts_at=today_start() - DAY * days_ago, user_id=user_id, **FIELDS)


def test_everybody_counts_once_in_every_window_they_were_active_in(owner: User) -> None:
    for model in ("m", "n"):
        UsageHour.objects.create(
            starts_at=today_start(), user_id=owner.pk, **{**FIELDS, "model": model}
        )
    day(owner.pk, 3)
    day(person().pk, 6)
    day(person().pk, 7)
    day(person().pk, 29)
    day(person().pk, 30)
    day("", 1)  # nobody's calls
    assert people_active() == Windows(day=1, week=2, month=4)


def test_an_hour_of_yesterday_that_no_day_has_yet_counts_in_the_week(owner: User) -> None:
    starts_at = today_start() - timedelta(hours=1)
    UsageHour.objects.create(starts_at=starts_at, user_id=owner.pk, **FIELDS)
    assert people_active() == Windows(day=0, week=1, month=1)


def test_an_answer_that_is_not_summed_up_yet_counts_today(owner: User, viewer: User) -> None:
    assert people_active() == Windows(0, 0, 0)
    for user in (owner, owner, viewer):
        _question, answer = turn_make(conversation_make(user))
        generation_make(answer, State.DONE, finished_at=clock.now())
    cache.clear()
    assert people_active() == Windows(2, 2, 2)


def test_the_windows_count_the_same_people_as_a_walk_through_all_days() -> None:
    drawn, people = random.Random(3), [person() for _each in range(12)]
    used = {(drawn.choice(people).pk, drawn.randrange(40)) for _each in range(40)}
    for user_id, days_ago in used:
        day(user_id, days_ago)
    found = people_active()
    for window, days in ((found.week, 7), (found.month, 30)):
        assert window == len({user_id for user_id, days_ago in used if days_ago < days})
    assert found.day == 0  # who was active today, hours say


def test_sums_of_other_days_than_the_thirty_are_not_read() -> None:
    with CaptureQueriesContext(connection) as asked:
        people_active()
    sums = [one["sql"] for one in asked if "billing_usage" in one["sql"]]
    assert len(sums) == 4
    for query in sums:
        assert '"starts_at" >=' in query
        assert '"starts_at" <' in query


def test_people_are_new_in_every_window_they_came_in(owner: User) -> None:
    for days_ago in (1, 6, 7, 29, 30, 400):
        made = today_start() - DAY * days_ago
        User.objects.filter(pk=person().pk).update(created_at=made)
    assert people_new() == Windows(day=1, week=3, month=5)
    User.objects.update(created_at=today_start() - timedelta(microseconds=1))
    assert people_new() == Windows(day=0, week=7, month=7)


def test_what_was_broken_off_failed_and_what_still_runs_has_not_ended(owner: User) -> None:
    conversation = conversation_make(owner)
    assert ends_in(last_days(1)) == Ends(0, 0)
    cache.clear()
    for state in (*State, State.DONE):
        _question, answer = turn_make(conversation)
        generation_make(answer, state)
    assert ends_in(last_days(1)) == Ends(ended=5, failed=2)
