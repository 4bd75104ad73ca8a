"""Who is behind a WebSocket."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from pytest_django import Settings

from accounts.auth.channels import SessionOrTokenAuthMiddleware
from accounts.models import AuthSession, User
from accounts.services.bans import ban_add
from accounts.services.sessions import session_close
from tests.factories.people import PASSWORD, person, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


async def connect(
    query: str = "",
    cookie: str = "",
    *,
    client: tuple[str, int] | None = None,
    forwarded: str = "",
) -> dict[str, Any]:
    """Return the scope an application gets."""
    seen: dict[str, Any] = {}

    async def application(scope: dict[str, Any], _receive: Any, _send: Any) -> None:
        seen.update(scope)

    async def channel(*_args: Any) -> None:
        return None

    headers = [(b"cookie", cookie.encode("latin-1"))] if cookie else []
    if forwarded:
        headers.append((b"x-forwarded-for", forwarded.encode()))
    scope: dict[str, Any] = {"type": "websocket", "query_string": query.encode()}
    scope |= {"headers": headers, "client": client}
    await SessionOrTokenAuthMiddleware(application)(scope, channel, channel)
    return seen


def page_cookie(user: User) -> str:
    client = Client()
    client.post("/login", {"email": user.email, "password": PASSWORD})
    return f"theme=dark; sessionid={client.cookies['sessionid'].value}"


async def test_a_page_session_says_who_it_is() -> None:
    user = await sync_to_async(person)()
    cookie = await sync_to_async(page_cookie)(user)
    scope = await connect(cookie=cookie)
    session = await AuthSession.objects.aget()
    assert (scope["user"], scope["auth_session"]) == (user, session.pk)
    assert scope["address"] == ""
    assert scope["type"] == "websocket"


async def test_a_token_in_the_address_says_who_it_is() -> None:
    login = await sync_to_async(lambda: sign_in(person()))()
    scope = await connect(query=f"after=3&token={login.access_token}")
    assert (scope["user"], scope["auth_session"]) == (login.user, login.session.pk)


async def test_a_bad_token_is_nobody_also_beside_a_good_cookie() -> None:
    user = await sync_to_async(person)()
    cookie = await sync_to_async(page_cookie)(user)
    scope = await connect(query="token=nonsense", cookie=cookie)
    assert isinstance(scope["user"], AnonymousUser)
    assert scope["auth_session"] == ""


@pytest.mark.parametrize("cookie", ["", "sessionid=nonsense", "garbage", "sessionid="])
async def test_no_session_is_nobody(cookie: str) -> None:
    scope = await connect(cookie=cookie)
    assert isinstance(scope["user"], AnonymousUser)


async def test_an_ended_session_is_nobody() -> None:
    user = await sync_to_async(person)()
    cookie = await sync_to_async(page_cookie)(user)
    session = await AuthSession.objects.aget()
    await sync_to_async(session_close)(session=session)
    assert isinstance((await connect(cookie=cookie))["user"], AnonymousUser)


async def test_a_banned_address_opens_no_socket_but_for_staff() -> None:
    user, boss = await sync_to_async(person)(), await sync_to_async(person)(role="ADMIN")
    cookies = [await sync_to_async(page_cookie)(one) for one in (user, boss)]
    login = await sync_to_async(sign_in)(user)
    await sync_to_async(ban_add)(address="203.0.113.9")
    there = ("203.0.113.9", 4711)
    assert isinstance((await connect(cookie=cookies[0], client=there))["user"], AnonymousUser)
    assert isinstance(
        (await connect(query=f"token={login.access_token}", client=there))["user"],
        AnonymousUser,
    )
    assert (await connect(cookie=cookies[1], client=there))["user"] == boss
    assert (await connect(cookie=cookies[0], client=("203.0.113.8", 1)))["user"] == user


async def test_behind_a_proxy_the_header_says_who_is_banned(settings: Settings) -> None:
    settings.TRUST_PROXY = 1
    user = await sync_to_async(person)()
    cookie = await sync_to_async(page_cookie)(user)
    await sync_to_async(ban_add)(address="203.0.113.9")
    proxy = ("10.0.0.1", 1)
    seen = await connect(cookie=cookie, client=proxy, forwarded="198.51.100.1, 203.0.113.9")
    spoofed = await connect(cookie=cookie, client=proxy, forwarded="203.0.113.9, 198.51.100.1")
    assert isinstance(seen["user"], AnonymousUser)
    assert spoofed["user"] == user
