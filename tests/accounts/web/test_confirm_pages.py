"""Confirming who one is, on pages."""

import pytest
from django.test import Client

from accounts.auth.step_up import FRESH
from accounts.models import AuthSession, User
from librechat.kernel import clock
from tests.accounts.web.second_steps import CONFIRM, STEP, options, sign_in
from tests.factories.factors import App, passkey_of
from tests.factories.people import PASSWORD
from tests.fakes.passkey import Passkey

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("address")]


def age() -> None:
    AuthSession.objects.update(proved_at=clock.now() - 2 * FRESH)


class TestConfirm:
    def test_the_password_confirms_and_leads_back(self, client: Client, owner: User) -> None:
        sign_in(client, owner)
        age()
        answer = client.get("/settings/security/two-factor")
        assert answer["Location"] == f"{CONFIRM}?next=%2Fsettings%2Fsecurity%2Ftwo-factor"
        page = client.get(answer["Location"]).content.decode()
        assert 'name="password"' in page
        assert 'name="code"' not in page
        target = "/settings/security/two-factor"
        wrong = client.post(CONFIRM, {"password": "wrong", "next": target})
        assert wrong.status_code == 422
        assert 'id="id_password_error"' in wrong.content.decode()
        right = client.post(CONFIRM, {"password": PASSWORD, "next": target})
        assert right["Location"] == target
        assert client.get(target).status_code == 200

    def test_a_form_leads_back_to_its_page(self, client: Client, owner: User) -> None:
        sign_in(client, owner)
        age()
        path = "/settings/security/two-factor/start"
        referer = {"Referer": "http://testserver/settings/security/two-factor?a=1"}
        answer = client.post(path, headers=referer)
        target = "%2Fsettings%2Fsecurity%2Ftwo-factor%3Fa%3D1"
        assert answer["Location"] == f"{CONFIRM}?next={target}"
        for foreign in ("https://evil.example/x", ""):
            answer = client.post(path, headers={"Referer": foreign})
            assert answer["Location"] == f"{CONFIRM}?next=%2Fsettings%2Fsecurity"

    def test_a_script_is_led_by_a_header(self, client: Client, owner: User) -> None:
        sign_in(client, owner)
        age()
        headers = {"HX-Request": "true"}
        answer = client.get("/settings/security/two-factor", headers=headers)
        assert answer.status_code == 403
        assert answer["HX-Redirect"].startswith(CONFIRM)

    def test_a_code_confirms_under_two_factor_sign_in(
        self, client: Client, owner: User, app: App
    ) -> None:
        sign_in(client, owner)
        client.post(STEP, {"code": app.codes[0]})
        age()
        page = client.get(CONFIRM).content.decode()
        assert 'name="code"' in page
        assert 'name="password"' not in page
        for given in ({}, {"password": PASSWORD}, {"code": "000000"}):
            assert client.post(CONFIRM, given).status_code == 422
        assert client.post(CONFIRM, {"code": app.codes[1]})["Location"] == "/settings/security"
        assert client.get("/settings/security/passkeys/new").status_code == 200

    def test_a_passkey_confirms(self, client: Client, owner: User) -> None:
        key = passkey_of(owner)
        client.post("/login/passkey", {"credential": key.get(options(client, "login"))})
        age()
        assert "Use a passkey" in client.get(CONFIRM).content.decode()
        bad = Passkey(handle=key.handle)
        refused = client.post(CONFIRM, {"credential": bad.get(options(client, "confirm"))})
        assert refused.status_code == 422
        assert 'role="alert"' in refused.content.decode()
        answer = client.post(CONFIRM, {"credential": key.get(options(client, "confirm"))})
        assert answer["Location"] == "/settings/security"
        assert client.get("/settings/security/two-factor").status_code == 200

    def test_who_has_nothing_else_signs_in_again(self, client: Client, owner: User) -> None:
        sign_in(client, owner)
        User.objects.filter(pk=owner.pk).update(password="!none")
        client.force_login(User.objects.get(pk=owner.pk))
        page = client.get(CONFIRM).content.decode()
        assert "Sign in again" in page
        answer = client.post(CONFIRM, {"again": "1", "next": "/settings/account"})
        assert answer["Location"] == "/login?next=%2Fsettings%2Faccount"
        assert client.get("/settings/account")["Location"].startswith("/login")

    def test_it_never_leads_to_another_site(self, client: Client, owner: User) -> None:
        sign_in(client, owner)
        answer = client.post(CONFIRM, {"password": PASSWORD, "next": "https://evil.example/"})
        assert answer["Location"] == "/settings/security"
