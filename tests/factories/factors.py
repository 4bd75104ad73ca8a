"""Second factors of people."""

from dataclasses import dataclass

from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import RequestFactory

from accounts.auth.webauthn import registration_begin, registration_finish
from accounts.models import User
from accounts.services import totp
from accounts.services.passkeys import passkey_add
from accounts.services.second_factors import setup_finish, setup_prove, setup_start
from tests.factories.people import CALLER
from tests.fakes.passkey import Passkey


@dataclass(frozen=True)
class App:
    """Somebody's authenticator app, and the backup codes they kept."""

    secret: str
    codes: list[str]

    def code(self, *, steps: int = 1) -> str:
        """Return a code; by default the next one, because the current one proved the app."""
        return totp.code_at(self.secret, totp.step_now() + steps)


def app_of(user: User) -> App:
    """Return a new authenticator app of a person, switched on."""
    setup = setup_start(user=user)
    setup_prove(user=user, code=totp.code_at(setup.secret, totp.step_now()))
    setup_finish(user=user, caller=CALLER)
    return App(setup.secret, setup.codes)


def browser() -> HttpRequest:
    """Return a request with a page session of its own."""
    request = RequestFactory().post("/", REMOTE_ADDR=CALLER.address)
    request.session = SessionStore()
    return request


def passkey_of(user: User, name: str = "Phone") -> Passkey:
    """Return a new passkey of a person."""
    key, request = Passkey(), browser()
    made = registration_finish(request, key.create(registration_begin(request, user)))
    passkey_add(
        user=user,
        name=name,
        credential=made.credential,
        sign_count=made.sign_count,
        caller=CALLER,
    )
    return key
