"""Second factors over the API, in LibreChat's shapes."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from accounts.auth.login import login_proved
from accounts.auth.step_up import FRESH
from accounts.models import AuditEvent, AuthSession, User
from accounts.services import totp
from accounts.services.backup_codes import codes_left
from accounts.services.passkeys import passkeys_of
from accounts.services.second_factors import second_factor_on
from librechat.kernel import clock
from tests.factories.factors import App, app_of, passkey_of
from tests.factories.people import CALLER, PASSWORD
from tests.factories.people import post_auth as post

pytestmark = pytest.mark.django_db


def bearer(user: User) -> dict[str, str]:
    """Return the headers of somebody who gave every proof they have."""
    token = login_proved(user=user, caller=CALLER).access_token
    return {"Authorization": f"Bearer {token}"}


def age() -> None:
    """Let every proof be ten minutes old."""
    AuthSession.objects.update(proved_at=clock.now() - 2 * FRESH)


def sign_in(client: Client, user: User) -> Any:
    return post(client, "login", {"email": user.email, "password": PASSWORD})


def secret_of(answer: Any) -> str:
    address: str = answer.json()["otpauthUrl"]
    return parse_qs(urlsplit(address).query)["secret"][0]


@pytest.fixture
def app(owner: User) -> App:
    return app_of(owner)


def test_the_whole_story_as_librechats_client_tells_it(client: Client, owner: User) -> None:
    headers = {"Authorization": f"Bearer {sign_in(client, owner).json()['token']}"}
    begun = post(client, "2fa/enable", headers=headers)
    assert begun.status_code == 200
    assert set(begun.json()) == {"otpauthUrl", "backupCodes"}
    codes = begun.json()["backupCodes"]
    assert len(codes) == 10
    assert all(re.fullmatch("[0-9a-f]{8}", code) for code in codes)
    assert not second_factor_on(owner)
    code = totp.code_at(secret_of(begun), totp.step_now())
    for route in ("verify", "confirm"):
        answer = post(client, f"2fa/{route}", {"token": code}, headers=headers)
        assert (answer.status_code, answer.content) == (200, b"")
    assert client.get("/api/user", headers=headers).json()["twoFactorEnabled"] is True

    client.cookies.clear()
    pending = sign_in(client, owner)
    assert pending.status_code == 200
    assert set(pending.json()) == {"twoFAPending", "tempToken"}
    assert pending.json()["twoFAPending"] is True
    assert not pending.cookies
    token = pending.json()["tempToken"]
    refused = post(client, "2fa/verify-temp", {"tempToken": token, "token": "000000"})
    assert refused.status_code == 401
    assert set(refused.json()) == {"message"}
    assert not refused.cookies
    body = {"tempToken": token, "backupCode": codes[0]}
    done = post(client, "2fa/verify-temp", body)
    assert done.status_code == 200
    assert set(done.json()) == {"token", "user"}
    assert done.json()["user"]["id"] == owner.pk
    assert set(done.cookies) == {"refreshToken", "token_provider"}
    assert post(client, "2fa/verify-temp", body).status_code == 401
    headers = {"Authorization": f"Bearer {done.json()['token']}"}
    body = {"backupCode": codes[1]}
    answer = post(client, "2fa/disable", body, headers=headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert client.get("/api/user", headers=headers).json()["twoFactorEnabled"] is False
    assert set(sign_in(client, owner).json()) == {"token", "user"}


def test_cve_2026_54036_a_second_enrolment_needs_a_code(
    client: Client,
    owner: User,
    app: App,
) -> None:
    headers = bearer(owner)
    for body in ({}, {"token": "000000"}, {"backupCode": "00000000"}):
        answer = post(client, "2fa/enable", body, headers=headers)
        assert answer.status_code == 400
        assert set(answer.json()) == {"message"}
    begun = post(client, "2fa/enable", {"backupCode": app.codes[0]}, headers=headers)
    assert begun.status_code == 200
    assert codes_left(owner) == 10  # looked at, not used up
    code = totp.code_at(secret_of(begun), totp.step_now())
    assert post(client, "2fa/confirm", {"token": code}, headers=headers).status_code == 200
    assert (
        post(client, "2fa/verify", {"backupCode": app.codes[0]}, headers=headers).status_code == 400
    )


def test_a_stolen_session_cannot_enrol(client: Client, owner: User) -> None:
    headers = bearer(owner)
    age()
    answer = post(client, "2fa/enable", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["code"] == "fresh_proof_needed"
    for body in ({}, {"password": "wrong horse battery"}):
        assert post(client, "step-up", body, headers=headers).status_code == 400
    confirmed = post(client, "step-up", {"password": PASSWORD}, headers=headers)
    assert confirmed.status_code == 200
    assert post(client, "2fa/enable", headers=headers).status_code == 200


def test_a_code_is_a_fresh_proof_too(client: Client, owner: User, app: App) -> None:
    headers = bearer(owner)
    age()
    assert post(client, "step-up", {"password": PASSWORD}, headers=headers).status_code == 400
    assert post(client, "step-up", {"token": app.code()}, headers=headers).status_code == 200


def test_trying_a_code_uses_nothing_up(client: Client, owner: User, app: App) -> None:
    headers = bearer(owner)
    for body in ({"token": app.code()}, {"backupCode": app.codes[0]}):
        for _ in range(2):
            assert post(client, "2fa/verify", body, headers=headers).status_code == 200
    assert post(client, "2fa/verify", {"token": "000000"}, headers=headers).status_code == 400
    assert codes_left(owner) == 10


def test_confirming_needs_a_setup_and_its_code(client: Client, owner: User) -> None:
    headers = bearer(owner)
    assert post(client, "2fa/confirm", {"token": "123456"}, headers=headers).status_code == 400
    post(client, "2fa/enable", headers=headers)
    for body in ({}, {"token": "000000"}, {"token": {"$ne": ""}}):
        answer = post(client, "2fa/confirm", body, headers=headers)
        assert answer.status_code == 400
    assert not second_factor_on(owner)


@pytest.mark.parametrize("route", ["disable", "backup/regenerate"])
def test_changes_need_a_code(client: Client, owner: User, app: App, route: str) -> None:
    headers = bearer(owner)
    for body in ({}, {"token": "000000"}, {"backupCode": "00000000"}):
        assert post(client, f"2fa/{route}", body, headers=headers).status_code == 400
    assert second_factor_on(owner)
    assert codes_left(owner) == 10
    assert not AuditEvent.objects.filter(action="second_factor.disabled").exists()


def test_new_backup_codes_come_with_their_hashes(client: Client, owner: User, app: App) -> None:
    answer = post(client, "2fa/backup/regenerate", {"token": app.code()}, headers=bearer(owner))
    body = answer.json()
    assert set(body) == {"backupCodes", "backupCodesHash"}
    assert len(body["backupCodes"]) == len(body["backupCodesHash"]) == 10
    assert set(body["backupCodesHash"][0]) == {"codeHash", "used", "usedAt"}
    assert not set(body["backupCodes"]) & set(app.codes)


def test_there_are_no_codes_without_two_factor_sign_in(client: Client, owner: User) -> None:
    headers = bearer(owner)
    assert post(client, "2fa/backup/regenerate", headers=headers).status_code == 400
    assert post(client, "2fa/disable", headers=headers).status_code == 200


def test_disabling_removes_passkeys_as_well(client: Client, owner: User, app: App) -> None:
    passkey_of(owner)
    assert (
        post(client, "2fa/disable", {"token": app.code()}, headers=bearer(owner)).status_code == 200
    )
    assert passkeys_of(owner) == []
    assert set(sign_in(client, owner).json()) == {"token", "user"}


def test_guessing_is_limited_by_address(client: Client, owner: User, app: App) -> None:
    for _ in range(7):
        post(client, "2fa/verify-temp", {"tempToken": "nonsense", "token": "000000"})
    answer = post(client, "2fa/verify-temp", {"tempToken": "nonsense", "token": "000000"})
    assert answer.status_code == 429
    assert answer.json() == {
        "message": "Too many verification attempts, please try again after 5 minutes.",
    }


def test_deleting_the_account_needs_a_code_under_two_factor_sign_in(
    client: Client,
    owner: User,
    admin: User,
    app: App,
) -> None:
    headers = bearer(owner)

    def delete(body: dict[str, str]) -> int:
        answer = client.delete(
            "/api/user/delete", body, content_type="application/json", headers=headers
        )
        return int(answer.status_code)

    assert delete({}) == 400
    assert delete({"token": "000000"}) == 400
    owner.refresh_from_db()
    assert owner.delete_after is None
    age()
    assert delete({"backupCode": app.codes[0]}) == 200


def test_deleting_the_account_needs_a_fresh_proof_otherwise(
    client: Client,
    owner: User,
    admin: User,
) -> None:
    headers = bearer(owner)
    age()
    answer = client.delete("/api/user/delete", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "fresh_proof_needed")
    owner.refresh_from_db()
    assert owner.delete_after is None
    post(client, "step-up", {"password": PASSWORD}, headers=headers)
    assert client.delete("/api/user/delete", headers=headers).status_code == 200
