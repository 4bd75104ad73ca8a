"""Visits to the pages of settings."""

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from accounts.models import ConfigOverride, User
from tests.factories.people import PASSWORD, person
from tests.factories.rights import grant

INDEX = "/admin/settings/"
TOKEN = re.compile(r'name="token"\s+value="([^"]+)"')


def section(name: str, **query: str) -> str:
    """Return the address of a section's page."""
    pairs = "&".join(f"{key}={value}" for key, value in query.items())
    return f"{INDEX}section/{name}/" + (f"?{pairs}" if pairs else "")


def browser(*capabilities: str) -> Client:
    """Return the browser of somebody with these capabilities."""
    somebody = person()
    grant(somebody, "access:admin", *capabilities)
    return of(somebody)


def of(user: User) -> Client:
    """Return a browser in which somebody is signed in."""
    client = Client()
    client.force_login(user)
    return client


def freshly(user: User) -> Client:
    """Return a browser in which somebody has just proved who they are."""
    client = Client()
    client.post("/login", {"email": user.email, "password": PASSWORD})
    return client


def values(**typed: str) -> dict[str, str]:
    """Return a form: ``interface__customWelcome="Hi"`` is typed into that field."""
    version = ConfigOverride.objects.values_list("version", flat=True).first() or 0
    return {"version": str(version)} | {
        f"v:{name.replace('__', '.')}": text for name, text in typed.items()
    }


def text_of(answer: Any) -> str:
    """Return a page's text in one line."""
    return " ".join(answer.content.decode().split())


def token_of(answer: Any) -> str:
    """Return what the page that asks carries."""
    [found] = TOKEN.findall(answer.content.decode())
    return str(found)


def confirm(client: Client, asked: Any, note: str = "") -> HttpResponse:
    """Confirm what a page asks."""
    form = {"token": token_of(asked), "note": note}
    return client.post(f"{INDEX}confirm/", form)  # type: ignore[return-value]  # the test client's
