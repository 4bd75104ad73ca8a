"""The administration's own session: a proof to come in, an end by disuse."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client

from accounts.auth.admin_session import SEEN, admin_session_is_open
from accounts.models import AuditEvent, AuthSession, Grant, User
from librechat.kernel import clock
from tests.factories.people import PASSWORD, person
from tests.factories.rights import grant, group

pytestmark = pytest.mark.django_db

IDLE = timedelta(minutes=settings.ADMIN_IDLE_MINUTES)
MINUTE = timedelta(minutes=1)
PEOPLE = "/admin/accounts/user/"
Hold = Callable[[datetime], None]


@pytest.fixture
def desk(client: Client, admin: User) -> Client:
    """Return a browser in which ``admin`` is signed in."""
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    return client


def asks_for_a_proof(client: Client, path: str = "/admin/") -> bool:
    answer = client.get(path)
    return answer.status_code == 302 and answer["Location"].startswith("/settings/confirm?next=")


def test_a_fresh_sign_in_is_proof_enough(desk: Client) -> None:
    assert desk.get("/admin/").status_code == 200
    assert admin_session_is_open(desk.session)


def test_who_signed_in_long_ago_is_asked_before_they_come_in(desk: Client, clock_at: Hold) -> None:
    clock_at(clock.now() + IDLE + MINUTE)
    assert asks_for_a_proof(desk)
    assert SEEN not in desk.session
    assert not admin_session_is_open(desk.session)
    desk.post("/settings/confirm?next=/admin/", {"password": PASSWORD, "next": "/admin/"})
    assert desk.get("/admin/").status_code == 200


def test_use_keeps_it_open_and_disuse_ends_it(desk: Client, clock_at: Hold) -> None:
    start = clock.now()
    for step in range(4):
        clock_at(start + (IDLE - MINUTE) * step)
        assert desk.get("/admin/").status_code == 200
    last = start + (IDLE - MINUTE) * 3
    clock_at(last + IDLE)
    assert not admin_session_is_open(desk.session)
    assert asks_for_a_proof(desk, PEOPLE)


def test_a_post_after_the_end_changes_nothing(desk: Client, clock_at: Hold) -> None:
    desk.get("/admin/")
    clock_at(clock.now() + IDLE + MINUTE)
    answer = desk.post("/admin/accounts/group/add/", {"name": "Crew"})
    assert answer["Location"].startswith("/settings/confirm")
    assert AuditEvent.objects.filter(action__startswith="group").count() == 0


def test_sensitive_acts_want_a_proof_of_five_minutes(
    desk: Client,
    owner: User,
    clock_at: Hold,
) -> None:
    desk.get("/admin/")
    clock_at(clock.now() + timedelta(minutes=6))
    before = AuditEvent.objects.count()
    chosen = {"_selected_action": [owner.pk], "confirmed": "yes", "reason": "x", "role": "ADMIN"}
    for name in ("change_role", "reset_factors", "act_as", "send_reset", "export"):
        answer = desk.post(PEOPLE, {"action": name, **chosen})
        assert answer["Location"].startswith("/settings/confirm"), name
    form = {"email": owner.email, "name": "Owner", "role": "ADMIN", "is_active": "on"}
    for path, body in (
        (f"{PEOPLE}{owner.pk}/change/", form),
        (f"{PEOPLE}{owner.pk}/delete/", {"post": "yes"}),
        (f"{PEOPLE}add/", {**form, "email": "new@example.org", "new_password": PASSWORD}),
    ):
        assert desk.post(path, body)["Location"].startswith("/settings/confirm"), path
    assert asks_for_a_proof(desk, "/admin/accounts/auditevent/export/csv/")
    owner.refresh_from_db()
    assert (owner.role, AuditEvent.objects.count()) == ("USER", before)
    assert not User.objects.filter(email="new@example.org").exists()
    disabled = desk.post(PEOPLE, {"action": "disable", **chosen})
    assert disabled["Location"] == PEOPLE  # an act that can be undone


class TestRanks:
    """Who manages people must not rise by it."""

    @pytest.fixture
    def keeper(self, client: Client) -> Client:
        """Return a browser of somebody who manages people and may do nothing else."""
        user = person("keeper@example.org")
        grant(user, "access:admin", "manage:users")
        client.post("/login", {"email": user.email, "password": PASSWORD})
        return client

    def test_somebody_with_more_rights_is_looked_at_and_not_changed(
        self,
        keeper: Client,
        admin: User,
    ) -> None:
        page = f"{PEOPLE}{admin.pk}/"
        form = {"email": "mine@example.org", "role": "ADMIN", "new_password": "correct-horse-9"}
        assert keeper.get(f"{page}change/").status_code == 200
        assert keeper.post(f"{page}change/", form).status_code == 403
        assert keeper.post(f"{page}delete/", {"post": "yes"}).status_code == 403
        fresh = User.objects.get(pk=admin.pk)
        assert (fresh.email, fresh.password) == (admin.email, admin.password)

    @pytest.mark.parametrize(
        "name",
        ["disable", "sign_out", "reset_factors", "send_reset", "change_role", "ban"],
    )
    def test_no_action_reaches_them(self, keeper: Client, admin: User, name: str) -> None:
        body = {"action": name, "_selected_action": [admin.pk], "confirmed": "yes"}
        page = keeper.post(PEOPLE, {**body, "role": "USER", "reason": "x"}, follow=True)
        assert "This person may do what you may not." in page.content.decode()
        fresh = User.objects.get(pk=admin.pk)
        assert (fresh.role, fresh.is_active, fresh.auth_epoch) == ("ADMIN", True, admin.auth_epoch)

    def test_nobody_is_given_a_role_that_brings_more(self, keeper: Client, owner: User) -> None:
        body = {"action": "change_role", "_selected_action": [owner.pk], "confirmed": "yes"}
        keeper.post(PEOPLE, {**body, "role": "ADMIN"})
        form = {"email": owner.email, "name": "O", "role": "ADMIN", "is_active": "on"}
        page = keeper.post(f"{PEOPLE}{owner.pk}/change/", form)
        assert "capabilities that you do not have" in page.content.decode()
        added = keeper.post(
            f"{PEOPLE}add/",
            {**form, "email": "new@example.org", "new_password": "correct-horse-9"},
        )
        assert "capabilities that you do not have" in added.content.decode()
        assert list(User.objects.filter(role="ADMIN")) == []

    def test_members_of_a_group_with_more_rights_are_above_too(
        self,
        keeper: Client,
        owner: User,
    ) -> None:
        crew = group("Crew", owner)
        Grant.objects.create(
            principal_type="group", principal_id=crew.pk, capability="manage:billing"
        )
        assert keeper.post(f"{PEOPLE}{owner.pk}/delete/", {"post": "yes"}).status_code == 403
        assert User.objects.filter(pk=owner.pk).exists()

    def test_equals_can_be_managed(self, keeper: Client, owner: User) -> None:
        body = {"action": "disable", "_selected_action": [owner.pk], "confirmed": "yes"}
        keeper.post(PEOPLE, body)
        assert not User.objects.get(pk=owner.pk).is_active


def test_a_session_that_a_program_made_has_no_proof_to_grow_old(
    client: Client,
    admin: User,
) -> None:
    client.force_login(admin)
    assert client.get("/admin/").status_code == 200
    assert not AuthSession.objects.filter(user=admin).exists()


def test_what_the_live_page_asks_by_itself_is_no_use(desk: Client, clock_at: Hold) -> None:
    start = clock.now()
    assert desk.get("/admin/live/").status_code == 200
    seen = desk.session[SEEN]
    clock_at(start + IDLE - MINUTE)
    assert desk.get("/admin/live/now/").status_code == 200
    assert desk.session[SEEN] == seen
    clock_at(start + IDLE + MINUTE)
    assert asks_for_a_proof(desk, "/admin/live/now/")
    assert asks_for_a_proof(desk, "/admin/live/")
