"""Pages as a signed-in browser sees them."""

import re
from collections.abc import Callable
from html import unescape
from typing import Protocol

import pytest
from django.test import Client

from accounts.models import User

SignIn = Callable[[User], Client]

INLINE = re.compile(r"""\s(style|on[a-z]+)\s*=\s*["']""")


@pytest.fixture
def sign_in() -> SignIn:
    """Return a browser in which somebody is signed in."""

    def enter(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return enter


@pytest.fixture
def owner_client(owner: User, sign_in: SignIn) -> Client:
    """Return the owner's browser."""
    return sign_in(owner)


class Answer(Protocol):
    @property
    def content(self) -> bytes: ...


def text_of(response: Answer) -> str:
    return response.content.decode()


def field(html: str, name: str) -> str:
    """Return what a form field of the page would send."""
    form = html.partition("data-composer")[2].partition("</form>")[0]
    [value] = re.findall(rf'name="{name}"\s+value="([^"]*)"', form)
    return unescape(value)


def inline_code(html: str) -> list[str]:
    """Return what a strict policy would block: inline styles, handlers, scripts."""
    tags = re.findall(r"<[a-zA-Z][^>]*>", html)
    attributes = [tag for tag in tags if INLINE.search(tag)]
    scripts = re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", html)
    return [*attributes, *scripts, *re.findall(r"<style[^>]*>", html)]
