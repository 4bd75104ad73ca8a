"""Usage summed up: the same sums as the ledger, whatever the order, repetition or interruption."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Group, GroupMember, User
from billing.models import Entry, Transaction, UsageDay, UsageHour
from billing.models.account import Kind
from billing.models.usage import DIMENSIONS, SUMS
from billing.pricing.cost import TokenUsage
from billing.queries.usage import Question, Span, ledger_sums, usage_sums
from billing.services import rollup
from billing.services.charging import hold_open, hold_settle
from billing.services.rollup import usage_rollup
from librechat.kernel import clock
from tests.billing.conftest import Crowd
from tests.factories.money import balances_on, call_make

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
FOREVER = Span(START - timedelta(days=30), START + timedelta(days=400))
At = Callable[[datetime], None]
# What people are at the time of asking: joined to the sums as to the ledger.
OF_PEOPLE = (("role",), ("group", "day"), ("user_id", "email"))


def spend(
    user: User, key: str, usage: TokenUsage, *, model: str = "plain", project: str = ""
) -> None:
    rates = {model: {"prompt": 1.0, "completion": 2.0, "write": 2.0, "read": 0.5}}
    call = call_make(user, key, model=model, endpoint_rates=rates)
    hold = hold_open(
        call=replace(call, project_id=project),
        prompt_tokens=usage.prompt_tokens,
        output_tokens=usage.output_tokens,
    )
    hold_settle(hold=hold, usage=usage)


def as_sums(row: UsageHour | UsageDay) -> dict[str, int]:
    return {name: getattr(row, name) for name in SUMS}


def test_an_hour_is_summed_once_it_is_final(owner: User, clock_at: At) -> None:
    clock_at(START + timedelta(minutes=5))
    spend(owner, "one", TokenUsage(100, 10, cache_read_tokens=20, cache_write_tokens=30))
    spend(owner, "two", TokenUsage(1, 2, is_estimated=True))
    clock_at(START + timedelta(minutes=69))
    assert usage_rollup() == 0
    assert not UsageHour.objects.exists()
    clock_at(START + timedelta(minutes=70))
    assert usage_rollup() == 1
    row = UsageHour.objects.get()
    assert (row.starts_at, row.user_id, row.model) == (START, owner.pk, "plain")
    assert (row.endpoint, row.context) == ("custom", "message")
    revenue = Entry.objects.filter(account__kind=Kind.REVENUE)
    assert as_sums(row) == {
        "calls": 2,
        "input_tokens": 101,
        "output_tokens": 12,
        "cache_write_tokens": 30,
        "cache_read_tokens": 20,
        "credits": sum(entry.credits for entry in revenue),
        "estimated_calls": 1,
    }
    assert not UsageDay.objects.exists()


def test_grants_are_no_usage(owner: User, clock_at: At) -> None:
    clock_at(START)
    with balances_on(startBalance=1000):
        spend(owner, "one", TokenUsage(100))
    clock_at(START + timedelta(hours=2))
    usage_rollup()
    assert Transaction.objects.count() == 2
    assert [row.calls for row in UsageHour.objects.all()] == [1]


def test_a_day_is_summed_once_all_of_its_hours_are(owner: User, clock_at: At) -> None:
    for hour in (0, 3, 20):
        clock_at(START + timedelta(hours=hour))
        spend(owner, f"call-{hour}", TokenUsage(10))
    clock_at(datetime(2026, 3, 2, 0, 9, tzinfo=UTC))
    usage_rollup()
    assert not UsageDay.objects.exists()
    clock_at(datetime(2026, 3, 2, 0, 10, tzinfo=UTC))
    usage_rollup()
    first = UsageDay.objects.get()
    assert first.starts_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert (first.calls, first.input_tokens) == (2, 20)


def test_a_long_pause_is_caught_up_in_pieces(
    owner: User,
    clock_at: At,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rollup, "MOST_HOURS", 2)
    for day in range(3):
        clock_at(START + timedelta(days=day))
        spend(owner, f"call-{day}", TokenUsage(10))
    clock_at(START + timedelta(days=90))
    assert usage_rollup() == 2
    assert (UsageHour.objects.count(), UsageDay.objects.count()) == (2, 2)
    assert usage_rollup() == 1
    assert usage_rollup() == 0
    assert (UsageHour.objects.count(), UsageDay.objects.count()) == (3, 3)


def test_the_sums_outlive_the_person(owner: User, clock_at: At) -> None:
    clock_at(START)
    spend(owner, "one", TokenUsage(10))
    pk = owner.pk
    clock_at(START + timedelta(hours=2))
    usage_rollup()
    owner.delete()
    assert usage_sums(Question(FOREVER, ("user_id",))) == {(pk,): [1, 10, 0, 0, 0, 10, 0]}


def test_calls_of_nobody_are_summed_under_no_name(owner: User, clock_at: At) -> None:
    clock_at(START)
    spend(owner, "one", TokenUsage(10))
    owner.delete()
    clock_at(START + timedelta(hours=2))
    assert set(usage_sums(Question(FOREVER, ("user_id",)))) == {("",)}
    usage_rollup()
    assert set(usage_sums(Question(FOREVER, ("user_id",)))) == {("",)}


@pytest.mark.slow
@settings(
    max_examples=10,
    phases=[Phase.explicit, Phase.generate],  # every example adds to the ledger: none is shrunk
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=st.lists(
        st.tuples(
            st.integers(0, 30),  # hours that pass before the call
            st.sampled_from(["plain", "other"]),
            st.sampled_from(["", "a" * 24, "b" * 24]),  # the project of the chat
            st.integers(0, 500),
            st.integers(0, 500),
            st.booleans(),
            st.integers(0, 2),  # how often usage is summed up after it
        ),
        max_size=6,
    ),
)
def test_sums_are_the_ledgers_whatever_the_order_and_repetition(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
    steps: list[tuple[int, str, str, int, int, bool, int]],
) -> None:
    for name in ("Red", "Blue"):
        group, _is_new = Group.objects.get_or_create(name=name)
        GroupMember.objects.get_or_create(group=group, user=owner)
    moment = START
    with monkeypatch.context() as patch:
        patch.setattr(clock, "source", lambda: moment)
        UsageHour.objects.all().delete()
        UsageDay.objects.all().delete()
        moment = _next_moment()
        for number, step in enumerate(steps):
            hours, model, project, tokens, output, is_estimated, times = step
            moment += timedelta(hours=hours, minutes=number)
            key = f"call-{moment.isoformat()}-{number}"
            usage = TokenUsage(tokens, output, is_estimated=is_estimated)
            spend(owner, key, usage, model=model, project=project)
            for _again in range(times):
                usage_rollup()
        everything = Span(START, START + timedelta(days=3000))
        for by in ((), DIMENSIONS, ("day", "model"), ("hour",), ("project_id",), *OF_PEOPLE):
            question = Question(everything, by)
            assert usage_sums(question) == ledger_sums(question)


def _next_moment() -> datetime:
    """Return a moment after every earlier example: bookings are never deleted."""
    last = Transaction.objects.order_by("-created_at").first()
    return last.created_at + timedelta(days=1) if last else START


def test_a_stretch_within_days_is_cut_at_its_hours(owner: User, clock_at: At) -> None:
    for hour in range(0, 72, 6):
        clock_at(START + timedelta(hours=hour))
        spend(owner, f"call-{hour}", TokenUsage(1))
    clock_at(START + timedelta(days=10))
    usage_rollup()
    spans = [(3, 60), (0, 6), (7, 12), (16, 40), (10, 200), (100, 101)]
    for first, last in spans:
        span = Span(START + timedelta(hours=first), START + timedelta(hours=last))
        assert usage_sums(Question(span)) == ledger_sums(Question(span))
        by_day = Question(span, ("day",), {"model__in": ["plain"]})
        assert usage_sums(by_day) == ledger_sums(by_day)


def test_a_call_keeps_the_project_its_chat_was_in(owner: User, clock_at: At) -> None:
    clock_at(START)
    project = "a" * 24
    spend(owner, "one", TokenUsage(10), project=project)
    spend(owner, "two", TokenUsage(5))
    assert Transaction.objects.get(key="call:one").project_id == project
    expected = {(project,): [10, 1], ("",): [5, 1]}
    question = Question(FOREVER, ("project_id",), sums=("input_tokens", "calls"))
    assert usage_sums(question) == expected
    clock_at(START + timedelta(days=2))
    usage_rollup()
    assert usage_sums(question) == expected
    assert {row.project_id: row.calls for row in UsageDay.objects.all()} == {project: 1, "": 1}


def test_who_is_gone_counts_under_no_role_and_no_group(owner: User, clock_at: At) -> None:
    clock_at(START)
    spend(owner, "one", TokenUsage(10))
    clock_at(START + timedelta(days=2))
    usage_rollup()
    owner.delete()
    for by in ("role", "group", "email"):
        assert usage_sums(Question(FOREVER, (by,), sums=("calls",))) == {("",): [1]}


def test_a_call_made_an_instant_ago_counts(owner: User, clock_at: At) -> None:
    clock_at(START)
    spend(owner, "one", TokenUsage(10))
    assert usage_sums(Question(FOREVER)) == {(): [1, 10, 0, 0, 0, 10, 0]}
    clock_at(START + timedelta(hours=2))
    usage_rollup()
    spend(owner, "two", TokenUsage(5))
    assert usage_sums(Question(FOREVER)) == {(): [2, 15, 0, 0, 0, 15, 0]}


def test_two_processes_at_once_sum_up_the_same(crowd: Crowd) -> None:
    user = User.objects.create_user("many@example.org", "correct horse battery", name="Many")
    past = clock.now() - timedelta(days=3)
    for number in range(6):
        spend(user, f"call-{number}", TokenUsage(10))
    for at, row in enumerate(Transaction.objects.all()):
        Transaction._base_manager.filter(pk=row.pk).update(
            created_at=past + timedelta(hours=at * 5),
        )
    assert crowd.run(usage_rollup, usage_rollup, usage_rollup) == []
    assert sum(row.calls for row in UsageHour.objects.all()) == 6
    whole = UsageHour.objects.filter(starts_at__lt=clock.now().replace(hour=0, minute=0))
    assert sum(r.calls for r in UsageDay.objects.all()) == sum(r.calls for r in whole)
