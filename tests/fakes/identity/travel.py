"""Playing a browser that signs in elsewhere."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from django.test import Client

from accounts.auth.method_settings import SignInSettings
from librechat.env import Environment
from librechat.sign_in_settings import sign_in_settings
from tests.fakes.identity.wires import CLIENT_ID, Wires

SERVER = "http://testserver"
SwitchOn = Callable[..., SignInSettings]


def query(url: str) -> dict[str, str]:
    """Return the fields of an address."""
    return dict(parse_qsl(urlsplit(url).query))


def read(variables: dict[str, str]) -> SignInSettings:
    """Return the methods that variables switch on."""
    everything = {"ALLOW_SOCIAL_LOGIN": "true", **variables}
    return sign_in_settings(Environment(everything), server=SERVER)


def with_wires(name: str, wires: Wires, **variables: str) -> SignInSettings:
    """Return settings that send one of the known providers to our own."""
    prefix = name.upper()
    found = read({f"{prefix}_CLIENT_ID": CLIENT_ID, f"{prefix}_CLIENT_SECRET": "s", **variables})
    endpoints = {
        "authorize_url": f"{wires.url}/authorize",
        "access_token_url": f"{wires.url}/token",
        "profile_url": f"{wires.url}/profile",
        "emails_url": f"{wires.url}/emails",
        "keys_url": f"{wires.url}/keys",
        "public_key_url": f"{wires.url}/keys",
        "issuer": wires.url,
    }
    return replace(found, providers={name: replace(found.providers[name], endpoints=endpoints)})


def openid_variables(wires: Wires, **more: str) -> dict[str, str]:
    """Return variables that make our own provider the company's."""
    return {
        "OPENID_ISSUER": wires.url,
        "OPENID_CLIENT_ID": CLIENT_ID,
        "OPENID_CLIENT_SECRET": "s",
        **more,
    }


def leave(client: Client, name: str, wires: Wires | None = None, **fields: str) -> dict[str, str]:
    """Leave for a provider; return what it is asked. Our own one learns the nonce."""
    answer = client.get(f"/oauth/{name}", fields)
    assert answer.status_code == 302, answer.content
    asked = query(answer["Location"])
    if wires is not None:
        wires.nonce = asked.get("nonce", "")
    return asked


def come_back(client: Client, name: str, asked: dict[str, str], **fields: str) -> Any:
    """Come back with a code; Apple posts it, and the browser comes again."""
    said = {"code": "code-1", "state": asked["state"], **fields}
    if name != "apple":
        return client.get(f"/oauth/{name}/callback", said)
    posted = client.post(f"/oauth/{name}/callback", said)
    assert posted.status_code == 302
    return client.get(posted["Location"])


def journey(client: Client, name: str, wires: Wires, **fields: str) -> Any:
    """Leave and come back."""
    return come_back(client, name, leave(client, name, wires), **fields)


def refused(answer: Any) -> str:
    """Return the code that a failed sign-in ends with."""
    assert answer.status_code == 302
    assert answer["Location"].startswith("/oauth/error?"), answer["Location"]
    return query(answer["Location"])["error"]


def through(company_url: str, location: str) -> str:
    """Follow the provider's own pages until it sends the browser back; return that address."""
    with httpx.Client(timeout=60) as browser:
        for _ in range(10):
            answer = browser.get(location)
            assert answer.status_code in {302, 303}, answer.text
            location = str(answer.headers["location"])
            if location.startswith(SERVER):
                return location
            if location.startswith("/"):
                location = f"{company_url}{location}"
    raise AssertionError("The provider never sent the browser back.")
