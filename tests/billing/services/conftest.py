"""A mail server that is there."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.fakes.smtp import MailServer


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    """Receive what is sent."""
    with MailServer() as running:
        settings.EMAIL_BACKEND = "accounts.services.smtp.SmtpBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_FROM, settings.EMAIL_TIMEOUT = "chat@example.org", 5
        yield running
