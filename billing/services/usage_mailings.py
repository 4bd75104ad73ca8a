"""Saved views sent by mail: who wants which, and what is due."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from billing.models import UsageMail, UsageMailing, UsageView
from billing.models.usage_mail import MailState, Rhythm
from billing.queries.usage import DAY, day_of
from billing.services.usage_mails import usage_is_open_to, usage_mail_deliver
from billing.services.usage_views import own_view
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError

# By then the sums of the day before are final.
HOUR_OF_DAY = timedelta(hours=6)
MOST_RECIPIENTS = 20


def usage_mailing_save(
    *, user: User, view_id: str, rhythm: str, addresses: Iterable[str]
) -> UsageMailing:
    """Send one of one's own views in a rhythm from now on; replaces what there was.

    Who gets it already and stays keeps the record of their newest mail.

    Raises:
        NotFoundError: there is no such view, or it is somebody else's.
        InvalidInputError: no such rhythm, no address, too many, or one of nobody who may see usage.
    """
    view = own_view(user=user, view_id=view_id)
    if rhythm not in Rhythm.values:
        raise InvalidInputError(_("Choose how often the view is sent."))
    people = usage_recipients(addresses)
    with transaction.atomic():
        due = due_after(rhythm, clock.now())
        mailing, is_new = UsageMailing.objects.get_or_create(
            view=view, defaults={"rhythm": rhythm, "due_at": due}
        )
        if not is_new and mailing.rhythm != rhythm:
            mailing.rhythm, mailing.due_at = rhythm, due
            mailing.save(update_fields=["rhythm", "due_at"])
        mailing.mails.exclude(user__in=people).delete()
        rows = [UsageMail(mailing=mailing, user=person) for person in people]
        UsageMail.objects.bulk_create(rows, ignore_conflicts=True)
        to = [person.email for person in people]
        _audit(user, view, "usage_mailing.saved", {"rhythm": rhythm, "to": to})
    return mailing


def usage_recipients(addresses: Iterable[str]) -> list[User]:
    """Return who is meant, each once.

    Raises:
        InvalidInputError: no address, too many, or one of nobody who may see usage.
    """
    wanted = dict.fromkeys(each.strip().lower() for each in addresses if each.strip())
    if not 1 <= len(wanted) <= MOST_RECIPIENTS:
        raise InvalidInputError(
            _("Name at least one and at most %(most)d recipients.") % {"most": MOST_RECIPIENTS}
        )
    people = {user.email: user for user in User.objects.filter(email__in=wanted)}
    for address in wanted:
        # The same answer for strangers and for nobody.
        if address not in people or not usage_is_open_to(people[address]):
            text = _("%(address)s belongs to no administrator who may see usage.")
            raise InvalidInputError(text % {"address": address})
    return [people[address] for address in wanted]


def usage_mailing_end(*, user: User, view_id: str) -> None:
    """Send one of one's own views no longer; what waits is not sent.

    Raises:
        NotFoundError: there is no such view, or it is somebody else's.
    """
    view = own_view(user=user, view_id=view_id)
    with transaction.atomic():
        deleted, _rows = UsageMailing.objects.filter(view=view).delete()
        if deleted:
            _audit(user, view, "usage_mailing.ended", {})


def usage_mails_make() -> int:
    """Make the mails that are due, each once whoever is at it, and return how many.

    After a long pause the newest is made, not every one that was missed.
    """
    now = clock.now()
    due = UsageMailing.objects.filter(due_at__lte=now)
    return sum(_made(mailing, now) for mailing in due)


def due_after(rhythm: str, moment: datetime) -> datetime:
    """Return when a rhythm comes next: at six, UTC; weekly on Mondays, monthly on the first."""
    at = day_of(moment) + HOUR_OF_DAY
    while at <= moment or not _fits(rhythm, at):
        at += DAY
    return at


def _fits(rhythm: str, at: datetime) -> bool:
    match rhythm:
        case Rhythm.WEEKLY:
            return at.weekday() == 0
        case Rhythm.MONTHLY:
            return at.day == 1
        case _:
            return True


def _made(mailing: UsageMailing, now: datetime) -> int:
    due = mailing.due_at
    while (later := due_after(mailing.rhythm, due)) <= now:
        due = later
    with transaction.atomic():
        # One conditional UPDATE: of several processes one makes the mails.
        seen = UsageMailing.objects.filter(
            pk=mailing.pk, due_at=mailing.due_at, rhythm=mailing.rhythm
        )
        if not seen.update(due_at=later):
            return 0
        mails = mailing.mails.order_by("pk")
        mails.update(due_at=due, state=MailState.WAITING, detail="", answer="")
        keys = list(mails.values_list("pk", flat=True))
        for pk in keys:
            key = f"{pk}:{due.isoformat()}"
            usage_mail_deliver.using(key=key).enqueue(mail_id=pk, due=due.isoformat())
    return len(keys)


def _audit(user: User, view: UsageView, action: str, facts: dict[str, object]) -> None:
    audit_record(
        Act(
            category="billing",
            action=action,
            actor=user,
            target=Target("usage_view", view.pk, view.name),
            metadata={"filter": view.query, **facts},
        )
    )
