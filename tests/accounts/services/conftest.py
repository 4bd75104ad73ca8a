"""The settings of a mail server."""

from collections.abc import Callable

import pytest
from pytest_django import Settings

from tests.fakes.smtp import MailServer


@pytest.fixture
def use(settings: Settings) -> Callable[..., None]:
    """Return a function that points the product at a mail server."""

    def point(server: MailServer, **others: object) -> None:
        settings.EMAIL_BACKEND = "accounts.services.smtp.SmtpBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = server.port
        settings.EMAIL_FROM = "chat@example.org"
        settings.EMAIL_FROM_NAME = "Chat, Inc."
        settings.EMAIL_TIMEOUT = 5
        for name, value in others.items():
            setattr(settings, name, value)

    return point
