"""Accounts of other providers are looked at in the admin, and changed nowhere in it."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.models import User


def test_an_administrator_sees_who_signs_in_by_which_provider(
    client: Client,
    admin: User,
    owner: User,
) -> None:
    row = SocialAccount.objects.create(user=owner, provider="github", uid="4711")
    client.force_login(admin)
    html = client.get("/admin/socialaccount/socialaccount/").content.decode()
    assert owner.email in html
    assert "4711" in html
    page = f"/admin/socialaccount/socialaccount/{row.pk}/"
    assert client.post(f"{page}change/", {"uid": "1"}).status_code == 403
    assert client.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    row.refresh_from_db()
    assert row.uid == "4711"


@pytest.mark.parametrize(
    "path",
    ["account/emailaddress", "socialaccount/socialapp", "socialaccount/socialtoken"],
)
def test_tables_that_hold_nothing_have_no_page(client: Client, admin: User, path: str) -> None:
    client.force_login(admin)
    assert client.get(f"/admin/{path}/").status_code == 404
