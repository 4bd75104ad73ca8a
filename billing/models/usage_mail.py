"""Saved views that are sent by mail: in which rhythm, to whom, and how the newest mail went."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import User
from billing.models.usage import UsageView
from librechat.kernel.ids import ObjectIdField


class Rhythm(models.TextChoices):
    """How often a view is sent."""

    DAILY = "daily", _("Daily")
    WEEKLY = "weekly", _("Weekly")
    MONTHLY = "monthly", _("Monthly")


class MailState(models.TextChoices):
    """How a mail went; failed and unclear ones are not tried again.

    Unclear: it was being handed over when the line or the process broke, so it may have arrived.
    """

    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNCLEAR = "unclear", _("Unclear")


class UsageMailing(models.Model):
    """The rhythm of a view; ``due_at``: when its next mails are made."""

    id = ObjectIdField(primary_key=True)
    view = models.OneToOneField(UsageView, on_delete=models.CASCADE, related_name="mailing")
    rhythm = models.CharField(max_length=8, choices=Rhythm)
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rhythm__in=Rhythm.values), name="usage_mailing_rhythm_known"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.view_id} {self.rhythm}"


class UsageMail(models.Model):
    """Somebody who gets a view, and the newest mail of it to them; ``due_at``: which one.

    detail: why it waits, failed or is unclear, a sentence that is translated when it is shown;
        "" else. answer: what the server or the machine said to it.
    """

    id = ObjectIdField(primary_key=True)
    mailing = models.ForeignKey(UsageMailing, on_delete=models.CASCADE, related_name="mails")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="usage_mails")
    due_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=MailState, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["mailing", "user"], name="usage_mail_once_for_each"),
            models.CheckConstraint(
                condition=models.Q(state__in=("", *MailState.values)),
                name="usage_mail_state_known",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.mailing_id} {self.user_id} {self.state}"
