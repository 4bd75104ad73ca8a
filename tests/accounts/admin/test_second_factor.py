"""Second factors in the admin."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.models import User
from accounts.services.backup_codes import codes_of
from tests.factories.factors import app_of
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db
FACTORS = "/admin/mfa/authenticator/"


def test_factors_are_listed_without_their_secrets(
    client: Client,
    admin: User,
    owner: User,
) -> None:
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    app_of(owner)
    row = Authenticator.objects.get(user=owner, type="totp")
    listed = client.get(FACTORS).content.decode()
    shown = client.get(f"{FACTORS}{row.pk}/change/").content.decode()
    assert owner.email in listed
    assert owner.email in shown
    for page in (listed, shown):
        assert row.data["secret"] not in page
        assert str(codes_of(owner)[0]["codeHash"]) not in page


def test_factors_cannot_be_edited_past_the_record(
    client: Client,
    admin: User,
    owner: User,
) -> None:
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    app_of(owner)
    row = Authenticator.objects.get(user=owner, type="totp")
    assert client.get(f"{FACTORS}add/").status_code == 403
    assert client.post(f"{FACTORS}{row.pk}/change/", {"data": "{}"}).status_code == 403
    assert client.post(f"{FACTORS}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    row.refresh_from_db()
    assert row.data["secret"]
