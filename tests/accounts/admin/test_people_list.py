"""The list of people: what it shows of each, its filters, what it costs."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.admin.user import UserAdmin
from accounts.models import AuditEvent, User
from accounts.services.bans import ban_add
from billing.models import Balance
from librechat.kernel import clock
from tests.factories.money import balances_on, purse
from tests.factories.people import PASSWORD, person, sign_in
from tests.factories.rights import grant, group

pytestmark = pytest.mark.django_db

PEOPLE = "/admin/accounts/user/"


@pytest.fixture
def desk(client: Client, admin: User) -> Client:
    """Return a browser in which ``admin`` is signed in."""
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    return client


def listed(client: Client, query: str = "") -> list[User]:
    """Return the people of a page, as the list has them."""
    found: list[User] = client.get(f"{PEOPLE}?{query}").context["cl"].result_list
    return found


def emails(client: Client, query: str) -> set[str]:
    return {user.email for user in listed(client, query)}


def shown(client: Client, user: User, name: str) -> object:
    """Return what a column of ours shows of somebody."""
    [row] = listed(client, f"q={user.email}")
    return getattr(UserAdmin, name)(None, row)


def test_everything_about_a_person_is_in_their_row(desk: Client, owner: User) -> None:
    sign_in(owner)
    for name in ("Blue", "Green", "Red", "Yellow"):
        group(name, owner)
    Authenticator.objects.create(user=owner, type="webauthn", data={})
    SocialAccount.objects.create(user=owner, provider="github", uid="1")
    assert shown(desk, owner, "groups_shown") == "Blue, Green, Red and 1 more"
    assert shown(desk, owner, "methods") == "local, linked account, passkey"
    assert shown(desk, owner, "factor") is True
    assert shown(desk, owner, "status") == "In use"
    assert shown(desk, owner, "seen") != "never"


def test_a_row_of_somebody_who_has_nothing_says_so(desk: Client, owner: User) -> None:
    assert shown(desk, owner, "groups_shown") == ""
    assert shown(desk, owner, "methods") == "local"
    assert shown(desk, owner, "factor") is False
    assert shown(desk, owner, "seen") == "never"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"delete_after": "2030-01-01T00:00:00Z"}, "Waits to be deleted"),
        ({"is_active": False}, "Switched off"),
        ({"email_verified": False}, "Address not confirmed"),
    ],
)
def test_a_status_says_why_somebody_cannot_come_in(
    desk: Client,
    owner: User,
    fields: dict[str, object],
    words: str,
) -> None:
    User.objects.filter(pk=owner.pk).update(**fields)
    assert shown(desk, owner, "status") == words


def test_a_ban_shows_until_it_is_over(
    desk: Client,
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    ban_add(user=owner, reason="Enough.", lasts=timedelta(minutes=5))
    assert shown(desk, owner, "status") == "Banned"
    assert emails(desk, "banned=yes") == {owner.email}
    clock_at(clock.now() + timedelta(minutes=6))
    assert shown(desk, owner, "status") == "In use"
    assert emails(desk, "banned=yes") == set()


def test_filters_find_people_by_each_column(desk: Client, owner: User, viewer: User) -> None:
    sign_in(owner)
    Authenticator.objects.create(user=owner, type="totp", data={"secret": "x"})
    SocialAccount.objects.create(user=owner, provider="github", uid="1")
    User.objects.filter(pk=viewer.pk).update(is_active=False)
    for query in ("seen=7", "factor=yes", "linked=yes"):
        assert owner.email in emails(desk, query), query
        assert viewer.email not in emails(desk, query), query
    for query in ("seen=never", "factor=no", "linked=no", "status=off"):
        assert viewer.email in emails(desk, query), query
        assert owner.email not in emails(desk, query), query
    assert emails(desk, "role=ADMIN") == {"admin@example.org"}
    assert emails(desk, "status=active") == {"admin@example.org", owner.email}


def test_who_was_here_long_ago_is_found(
    desk: Client,
    owner: User,
) -> None:
    session = sign_in(owner).session
    session.last_used_at = clock.now() - timedelta(days=100)
    session.save()
    assert emails(desk, "seen=over-90") == {owner.email}
    assert owner.email not in emails(desk, "seen=90")


def test_an_answer_that_is_none_filters_nothing(desk: Client, owner: User) -> None:
    for query in ("seen=x", "factor=x", "status=x", "balance=x"):
        assert owner.email in emails(desk, query), query


def test_the_list_costs_the_same_for_one_and_for_many(desk: Client) -> None:
    def member() -> None:
        user = person()
        group("Crew", user)
        sign_in(user)
        Balance.objects.create(user=user, credits=5)

    member()
    desk.get(PEOPLE)  # what is kept for minutes is looked up once
    with CaptureQueriesContext(connection) as few:
        desk.get(PEOPLE)
    for _ in range(20):
        member()
    with CaptureQueriesContext(connection) as many:
        desk.get(PEOPLE)
    assert len(many) <= len(few)


class TestMoney:
    """What billing adds to the list."""

    def test_balances_and_spendings_are_columns(self, desk: Client, owner: User) -> None:
        Balance.objects.create(user=owner, credits=2_500_000)
        [row] = listed(desk, f"q={owner.email}")
        text = desk.get(f"{PEOPLE}?q={owner.email}").content.decode()
        assert row.above["balance_shown"] == "$2.50"  # type: ignore[attr-defined]  # set by the list
        assert "$2.50" in text
        assert "field-spent_shown" in text

    def test_a_debt_is_below_zero(self, desk: Client, owner: User) -> None:
        Balance.objects.create(user=owner, credits=0, debt_credits=1_000_000)
        assert "-$1.00" in desk.get(f"{PEOPLE}?q={owner.email}").content.decode()
        assert emails(desk, "balance=debt") == {owner.email}
        assert owner.email not in emails(desk, "balance=none")

    def test_who_may_not_see_money_sees_none(self, client: Client, owner: User) -> None:
        Balance.objects.create(user=owner, credits=2_500_000)
        looker = person()
        grant(looker, "access:admin", "read:users")
        client.force_login(looker)
        text = client.get(PEOPLE).content.decode()
        assert "$2.50" not in text
        assert "balance" not in text
        assert client.get(f"{PEOPLE}?balance__credits__gt=1").status_code == 400

    def test_credits_are_added_and_set_once_with_a_reason(
        self,
        desk: Client,
        owner: User,
        admin: User,
    ) -> None:
        body = {
            "action": "add_credits",
            "_selected_action": [owner.pk],
            "confirmed": "yes",
            "amount": "500",
            "reason": "A present.",
            "submission": "a" * 24,
        }
        with balances_on():
            desk.post(PEOPLE, body)
            again = desk.post(PEOPLE, body, follow=True).content.decode()
            assert purse(owner) == (500, 0, 0)
            assert "this was done before" in again
            desk.post(PEOPLE, {**body, "action": "set_credits", "amount": "7"})
            assert purse(owner) == (500, 0, 0)  # the same page again
            desk.post(
                PEOPLE,
                {**body, "action": "set_credits", "amount": "7", "submission": "b" * 24},
            )
            assert purse(owner) == (7, 0, 0)
        event = AuditEvent.objects.get(action="balance.added")
        assert (event.actor_id, event.metadata["reason"]) == (admin.pk, "A present.")

    def test_who_may_not_manage_money_moves_none(self, client: Client, owner: User) -> None:
        keeper = person()
        grant(keeper, "access:admin", "manage:users", "read:billing")
        client.post("/login", {"email": keeper.email, "password": PASSWORD})
        with balances_on():
            body = {"amount": "5", "reason": "Mine.", "submission": "c" * 24}
            client.post(
                PEOPLE,
                {
                    "action": "add_credits",
                    "_selected_action": [owner.pk],
                    "confirmed": "yes",
                    **body,
                },
            )
        assert not Balance.objects.filter(user=owner, credits__gt=0).exists()
