"""Saved views that are sent by mail, for the tests: made, worked off, read back."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from accounts.models import User
from billing.models import UsageDay, UsageMail, UsageMailing, UsageView
from billing.services.usage_mailings import (
    usage_mailing_save,
)
from billing.services.usage_views import usage_view_save
from librechat.kernel.jobs.worker import Worker
from tests.fakes.smtp import Received as Mail

NOW = datetime(2026, 4, 1, 12, 30, tzinfo=UTC)  # a Wednesday
At = Callable[[datetime], None]


def kept(admin: User, query: str = "by=model&period=7d") -> UsageView:
    return usage_view_save(user=admin, name="Models", query=query, is_shared=False)


def sent_to(admin: User, *addresses: str, rhythm: str = "daily", query: str = "") -> UsageMailing:
    view = kept(admin, query or "by=model&period=7d")
    wanted = addresses or (admin.email,)
    return usage_mailing_save(user=admin, view_id=view.pk, rhythm=rhythm, addresses=wanted)


def used(day: datetime, **fields: Any) -> None:
    row = {"model": "=gpt", "endpoint": "openAI", "context": "message", "credits": 2_500_000}
    UsageDay.objects.create(starts_at=day, calls=3, input_tokens=70, **{**row, **fields})


def work() -> int:
    return Worker(queues=("mail",)).run_waiting()


def rows_in(mail: Mail) -> list[dict[str, str]]:
    [part] = mail.message.iter_attachments()
    return list(csv.DictReader(io.StringIO(str(part.get_content()), newline="")))


def newest() -> tuple[str, str, str]:
    mail = UsageMail.objects.get()
    return mail.state, mail.detail, mail.answer
