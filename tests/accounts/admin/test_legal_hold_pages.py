"""Legal holds in the admin: the list, the person's page, and who may do what."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.access.legal_hold import is_held
from accounts.models import AuditEvent, LegalHold, User
from accounts.services.legal_holds import legal_hold_lift, legal_hold_place
from librechat.kernel import clock
from tests.accounts.admin.people_desk import PEOPLE, act
from tests.factories.people import person, sign_in
from tests.factories.rights import grant
from tests.librechat.dashboard.tables import signed_in

pytestmark = pytest.mark.django_db

HERE = "/admin/accounts/legalhold/"
WHY = "A case before the court"


def lawyer(*capabilities: str) -> Client:
    somebody = person()
    grant(somebody, "access:admin", *capabilities)
    return signed_in(somebody)


def body(email: str, **given: str) -> dict[str, str]:
    return {"email": email, "reason": WHY, "last_day": "", **given}


def test_people_are_put_under_a_hold_with_one_action(desk: Client, owner: User) -> None:
    last_day = (clock.now() + timedelta(days=30)).date()
    other = person()
    page = act(desk, "hold_place", owner, other, reason=WHY, last_day=last_day.isoformat())
    assert "Done for 2." in page.content.decode()
    hold = LegalHold.objects.get(user=owner)
    after = datetime(last_day.year, last_day.month, last_day.day, tzinfo=UTC) + timedelta(days=1)
    assert (hold.reason, hold.ends_at, is_held(other)) == (WHY, after, True)
    assert AuditEvent.objects.filter(action="legal_hold.placed").count() == 2


@pytest.mark.parametrize(
    "given", [{"reason": "short"}, {"last_day": "2020-01-01"}, {"last_day": "9999-12-31"}]
)
def test_the_action_asks_again_where_something_is_wrong(
    desk: Client, owner: User, given: dict[str, str]
) -> None:
    page = act(desk, "hold_place", owner, **{"reason": WHY, "last_day": "", **given})
    assert page.context["form"].errors.keys() == given.keys()
    assert not LegalHold.objects.exists()


def test_a_hold_is_added_by_address(desk: Client, admin: User, owner: User) -> None:
    answer = desk.post(f"{HERE}add/", body(owner.email))
    assert answer.status_code == 302
    hold = LegalHold.objects.get()
    assert (hold.user, hold.placed_by, hold.ends_at) == (owner, admin, None)
    page = desk.get(f"{HERE}{hold.pk}/change/").content.decode()
    assert WHY in page
    assert "legal_hold.placed" in page


def test_adding_refuses_who_is_unknown_and_who_may_do_more(desk: Client, admin: User) -> None:
    page = desk.post(f"{HERE}add/", body("nobody@example.org"))
    assert "nobody@example.org" in str(page.context["adminform"].form.errors)
    client = lawyer("manage:legal_holds")
    page = client.post(f"{HERE}add/", body(admin.email))
    assert "may do what you may not" in str(page.context["adminform"].form.errors)
    assert not LegalHold.objects.exists()


def test_lifting_asks_for_a_reason_and_shows_in_the_history(
    desk: Client, admin: User, owner: User
) -> None:
    hold = legal_hold_place(user=owner, reason=WHY)
    asked = desk.post(HERE, {"action": "lift", "_selected_action": [hold.pk]})
    assert "destroyed by the next purge" in asked.content.decode()
    assert is_held(owner)
    act(desk, "lift", hold, path=HERE, reason="The case is over")
    hold.refresh_from_db()
    assert (hold.lifted_by, is_held(owner)) == (admin, False)
    page = desk.get(f"{HERE}{hold.pk}/change/").content.decode()
    assert "The case is over" in page
    assert "legal_hold.lifted" in page
    again = act(desk, "lift", hold, path=HERE, reason="The case is over")
    assert "not in force any more" in again.content.decode()


def test_another_end_is_set(desk: Client, owner: User) -> None:
    hold = legal_hold_place(user=owner, reason=WHY, ends_at=clock.now() + timedelta(days=1))
    act(desk, "set_end", hold, path=HERE, reason="It takes longer", last_day="")
    hold.refresh_from_db()
    assert hold.ends_at is None


def test_nobody_lifts_their_own_hold(desk: Client, admin: User) -> None:
    hold = legal_hold_place(user=admin, reason=WHY)
    for action in ("lift", "set_end"):
        page = act(desk, action, hold, path=HERE, reason="The case is over", last_day="")
        assert "You cannot do this to yourself." in page.content.decode()
    assert is_held(admin)


def test_the_hold_of_who_may_do_more_is_left_alone(admin: User) -> None:
    client = lawyer("manage:legal_holds", "read:users")
    hold = legal_hold_place(user=admin, reason=WHY)
    page = act(client, "lift", hold, path=HERE, reason="The case is over")
    assert "may do what you may not" in page.content.decode()
    page = act(client, "hold_place", admin, reason=WHY, last_day="")
    assert "may do what you may not" in page.content.decode()
    assert (LegalHold.objects.count(), is_held(admin)) == (1, True)


def test_who_manages_people_alone_places_and_sees_no_hold(owner: User) -> None:
    legal_hold_place(user=owner, reason=WHY)
    client = lawyer("manage:users", "manage:system")
    act(client, "hold_place", owner, reason=WHY, last_day="")
    assert LegalHold.objects.count() == 1
    assert client.get(HERE).status_code == 403
    assert client.get(f"{PEOPLE}{owner.pk}/tab/holds/").status_code == 403
    assert "held=yes" not in client.get(PEOPLE).content.decode()
    assert "/admin/accounts/legalhold/" not in client.get("/admin/retention/").content.decode()


def test_who_may_only_look_changes_nothing(owner: User) -> None:
    hold = legal_hold_place(user=owner, reason=WHY)
    client = lawyer("read:legal_holds", "read:users")
    assert WHY in client.get(HERE).content.decode()
    assert client.get(f"{HERE}add/").status_code == 403
    act(client, "lift", hold, path=HERE, reason="The case is over")
    assert is_held(owner)


@pytest.mark.parametrize("action", ["lift", "set_end"])
def test_acts_want_a_fresh_proof(desk: Client, admin: User, owner: User, action: str) -> None:
    hold = legal_hold_place(user=owner, reason=WHY)
    admin.auth_sessions.update(proved_at=clock.now() - timedelta(minutes=6))
    given = {"action": action, "_selected_action": [hold.pk], "confirmed": "yes", "reason": WHY}
    assert "/settings/confirm" in desk.post(HERE, given)["Location"]
    assert "/settings/confirm" in desk.get(f"{HERE}add/")["Location"]
    hold.refresh_from_db()
    assert (hold.lifted_at, hold.ends_at) == (None, None)


def test_the_list_is_searched_and_filtered(desk: Client, owner: User, viewer: User) -> None:
    over = legal_hold_place(user=owner, reason="The first case of all")
    LegalHold.objects.filter(pk=over.pk).update(ends_at=clock.now() - timedelta(days=1))
    lifted = legal_hold_place(user=owner, reason="The second case of all")
    legal_hold_lift(hold=lifted, reason="The case is over")
    running = legal_hold_place(user=viewer, reason="The third case of all")

    def found(query: str) -> list[LegalHold]:
        return list(desk.get(f"{HERE}?{query}").context["cl"].result_list)

    assert found("state=in_force") == [running]
    assert found("state=over") == [over]
    assert found("state=lifted") == [lifted]
    assert found("q=second") == [lifted]
    assert found(f"q={viewer.email}") == [running]
    assert found("state=nonsense") == [running, lifted, over]


def test_the_page_of_a_person_has_their_holds(desk: Client, owner: User, viewer: User) -> None:
    hold = legal_hold_place(user=owner, reason=WHY)
    page = f"{PEOPLE}{owner.pk}/tab/holds/"
    text = desk.get(page).content.decode()
    assert WHY in text
    assert "Put under a legal hold" in text
    given = {"_selected_action": [hold.pk], "confirmed": "yes", "reason": "The case is over"}
    assert desk.post(page, {"action": "lift", **given}).status_code == 302
    assert not is_held(owner)
    assert (
        "Never under a legal hold." in desk.get(f"{PEOPLE}{viewer.pk}/tab/holds/").content.decode()
    )


def test_people_are_found_by_whether_they_are_held(desk: Client, admin: User, owner: User) -> None:
    legal_hold_place(user=owner, reason=WHY)
    assert list(desk.get(f"{PEOPLE}?held=yes").context["cl"].result_list) == [owner]
    assert list(desk.get(f"{PEOPLE}?held=no").context["cl"].result_list) == [admin]


def test_a_person_under_a_hold_is_not_deleted_and_the_page_says_why(
    desk: Client, owner: User
) -> None:
    sign_in(owner)
    hold = legal_hold_place(user=owner, reason=WHY)
    page = f"{PEOPLE}{owner.pk}/delete/"
    assert f"/admin/accounts/legalhold/{hold.pk}/" in desk.get(page).content.decode()
    desk.post(page, {"post": "yes"})
    act(desk, "delete_selected", owner, post="yes")
    assert User.objects.filter(pk=owner.pk).exists()
    legal_hold_lift(hold=hold, reason="The case is over")
    assert desk.post(page, {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=owner.pk).exists()
