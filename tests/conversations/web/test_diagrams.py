"""The frame that draws may write styles, and nothing else that other pages may not."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def policy_of(client: Client, path: str) -> dict[str, str]:
    header = client.get(path).headers["Content-Security-Policy"]
    pairs = (part.strip().partition(" ") for part in header.split(";"))
    return {name: value for name, _, value in pairs}


def test_the_frame_may_write_styles_and_reaches_nothing_else(client: Client) -> None:
    policy = policy_of(client, "/_/diagram")
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    assert policy["script-src"] == "'self'"
    assert policy["default-src"] == policy["connect-src"] == policy["img-src"] == "'none'"
    assert policy["frame-ancestors"] == "'self'"
    assert client.get("/_/diagram").headers["X-Frame-Options"] == "SAMEORIGIN"


def test_other_pages_write_no_styles_and_stand_in_no_frame(client: Client) -> None:
    policy = policy_of(client, "/login")
    assert policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
