"""The second step of a sign-in on pages."""

import json
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from accounts.auth.login import NEXT
from accounts.errors import (
    FreshProofNeededError,
    SecondFactorNeededError,
    SecondFactorRequiredError,
)
from accounts.models import AuthSession, User
from accounts.services.backup_codes import codes_left
from accounts.services.sessions import epoch_raise
from accounts.web.detours import PENDING, DetourMiddleware
from librechat.kernel import clock
from tests.accounts.web.second_steps import CONFIRM, STEP, options, sign_in
from tests.factories.factors import App, browser, passkey_of
from tests.factories.people import PASSWORD, person
from tests.fakes.passkey import PRESENT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("address")]


class TestSecondStep:
    def test_a_code_goes_on_to_the_page_asked_for(
        self, client: Client, owner: User, app: App
    ) -> None:
        assert sign_in(client, owner, next="/c/abc?x=1") == STEP
        assert client.get("/c/new")["Location"].startswith("/login")
        page = client.get(STEP)
        assert 'autocomplete="one-time-code"' in page.content.decode()
        assert "no-store" in page["Cache-Control"]
        before = client.session.session_key
        answer = client.post(STEP, {"code": app.code()})
        assert (answer.status_code, answer["Location"]) == (302, "/c/abc?x=1")
        assert client.session.session_key != before
        assert answer.cookies["refreshToken"]["httponly"]
        assert PENDING not in client.session
        assert client.get("/api/user").json()["id"] == owner.pk
        assert client.get(STEP)["Location"] == "/c/new"

    def test_a_backup_code_works_in_the_same_field_once(
        self, client: Client, owner: User, app: App
    ) -> None:
        sign_in(client, owner)
        assert client.post(STEP, {"code": app.codes[0]})["Location"] == "/c/new"
        other = Client()
        sign_in(other, owner)
        assert other.post(STEP, {"code": app.codes[0]}).status_code == 422
        assert codes_left(owner) == 9

    @pytest.mark.parametrize("code", ["", "000000", "x" * 40])
    def test_a_wrong_code_is_told_next_to_the_field(
        self, client: Client, owner: User, app: App, code: str
    ) -> None:
        sign_in(client, owner)
        answer = client.post(STEP, {"code": code})
        assert answer.status_code == 422
        assert 'id="id_code_error"' in answer.content.decode()
        assert not AuthSession.objects.exists()

    def test_guessing_is_limited(self, client: Client, owner: User, app: App) -> None:
        sign_in(client, owner)
        for _ in range(7):
            client.post(STEP, {"code": "000000"})
        answer = client.post(STEP, {"code": app.code()})
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) > 0
        assert not AuthSession.objects.exists()

    def test_without_a_first_step_there_is_no_second(self, client: Client) -> None:
        assert client.get(STEP)["Location"] == "/login"
        assert client.post(STEP, {"code": "123456"})["Location"] == "/login"

    def test_a_first_step_that_is_too_old_starts_over(
        self,
        client: Client,
        owner: User,
        app: App,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        sign_in(client, owner)
        later = clock.now() + timedelta(minutes=6)
        monkeypatch.setattr(clock, "source", lambda: later)
        assert client.post(STEP, {"code": app.code()})["Location"] == "/login"
        assert "took too long" in client.get("/login").content.decode()

    def test_a_forced_sign_out_ends_the_first_step(
        self, client: Client, owner: User, app: App
    ) -> None:
        sign_in(client, owner)
        epoch_raise(user=owner)
        assert client.get(STEP)["Location"] == "/login"

    def test_signing_up_with_a_known_address_needs_the_second_step_too(
        self,
        client: Client,
        owner: User,
        app: App,
        settings: Settings,
    ) -> None:
        settings.ALLOW_REGISTRATION = True
        given = {"name": "Owner", "email": owner.email, "password": PASSWORD}
        assert client.post("/signup", given)["Location"] == STEP

    def test_a_passkey_is_a_second_step(self, client: Client, owner: User) -> None:
        key = passkey_of(owner)
        key.flags = PRESENT  # the password has been checked already
        sign_in(client, owner)
        page = client.get(STEP).content.decode()
        assert "Use a passkey" in page
        assert "one of your backup codes" in page
        answer = client.post(STEP, {"credential": key.get(options(client, "second-factor"))})
        assert answer["Location"] == "/c/new"
        assert AuthSession.objects.get().method == "local"

    def test_the_passkey_of_somebody_else_is_no_second_step(
        self, client: Client, owner: User, viewer: User
    ) -> None:
        passkey_of(owner)
        key = passkey_of(viewer)
        sign_in(client, owner)
        answer = client.post(STEP, {"credential": key.get(options(client, "second-factor"))})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
        assert not AuthSession.objects.exists()

    def test_options_need_a_first_step(self, client: Client) -> None:
        answer = client.post("/passkeys/options", {"purpose": "second-factor"})
        assert answer.status_code == 401


class TestPasskeySignIn:
    def test_a_passkey_alone_signs_in(self, client: Client, owner: User) -> None:
        key = passkey_of(owner)
        assert "Sign in with a passkey" in client.get("/login").content.decode()
        given = {"credential": key.get(options(client, "login")), "next": "/c/abc"}
        assert client.post("/login/passkey", given)["Location"] == "/c/abc"
        assert AuthSession.objects.get().method == "passkey"
        assert client.get("/api/user").json()["id"] == owner.pk

    def test_it_never_leads_to_another_site(self, client: Client, owner: User) -> None:
        key = passkey_of(owner)
        given = {"credential": key.get(options(client, "login")), "next": "//evil.example"}
        assert client.post("/login/passkey", given)["Location"] == "/c/new"

    @pytest.mark.parametrize("change", [{"flags": PRESENT}, {"origin": "https://evil.example"}])
    def test_what_does_not_fit_is_refused(
        self, client: Client, owner: User, change: dict[str, object]
    ) -> None:
        key = passkey_of(owner)
        for name, value in change.items():
            setattr(key, name, value)
        answer = client.post("/login/passkey", {"credential": key.get(options(client, "login"))})
        assert answer["Location"] == "/login"
        assert "was not accepted" in client.get("/login").content.decode()
        assert not AuthSession.objects.exists()

    def test_an_answer_cannot_be_sent_twice(self, client: Client, owner: User) -> None:
        key = passkey_of(owner)
        answer = key.get(options(client, "login"))
        assert client.post("/login/passkey", {"credential": answer})["Location"] == "/c/new"
        client.post("/logout")
        assert client.post("/login/passkey", {"credential": answer})["Location"] == "/login"

    def test_the_gates_hold(self, client: Client) -> None:
        user = person(is_active=False)
        key = passkey_of(user)
        answer = client.post("/login/passkey", {"credential": key.get(options(client, "login"))})
        assert answer["Location"] == "/login"
        assert "has been disabled" in client.get("/login").content.decode()

    def test_asking_is_limited(self, client: Client) -> None:
        for _ in range(7):
            options(client, "login")
        assert client.post("/passkeys/options", {"purpose": "login"}).status_code == 429

    def test_the_button_is_not_shown_where_passkeys_cannot_work(
        self, client: Client, settings: Settings
    ) -> None:
        settings.DOMAIN_CLIENT = "http://192.0.2.7"
        assert "lc-passkey" not in client.get("/login").content.decode()

    @pytest.mark.parametrize("purpose", ["", "nothing"])
    def test_an_unknown_purpose_is_refused(self, client: Client, purpose: str) -> None:
        assert client.post("/passkeys/options", {"purpose": purpose}).status_code == 400

    @pytest.mark.parametrize("purpose", ["confirm", "register"])
    def test_options_of_members_need_a_sign_in(self, client: Client, purpose: str) -> None:
        assert client.post("/passkeys/options", {"purpose": purpose}).status_code == 401


def test_detours_lead_on_and_leave_the_rest_alone() -> None:
    detour = DetourMiddleware(lambda _request: HttpResponse())
    request = RequestFactory().get("/oauth/google/callback")
    request.session = browser().session
    request.session[NEXT] = "/c/abc"
    led = detour.process_exception(request, SecondFactorNeededError("token"))
    assert led is not None
    assert led["Location"] == STEP
    assert request.session[PENDING] == {"token": "token", "next": "/c/abc"}
    assert NEXT not in request.session
    led = detour.process_exception(request, SecondFactorRequiredError("Set one up."))
    assert led is not None
    assert led["Location"] == "/settings/security/two-factor"
    led = detour.process_exception(request, FreshProofNeededError("Confirm."))
    assert led is not None
    assert led["Location"] == f"{CONFIRM}?next=%2Foauth%2Fgoogle%2Fcallback"
    assert detour.process_exception(request, ValueError("A bug")) is None


def test_options_are_plain_json(client: Client, owner: User) -> None:
    passkey_of(owner)
    sign_in(client, owner)
    text = json.dumps(options(client, "second-factor"))
    assert '"allowCredentials"' in text
