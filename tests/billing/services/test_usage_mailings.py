"""Saved views by mail: in their rhythm, of whole days, to who may see usage."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.limits.bans import bans_changed
from accounts.models import AuditEvent, Ban, User
from billing.models import UsageMail, UsageMailing
from billing.services import usage_mails
from billing.services.usage_mailings import (
    MOST_RECIPIENTS,
    due_after,
    usage_mailing_end,
    usage_mailing_save,
    usage_mails_make,
)
from billing.services.usage_views import usage_view_delete
from librechat.kernel.errors import InvalidInputError, NotFoundError
from tests.billing.services.mailings import NOW, At, kept, newest, rows_in, sent_to, used, work
from tests.factories.people import person
from tests.fakes.smtp import MailServer


@pytest.fixture(autouse=True)
def _now(clock_at: At, db: None) -> None:
    clock_at(NOW)


@pytest.mark.parametrize(
    ("rhythm", "moment", "due"),
    [
        ("daily", "2026-04-01 05:59", "2026-04-01 06:00"),
        ("daily", "2026-04-01 06:00", "2026-04-02 06:00"),
        ("weekly", "2026-04-01 12:30", "2026-04-06 06:00"),
        ("weekly", "2026-04-06 06:00", "2026-04-13 06:00"),
        ("monthly", "2026-04-01 12:30", "2026-05-01 06:00"),
        ("monthly", "2026-12-31 23:59", "2027-01-01 06:00"),
    ],
)
def test_a_rhythm_comes_next_at_six(rhythm: str, moment: str, due: str) -> None:
    at, then = (datetime.fromisoformat(f"{text}+00:00") for text in (moment, due))
    assert due_after(rhythm, at) == then


def test_a_view_is_sent_once_with_its_rows_of_whole_days(
    admin: User, server: MailServer, clock_at: At
) -> None:
    mailing = sent_to(admin)
    for days in (0, 1, 7, 8):  # the first is not over when the mail is due, the last too old
        used(datetime(2026, 4, 2, tzinfo=UTC) - timedelta(days=days))
    assert usage_mails_make() == 0
    clock_at(datetime(2026, 4, 2, 6, 10, tzinfo=UTC))
    assert usage_mails_make() == 1
    assert usage_mails_make() == 0
    assert work() == 1
    [mail] = server.received
    assert mail.to == [admin.email]
    assert "Models" in mail.message["Subject"]
    assert "2026-03-26" in mail.message["Subject"]
    assert "$5.00" in mail.part("text/plain")
    assert "from=2026-03-26&to=2026-04-01" in mail.part("text/plain")
    [row] = rows_in(mail)
    assert (row["model"], row["credits"], row["calls"]) == ("'=gpt", "5000000", "6")
    sent = UsageMail.objects.get()
    assert (sent.state, sent.detail) == ("sent", "")
    assert sent.sent_at == datetime(2026, 4, 2, 6, 10, tzinfo=UTC)
    mailing.refresh_from_db()
    assert mailing.due_at == datetime(2026, 4, 3, 6, tzinfo=UTC)
    event = AuditEvent.objects.get(action="usage.mailed")
    assert (event.actor_id, event.target_id) == (admin.pk, admin.pk)
    assert event.metadata["view"] == "Models"


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("today", "2026-04-30", "2026-04-30"),
        ("month", "2026-04-01", "2026-04-30"),
        ("last-month", "2026-04-01", "2026-04-30"),
    ],
)
def test_a_month_that_is_over_is_sent_whole(
    admin: User, server: MailServer, clock_at: At, period: str, first: str, last: str
) -> None:
    sent_to(admin, rhythm="monthly", query=f"by=model&period={period}")
    clock_at(datetime(2026, 5, 1, 6, tzinfo=UTC))
    assert usage_mails_make() == 1
    work()
    [mail] = server.received
    assert f"from={first}&to={last}" in mail.part("text/plain")


def test_after_a_long_pause_only_the_newest_is_sent(
    admin: User, server: MailServer, clock_at: At
) -> None:
    sent_to(admin)
    clock_at(NOW + timedelta(days=40))
    assert usage_mails_make() == 1
    assert usage_mails_make() == 0
    work()
    [mail] = server.received
    assert "to=2026-05-10" in mail.part("text/plain")


def test_what_is_not_due_has_no_days() -> None:
    with pytest.raises(ValueError, match="No mail is due"):
        usage_mails.mailed_cut(UsageMail())


def lose_role(user: User) -> None:
    User.objects.filter(pk=user.pk).update(role="USER")


def leave(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def banned(user: User) -> None:
    Ban.objects.create(user=user, reason="x", expires_at=None)
    bans_changed()


@pytest.mark.parametrize("lose", [lose_role, leave, banned])
def test_who_may_no_longer_see_usage_gets_nothing(
    admin: User, server: MailServer, clock_at: At, lose: Callable[[User], None]
) -> None:
    other = person("other@example.org", role="ADMIN")
    sent_to(admin, other.email)
    clock_at(NOW + timedelta(days=1))
    usage_mails_make()
    lose(other)
    work()
    assert server.received == []
    assert newest() == ("failed", usage_mails.NOT_RECIPIENT, "")


def test_a_view_of_somebody_who_may_no_longer_see_usage_is_not_sent(
    admin: User, server: MailServer, clock_at: At
) -> None:
    other = person("other@example.org", role="ADMIN")
    sent_to(admin, other.email)
    clock_at(NOW + timedelta(days=1))
    usage_mails_make()
    lose_role(admin)
    work()
    assert server.received == []
    assert newest() == ("failed", usage_mails.NOT_OWNER, "")


def test_without_a_mail_server_the_view_says_so(admin: User, clock_at: At) -> None:
    sent_to(admin)
    clock_at(NOW + timedelta(days=1))
    usage_mails_make()
    work()
    assert newest() == ("failed", usage_mails.NO_SERVER, "")


def test_what_waits_is_not_sent_once_the_mailing_or_the_view_is_gone(
    admin: User, server: MailServer, clock_at: At
) -> None:
    for day, end in enumerate((usage_mailing_end, usage_view_delete)):
        mailing = sent_to(admin)
        clock_at(NOW + timedelta(days=day + 1))
        assert usage_mails_make() == 1
        end(user=admin, view_id=mailing.view_id)
        work()
    assert server.received == []
    assert not UsageMail.objects.exists()


def test_a_long_view_is_cut_and_says_so(
    admin: User, server: MailServer, clock_at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage_mails, "MOST_ROWS", 2)
    for number in range(3):
        used(datetime(2026, 4, 1, tzinfo=UTC), model=f"model-{number}")
    sent_to(admin)
    clock_at(NOW + timedelta(days=1))
    usage_mails_make()
    work()
    [mail] = server.received
    assert len(rows_in(mail)) == 2
    assert "the first 2 rows only" in mail.part("text/plain")


def test_recipients_are_administrators_who_may_see_usage(admin: User, stranger: User) -> None:
    view = kept(admin)
    for addresses in (
        [stranger.email],
        ["nobody@example.org"],
        [admin.email, stranger.email],
        [],
        [" "],
        [f"a{number}@example.org" for number in range(MOST_RECIPIENTS + 1)],
    ):
        with pytest.raises(InvalidInputError):
            usage_mailing_save(user=admin, view_id=view.pk, rhythm="daily", addresses=addresses)
    with pytest.raises(InvalidInputError):
        usage_mailing_save(user=admin, view_id=view.pk, rhythm="hourly", addresses=[admin.email])
    assert not UsageMailing.objects.exists()


def test_only_whose_view_it_is_says_to_whom_it_is_sent(admin: User) -> None:
    other = person("other@example.org", role="ADMIN")
    view = kept(admin)
    given = {"rhythm": "daily", "addresses": [other.email]}
    with pytest.raises(NotFoundError):
        usage_mailing_save(user=other, view_id=view.pk, **given)  # type: ignore[arg-type]
    with pytest.raises(NotFoundError):
        usage_mailing_end(user=other, view_id=view.pk)
    assert not UsageMailing.objects.exists()


def test_who_stays_keeps_the_record_of_their_newest_mail(
    admin: User, server: MailServer, clock_at: At
) -> None:
    other = person("other@example.org", role="ADMIN")
    mailing = sent_to(admin, admin.email, other.email.upper())
    clock_at(NOW + timedelta(days=1))
    usage_mails_make()
    work()
    sent_to(admin, admin.email, rhythm="weekly")
    [mail] = UsageMail.objects.all()
    assert (mail.user, mail.state) == (admin, "sent")
    mailing.refresh_from_db()
    assert mailing.due_at == datetime(2026, 4, 6, 6, tzinfo=UTC)
    saved = AuditEvent.objects.filter(action="usage_mailing.saved").order_by("sequence")
    assert [row.metadata["rhythm"] for row in saved] == ["daily", "weekly"]
