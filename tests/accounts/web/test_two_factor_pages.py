"""Pages that set up and remove second factors."""

import re

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.auth.step_up import FRESH
from accounts.models import AuthSession, User
from accounts.services import totp
from accounts.services.backup_codes import code_fits, codes_left
from accounts.services.passkeys import passkeys_of
from accounts.services.second_factors import has_app, second_factor_on, setup_secret
from librechat.kernel import clock
from tests.factories.factors import app_of, passkey_of
from tests.factories.people import PASSWORD
from tests.fakes.passkey import Passkey

SECURITY = "/settings/security"
SETUP = f"{SECURITY}/two-factor"
NEW = f"{SECURITY}/passkeys/new"


@pytest.fixture
def seat(client: Client, owner: User, settings: Settings) -> Client:
    """Return a browser in which ``owner`` is signed in."""
    settings.DOMAIN_CLIENT = "http://localhost:3080"
    client.post("/login", {"email": owner.email, "password": PASSWORD})
    return client


def code_now(user: User) -> str:
    return totp.code_at(setup_secret(user), totp.step_now())


def codes_on(page: str) -> list[str]:
    return re.findall(r"<code>([0-9a-f]{8})</code>", page)


def create(seat: Client, name: str = "Phone") -> tuple[Passkey, str]:
    key = Passkey()
    options = seat.post("/passkeys/options", {"purpose": "register"}).json()
    answer = seat.post(NEW, {"name": name, "credential": key.create(options)})
    return key, answer.content.decode()


def test_an_app_is_set_up_in_three_steps(seat: Client, owner: User) -> None:
    assert "Set up" in seat.get(SECURITY).content.decode()
    first = seat.get(SETUP).content.decode()
    assert "Step 1 of 3" in first
    assert setup_secret(owner) == ""  # reading changes nothing
    assert seat.post(f"{SETUP}/start")["Location"] == SETUP
    second = seat.get(SETUP).content.decode()
    assert "Step 2 of 3" in second
    assert '<path d="M4 4h1v1h-1z' in second
    shown = re.search(r'<code class="qr-key"[^>]*>([^<]+)<', second)
    assert shown is not None
    assert shown.group(1).replace(" ", "") == setup_secret(owner)
    third = seat.post(SETUP, {"code": code_now(owner)}).content.decode()
    assert "Step 3 of 3" in third
    codes = codes_on(third)
    assert len(codes) == 10
    assert 'download="backup-codes.txt"' in third
    kept = re.search(r'href="(data:text/plain[^"]+)"', third)
    assert kept is not None
    assert codes[0] in kept.group(1)
    assert not second_factor_on(owner)
    assert seat.post(f"{SETUP}/finish", {"kept": "on"})["Location"] == SECURITY
    assert has_app(owner)
    assert code_fits(user=owner, code=codes[0])
    page = seat.get(SECURITY).content.decode()
    assert "10 of 10 left" in page
    assert codes[0] not in page


def test_a_wrong_code_does_not_go_on(seat: Client, owner: User) -> None:
    seat.post(f"{SETUP}/start")
    for code in ("", "000000"):
        answer = seat.post(SETUP, {"code": code})
        assert answer.status_code == 422
        assert 'id="id_code_error"' in answer.content.decode()
    finished = seat.post(f"{SETUP}/finish", {"kept": "on"})
    assert finished["Location"] == SETUP
    assert not second_factor_on(owner)


def test_the_codes_must_be_kept_before_the_end(seat: Client, owner: User) -> None:
    seat.post(f"{SETUP}/start")
    before = codes_on(seat.post(SETUP, {"code": code_now(owner)}).content.decode())
    again = seat.post(f"{SETUP}/finish")
    assert again.status_code == 422
    after = codes_on(again.content.decode())
    assert len(after) == 10
    assert not set(before) & set(after)
    assert not second_factor_on(owner)
    seat.post(f"{SETUP}/finish", {"kept": "on"})
    assert code_fits(user=owner, code=after[0])
    assert not code_fits(user=owner, code=before[0])


def test_finishing_without_a_beginning_starts_over(seat: Client, owner: User) -> None:
    assert seat.post(f"{SETUP}/finish")["Location"] == SETUP
    assert seat.post(SETUP, {"code": "123456"}).status_code == 422
    assert not second_factor_on(owner)


def test_an_app_can_be_removed(seat: Client, owner: User) -> None:
    app_of(owner)
    assert "Remove app" in seat.get(SECURITY).content.decode()
    assert seat.post(f"{SETUP}/off")["Location"] == SECURITY
    assert not second_factor_on(owner)
    assert codes_left(owner) == 0


def test_a_required_factor_cannot_be_removed(
    seat: Client,
    owner: User,
    settings: Settings,
) -> None:
    app_of(owner)
    settings.TWO_FACTOR_REQUIRED_ROLES = ["USER"]
    assert seat.post(f"{SETUP}/off")["Location"] == SECURITY
    assert has_app(owner)
    assert "Your role requires a second factor" in seat.get(SECURITY).content.decode()


def test_new_backup_codes_are_shown_once(seat: Client, owner: User) -> None:
    refused = seat.post(f"{SECURITY}/backup-codes")
    assert refused["Location"] == SECURITY
    app = app_of(owner)
    codes = codes_on(seat.post(f"{SECURITY}/backup-codes").content.decode())
    assert len(codes) == 10
    assert code_fits(user=owner, code=codes[0])
    assert not code_fits(user=owner, code=app.codes[0])


def test_the_first_passkey_brings_backup_codes(seat: Client, owner: User) -> None:
    assert "Create a passkey" in seat.get(NEW).content.decode()
    _, page = create(seat)
    assert len(codes_on(page)) == 10
    assert [key.data["name"] for key in passkeys_of(owner)] == ["Phone"]
    _, page = create(seat, "Blue key")
    assert page == ""  # a redirect: there are codes already
    listed = seat.get(SECURITY).content.decode()
    assert 'value="Phone"' in listed
    assert 'value="Blue key"' in listed
    assert "not used yet" in listed


def test_a_passkey_that_was_not_made_here_is_refused(seat: Client, owner: User) -> None:
    assert seat.post(NEW, {"name": "Phone"}).status_code == 422
    options = seat.post("/passkeys/options", {"purpose": "register"}).json()
    answer = Passkey(origin="https://evil.example").create(options)
    refused = seat.post(NEW, {"name": "Phone", "credential": answer})
    assert refused.status_code == 422
    assert "was not accepted" in refused.content.decode()
    assert passkeys_of(owner) == []


def test_a_passkey_can_be_renamed_and_removed(seat: Client, owner: User) -> None:
    passkey_of(owner)
    passkey_of(owner, "Second")
    path = f"{SECURITY}/passkeys/{passkeys_of(owner)[1].pk}"
    seat.post(f"{path}/rename", {"name": "Work <b>phone</b>"})
    assert "Work &lt;b&gt;phone" in seat.get(SECURITY).content.decode()
    assert seat.post(f"{path}/remove")["Location"] == SECURITY
    assert [key.data["name"] for key in passkeys_of(owner)] == ["Phone"]
    assert seat.post(f"{path}/remove").status_code == 404


def test_the_last_passkey_stays_where_the_role_requires_one(
    seat: Client,
    owner: User,
    settings: Settings,
) -> None:
    passkey_of(owner)
    settings.TWO_FACTOR_REQUIRED_ROLES = ["USER"]
    path = f"{SECURITY}/passkeys/{passkeys_of(owner)[0].pk}"
    assert seat.post(f"{path}/remove")["Location"] == SECURITY
    assert len(passkeys_of(owner)) == 1


def test_the_passkey_of_somebody_else_does_not_exist(
    seat: Client,
    owner: User,
    viewer: User,
) -> None:
    passkey_of(viewer)
    path = f"{SECURITY}/passkeys/{passkeys_of(viewer)[0].pk}"
    assert seat.post(f"{path}/rename", {"name": "Mine"}).status_code == 404
    assert seat.post(f"{path}/remove").status_code == 404
    assert passkeys_of(viewer)[0].data["name"] == "Phone"


def test_where_passkeys_cannot_work_the_page_says_so(
    seat: Client,
    owner: User,
    settings: Settings,
) -> None:
    settings.DOMAIN_CLIENT = "http://192.0.2.7"
    assert "Passkeys need a site with a name" in seat.get(NEW).content.decode()
    assert "Passkeys cannot be used here" in seat.get(SECURITY).content.decode()
    assert seat.post("/passkeys/options", {"purpose": "register"}).status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", SETUP),
        ("post", SETUP),
        ("post", f"{SETUP}/start"),
        ("post", f"{SETUP}/finish"),
        ("post", f"{SETUP}/off"),
        ("post", f"{SECURITY}/backup-codes"),
        ("get", NEW),
        ("post", NEW),
        ("post", f"{SECURITY}/passkeys/1/rename"),
        ("post", f"{SECURITY}/passkeys/1/remove"),
    ],
)
def test_every_change_asks_for_a_fresh_proof(
    seat: Client,
    owner: User,
    method: str,
    path: str,
) -> None:
    app_of(owner)
    AuthSession.objects.update(proved_at=clock.now() - 2 * FRESH)
    answer = getattr(seat, method)(path)
    assert answer["Location"].startswith("/settings/confirm?next=")
    assert has_app(owner)
    assert setup_secret(owner) == ""
    assert seat.post("/passkeys/options", {"purpose": "register"}).status_code == 403


@pytest.mark.django_db
def test_the_pages_need_a_sign_in_first(client: Client) -> None:
    assert client.get(SETUP)["Location"] == f"/login?next={SETUP}"
    assert client.post(f"{SETUP}/off")["Location"].startswith("/login?next=")


def test_a_password_change_under_two_factor_sign_in_asks_for_a_fresh_proof(
    seat: Client,
    owner: User,
) -> None:
    app_of(owner)
    change = {"current_password": PASSWORD, "new_password": "another password!"}
    AuthSession.objects.update(proved_at=clock.now() - 2 * FRESH)
    assert seat.post(SECURITY, change)["Location"].startswith("/settings/confirm")
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)
    AuthSession.objects.update(proved_at=clock.now())
    assert seat.post(SECURITY, change)["Location"] == SECURITY
    owner.refresh_from_db()
    assert owner.check_password("another password!")
    assert seat.get(SECURITY).status_code == 200  # this browser stays, without a second step


def test_who_has_no_password_sees_no_form_for_it(seat: Client, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(password="!none")
    seat.force_login(User.objects.get(pk=owner.pk))
    assert "current_password" not in seat.get(SECURITY).content.decode()
