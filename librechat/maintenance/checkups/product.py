"""The product: people, providers, mail, background work, the books, recent failures."""

import smtplib
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django_tasks_db.models import DBTaskResult

from accounts.models import ADMIN, User
from accounts.services.mail import mail_is_configured
from agents import config
from agents.llm.configured import configured
from billing.queries.books import ledger_check, trial_balance
from conversations.models import Generation
from librechat.kernel import clock
from librechat.kernel.jobs import schedules
from librechat.kernel.jobs.rows import FAILED, waiting
from librechat.maintenance.findings import Finding, amber, green, red

A_DAY = timedelta(days=1)
LATE = timedelta(minutes=15)
SHOWN = 3
FAILED_SHARE = 0.2
ENOUGH = 10


def administrators() -> Iterator[Finding]:
    """See whether somebody can look after the site."""
    people = User.objects.filter(is_active=True)
    if people.filter(role=ADMIN).exists() or not people.exists():
        yield green("administrator", "there is one, or the first account becomes one")
    else:
        yield red("administrator", "nobody is one", "manage.py set_role EMAIL ADMIN")


def providers() -> Iterator[Finding]:
    """See whether there is a model to talk to; keys are never shown."""
    names = sorted(configured(config.endpoints()))
    if names:
        yield green("providers", ", ".join(names))
    else:
        fix = "Set OPENAI_API_KEY or another key in .env (docs/settings.md), or endpoints.custom"
        yield amber("providers", "none is configured; only the demo answers", fix)


def mail() -> Iterator[Finding]:
    """Greet the mail server; nothing is sent."""
    if not mail_is_configured():
        fix = "Set EMAIL_SERVICE or EMAIL_HOST, EMAIL_USERNAME, EMAIL_PASSWORD, EMAIL_FROM"
        yield amber("mail", "no mail server is set up; links are shown instead", fix)
        return
    try:
        with get_connection():
            pass
    except (OSError, smtplib.SMTPException, ImproperlyConfigured) as exc:
        fix = "Compare EMAIL_HOST, EMAIL_PORT, EMAIL_ENCRYPTION and the password with your server's"
        yield red("mail", f"the mail server refuses: {type(exc).__name__}", fix)
    else:
        yield green("mail", settings.EMAIL_SERVICE or settings.EMAIL_HOST)


def background_work() -> Iterator[Finding]:
    """Look for jobs that wait too long, fail, or were never done."""
    fix = "Start the server; with JOBS_IN_PROCESS=false also: manage.py worker"
    late = waiting().filter(enqueued_at__lt=clock.now() - LATE).count()
    if late:
        yield red("background work", f"{late} jobs wait for over 15 minutes", fix)
    failing = [item for item in schedules.overview() if item.last_error]
    for item in failing[:SHOWN]:
        seen = f"{item.schedule.name} failed: {item.last_error[:120]}"
        yield amber("background work", seen, f"manage.py runperiodic {item.schedule.name}")
    failed = DBTaskResult.objects.filter(status=FAILED, finished_at__gt=clock.now() - A_DAY)
    if count := failed.count():
        yield amber("background work", f"{count} jobs failed today", "See /admin/, Jobs")
    elif not late and not failing:
        yield green("background work", "nothing waits, nothing failed")


def books() -> Iterator[Finding]:
    """See whether all entries sum to zero."""
    faults = len(ledger_check())
    if faults or trial_balance():
        yield red("books", f"{faults} faults", "manage.py fsck, then manage.py reconcile")
    else:
        yield green("books", "all entries sum to 0")


def failures() -> Iterator[Finding]:
    """Look at the answers of the last day."""
    recent = Generation.objects.filter(created_at__gt=clock.now() - A_DAY)
    failed, total = recent.filter(state="failed").count(), recent.count()
    if total >= ENOUGH and failed > total * FAILED_SHARE:
        fix = "Look for their error in the log, and try the models in the chat"
        yield amber("answers", f"{failed} of {total} failed in the last day", fix)
    else:
        yield green("answers", f"{failed} of {total} failed in the last day")


CHECKUPS = (administrators, providers, mail, background_work, books, failures)
