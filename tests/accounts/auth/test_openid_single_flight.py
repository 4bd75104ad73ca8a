"""Of several refreshes of one session at once, one asks the provider."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.errors import SessionEndedError, SignInUnavailableError
from accounts.models import AuthSession, ProviderToken
from accounts.services import provider_tokens
from accounts.services.provider_tokens import (
    CLAIM_TIME,
    Granted,
    GrantEndedError,
    provider_token_follow,
    provider_token_keep,
)
from accounts.services.secret_rotation import provider_secrets_reencrypt
from accounts.services.sessions import session_close
from librechat.kernel import clock, secrets
from tests.accounts.conftest import Together
from tests.factories.people import person, post_auth, sign_in
from tests.fakes.identity.grants import Grants
from tests.fakes.identity.travel import journey
from tests.fakes.identity.wires import Wires

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
MANY = 5
GIVEN = Granted(refresh_token="given-2", lasts=HOUR)


@pytest.fixture
def bound() -> ProviderToken:
    """A session whose provider has to be asked."""
    session = sign_in(person("ada@example.org")).session
    first = Granted(refresh_token="given-1", lasts=HOUR)
    provider_token_keep(session=session, uid="ada", granted=first)
    ProviderToken.objects.update(fresh_until=clock.now())
    return ProviderToken.objects.get()


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let something happen while somebody waits for another's request."""

    def arrange(act: Callable[[], object]) -> None:
        waiting = SimpleNamespace(monotonic=time.monotonic, sleep=lambda _seconds: act())
        monkeypatch.setattr(provider_tokens, "time", waiting)

    return arrange


def never(_secret: str, _uid: str) -> Granted:
    raise AssertionError("The provider was asked.")


def claimed(row: ProviderToken, until: datetime) -> None:
    ProviderToken.objects.filter(pk=row.pk).update(claim="of-another-process", claimed_until=until)


def done(row: ProviderToken, **found: Any) -> int:
    """Let the other process come to an end."""
    mine = ProviderToken.objects.filter(pk=row.pk)
    return mine.update(claim="", claimed_until=None, attempts=row.attempts + 1, **found)


def ask_at_once(client: Client, together: Together) -> list[int]:
    """Send one refresh from many tabs; return the statuses."""

    def tab() -> int:
        own = Client()
        own.cookies["refreshToken"] = client.cookies["refreshToken"].value
        status: int = post_auth(own, "refresh").status_code
        return status

    return together.run(*[tab] * MANY)


@pytest.mark.parametrize(
    ("answer", "status"),
    [(None, 200), ((503, {}), 503), ((400, {"error": "invalid_grant"}), 401)],
    ids=["given", "away", "ended"],
)
def test_tabs_that_refresh_at_once_make_one_request(
    answer: Any,
    status: int,
    client: Client,
    together: Together,
    wires: Wires,
    grants: Grants,
    clock_at: Callable[[datetime], None],
    meanwhile: Callable[[Callable[[], object]], None],
) -> None:
    journey(client, "openid", wires)
    clock_at(clock.now() + HOUR)
    waiting: set[int] = set()
    everybody = threading.Event()

    def wait() -> None:
        waiting.add(threading.get_ident())
        if len(waiting) == MANY - 1:
            everybody.set()
        everybody.wait(0.01)

    def slowly() -> Any:
        assert everybody.wait(20), "the others do not wait"
        again = {"access_token": "a", "refresh_token": "refresh-2", "expires_in": 300}
        return again if answer is None else answer

    meanwhile(wait)
    grants.instead = slowly
    assert ask_at_once(client, together) == [status] * MANY
    assert grants.refreshed_with == ["refresh-1"]
    assert AuthSession.objects.alive().count() == (0 if status == 401 else 1)


def test_what_another_process_was_given_counts_here(
    bound: ProviderToken,
    meanwhile: Callable[[Callable[[], object]], None],
) -> None:
    claimed(bound, clock.now() + CLAIM_TIME)
    meanwhile(lambda: done(bound, fresh_until=clock.now() + HOUR))
    provider_token_follow(session_id=bound.session_id, ask=never)


def test_that_another_process_got_no_answer_counts_here(
    bound: ProviderToken,
    meanwhile: Callable[[Callable[[], object]], None],
) -> None:
    claimed(bound, clock.now() + CLAIM_TIME)
    meanwhile(lambda: done(bound))
    with pytest.raises(SignInUnavailableError):
        provider_token_follow(session_id=bound.session_id, ask=never)
    assert AuthSession.objects.alive().exists()


def test_a_session_that_ended_meanwhile_is_left_to_its_own_rules(
    bound: ProviderToken,
    meanwhile: Callable[[Callable[[], object]], None],
) -> None:
    claimed(bound, clock.now() + CLAIM_TIME)
    meanwhile(lambda: session_close(session=bound.session))
    provider_token_follow(session_id=bound.session_id, ask=never)
    assert not ProviderToken.objects.exists()


def test_nobody_waits_for_ever(
    bound: ProviderToken,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claimed(bound, clock.now() + CLAIM_TIME)
    monkeypatch.setattr(provider_tokens, "WAIT_SECONDS", 0.01)
    with pytest.raises(SignInUnavailableError):
        provider_token_follow(session_id=bound.session_id, ask=never)
    assert AuthSession.objects.alive().exists()


def test_the_claim_of_a_process_that_died_is_taken_over(bound: ProviderToken) -> None:
    claimed(bound, clock.now())
    provider_token_follow(session_id=bound.session_id, ask=lambda _secret, _uid: GIVEN)
    row = ProviderToken.objects.get()
    assert (secrets.decrypt(row.secret), row.claim, row.attempts) == ("given-2", "", 1)


def test_whoever_lost_the_claim_decides_nothing(bound: ProviderToken) -> None:
    def too_late(_secret: str, _uid: str) -> Granted:
        claimed(bound, clock.now() + CLAIM_TIME)
        raise GrantEndedError

    with pytest.raises(SignInUnavailableError):
        provider_token_follow(session_id=bound.session_id, ask=too_late)
    assert AuthSession.objects.alive().exists()
    assert ProviderToken.objects.get().claim == "of-another-process"


def test_a_fault_of_ours_gives_the_claim_back(bound: ProviderToken) -> None:
    def broken(_secret: str, _uid: str) -> Granted:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        provider_token_follow(session_id=bound.session_id, ask=broken)
    provider_token_follow(session_id=bound.session_id, ask=lambda _secret, _uid: GIVEN)
    assert secrets.decrypt(ProviderToken.objects.get().secret) == "given-2"


def test_the_provider_is_told_what_was_kept_and_who_is_meant(bound: ProviderToken) -> None:
    told: list[tuple[str, str]] = []

    def ask(secret: str, uid: str) -> Granted:
        told.append((secret, uid))
        raise GrantEndedError

    with pytest.raises(SessionEndedError):
        provider_token_follow(session_id=bound.session_id, ask=ask)
    assert told == [("given-1", "ada")]


def test_kept_tokens_follow_the_newest_key(bound: ProviderToken, settings: Any) -> None:
    settings.CREDS_KEYS = ["a-newer-key", *settings.CREDS_KEYS]
    assert provider_secrets_reencrypt() == 1
    settings.CREDS_KEYS = ["a-newer-key"]
    assert secrets.decrypt(ProviderToken.objects.get().secret) == "given-1"
