"""Mail switched on, and what it would send."""

import re
from urllib.parse import parse_qs, urlsplit

from django.core import mail
from django.core.mail import EmailMessage
from pytest_django import Settings

from librechat.kernel.jobs.worker import Worker


def mail_on(settings: Settings) -> None:
    """Switch mail on; it lands in Django's outbox."""
    settings.EMAIL_HOST = "mail.example.org"
    settings.EMAIL_FROM = "chat@example.org"


def mails(template_word: str = "") -> list[EmailMessage]:
    """Return the mails sent so far whose subject has a word."""
    Worker(queues=("mail",)).run_waiting()
    return [item for item in mail.outbox if template_word.lower() in item.subject.lower()]


def link_of(item: EmailMessage) -> str:
    """Return the link of a mail as a path of ours."""
    [found] = re.findall(r"^http\S+$", str(item.body).rsplit("\n\n", 1)[0], re.MULTILINE)[:1]
    parts = urlsplit(found)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def query_of(link: str) -> dict[str, str]:
    """Return the query of a link."""
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
