"""Legal holds: placing, changing, lifting, and what they stop."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db.models import ProtectedError
from django.test import Client
from pytest_django import Settings

from accounts.access.legal_hold import held_back, is_held, purgeable
from accounts.errors import LoginRefusedError
from accounts.life_errors import LegalHoldError
from accounts.models import AuditEvent, AuthSession, LegalHold, OneTimeToken, User
from accounts.services.closing import account_close, accounts_purge, closing_refuse
from accounts.services.legal_holds import (
    legal_hold_end_set,
    legal_hold_lift,
    legal_hold_place,
)
from accounts.services.password_reset import password_reset_request
from accounts.services.people import user_delete
from librechat.kernel import clock
from librechat.kernel.errors import ConflictError, InvalidInputError
from tests.factories.people import PASSWORD, post_auth, sign_in

WHY = "A case before the court"


def test_a_hold_is_on_record_with_its_reason(owner: User, admin: User) -> None:
    end = clock.now() + timedelta(days=30)
    hold = legal_hold_place(user=owner, reason=f"  {WHY} ", ends_at=end, actor=admin)
    assert (hold.reason, hold.is_in_force, is_held(owner)) == (WHY, True, True)
    event = AuditEvent.objects.get(action="legal_hold.placed")
    assert (event.actor_id, event.target_id, event.severity) == (admin.pk, owner.pk, "warning")
    assert event.metadata == {"hold": hold.pk, "reason": WHY, "ends": clock.iso(end)}


@pytest.mark.parametrize("reason", ["", "short", "        x       "])
def test_a_hold_wants_a_reason(owner: User, reason: str) -> None:
    with pytest.raises(InvalidInputError):
        legal_hold_place(user=owner, reason=reason)
    assert not LegalHold.objects.exists()
    assert not AuditEvent.objects.filter(action__startswith="legal_hold").exists()


def test_the_end_of_a_hold_lies_ahead(owner: User) -> None:
    with pytest.raises(InvalidInputError):
        legal_hold_place(user=owner, reason=WHY, ends_at=clock.now())
    hold = legal_hold_place(user=owner, reason=WHY)
    with pytest.raises(InvalidInputError):
        legal_hold_end_set(hold=hold, ends_at=clock.now(), reason=WHY)
    hold.refresh_from_db()
    assert hold.ends_at is None


def test_another_end_is_on_record_with_the_one_before(owner: User, admin: User) -> None:
    first, second = (clock.now() + timedelta(days=days) for days in (1, 9))
    hold = legal_hold_place(user=owner, reason=WHY, ends_at=first)
    legal_hold_end_set(hold=hold, ends_at=second, reason="It takes longer", actor=admin)
    hold.refresh_from_db()
    assert hold.ends_at == second
    event = AuditEvent.objects.get(action="legal_hold.changed")
    assert event.metadata["before"] == {"ends": clock.iso(first)}
    assert event.metadata["after"] == {"ends": clock.iso(second)}


def test_lifting_is_on_record_and_happens_once(owner: User, admin: User) -> None:
    hold = legal_hold_place(user=owner, reason=WHY)
    with pytest.raises(InvalidInputError):
        legal_hold_lift(hold=hold, reason="", actor=admin)
    assert is_held(owner)
    legal_hold_lift(hold=hold, reason="The case is over", actor=admin)
    hold.refresh_from_db()
    assert (hold.lifted_by, hold.lift_reason, is_held(owner)) == (admin, "The case is over", False)
    event = AuditEvent.objects.get(action="legal_hold.lifted")
    assert event.metadata["placed_because"] == WHY
    for again in (legal_hold_lift, legal_hold_end_set):
        with pytest.raises(ConflictError):
            again(hold=hold, reason="Once more, please", **_end(again))
    assert AuditEvent.objects.filter(action__startswith="legal_hold").count() == 2


def _end(service: object) -> dict[str, None]:
    return {"ends_at": None} if service is legal_hold_end_set else {}


def test_rows_are_told_apart_by_the_hold_of_their_person(
    owner: User, viewer: User, clock_at: Callable[[datetime], None]
) -> None:
    legal_hold_place(user=owner, reason=WHY, ends_at=clock.now() + timedelta(days=1))
    mine, theirs = sign_in(owner).session, sign_in(viewer).session
    rows = AuthSession.objects.all()
    assert (list(held_back(rows)), list(purgeable(rows))) == ([mine], [theirs])
    assert list(purgeable(User.objects.all(), "pk")) == [viewer]
    clock_at(clock.now() + timedelta(days=1))
    assert purgeable(rows).count() == 2


def test_what_is_nobodys_is_not_kept(owner: User) -> None:
    legal_hold_place(user=owner, reason=WHY)
    OneTimeToken.objects.create(purpose="invite", token_hash="x", expires_at=clock.now())
    assert purgeable(OneTimeToken.objects.all()).count() == 1


def test_nobody_deletes_who_is_under_a_hold(owner: User, admin: User) -> None:
    hold = legal_hold_place(user=owner, reason=WHY)
    with pytest.raises(LegalHoldError):
        user_delete(user=owner, actor=admin)
    with pytest.raises(ProtectedError):
        owner.delete()
    assert User.objects.filter(pk=owner.pk).exists()
    assert not AuditEvent.objects.filter(action="account.deleted").exists()
    legal_hold_lift(hold=hold, reason="The case is over")
    user_delete(user=owner, actor=admin)
    assert not LegalHold.objects.exists()


@pytest.mark.parametrize("days", [0, 7])
def test_who_closes_a_held_account_sees_it_gone(
    owner: User,
    client: Client,
    settings: Settings,
    clock_at: Callable[[datetime], None],
    days: int,
) -> None:
    start = clock.now()
    clock_at(start)
    settings.ACCOUNT_DELETION_GRACE_DAYS = days
    settings.ALLOW_PASSWORD_RESET = True
    hold = legal_hold_place(user=owner, reason=WHY)
    sign_in(owner)
    account_close(user=owner)
    assert not AuthSession.objects.alive().exists()
    clock_at(start + timedelta(days=days, seconds=1))
    assert accounts_purge() == 0
    owner.refresh_from_db()
    with pytest.raises(LoginRefusedError):
        closing_refuse(owner)
    right = {"email": owner.email, "password": PASSWORD}
    unknown = {**right, "email": "nobody@example.org"}
    answers = [post_auth(client, "login", one) for one in (right, unknown)]
    assert len({(one.status_code, one.content) for one in answers}) == 1
    pages = [client.post("/restore", one) for one in (right, unknown)]
    assert {page.status_code for page in pages} == {422}
    owner.refresh_from_db()
    assert owner.delete_after is not None
    mail.outbox.clear()
    password_reset_request(email=owner.email)
    assert mail.outbox == []
    assert not OneTimeToken.objects.filter(user=owner, purpose="password_reset").exists()
    legal_hold_lift(hold=hold, reason="The case is over")
    assert accounts_purge() == 1
    assert not User.objects.exists()


def test_without_grace_others_go_at_once(owner: User, viewer: User, settings: Settings) -> None:
    settings.ACCOUNT_DELETION_GRACE_DAYS = 0
    legal_hold_place(user=owner, reason=WHY)
    account_close(user=viewer)
    account_close(user=owner)
    assert list(User.objects.all()) == [owner]
    assert mail.outbox == []
