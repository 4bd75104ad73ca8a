"""Requests to the OpenID provider that are not part of a sign-in's redirects."""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import orjson

from accounts.auth.method_settings import OpenidSettings
from accounts.errors import ProviderFailedError
from librechat.kernel import outbound

# Well below the time for which one request of a session holds the others back.
LIMITS = outbound.Limits(connect=5, first_byte=15, idle=5, total=20, size_bytes=4 * 1024 * 1024)
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: its status, and its JSON object; empty when it is something else."""

    status: int
    fields: Mapping[str, Any]


def token_ask(given: OpenidSettings, published: Mapping[str, Any], **fields: str) -> Said:
    """Return what the token endpoint says to a form, sent as the client we are.

    Raises:
        OutboundError: it does not answer.
    """
    headers = {"Content-Type": FORM}
    methods = published.get("token_endpoint_auth_methods_supported", [])
    if given.secret and "client_secret_post" not in methods:
        pair = f"{given.client_id}:{given.secret}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    else:
        secret = {"client_secret": given.secret} if given.secret else {}
        fields = {**fields, "client_id": given.client_id, **secret}
    return ask("POST", published["token_endpoint"], headers, urlencode(fields).encode())


def ask(method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Said:
    """Return what an address of the provider says.

    Raises:
        OutboundError: it does not answer.
    """
    request = outbound.fetch(
        method,
        url,
        headers={"Accept": "application/json", **headers},
        body=body,
        limits=LIMITS,
        reach=outbound.TRUSTED,  # the operator configured it
    )
    answer = asyncio.run(request)
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        found = {}
    return Said(answer.status, found if isinstance(found, dict) else {})


def good(said: Said, *needed: str) -> Mapping[str, Any]:
    """Return the fields of an answer that is one.

    Raises:
        ProviderFailedError: it is a refusal, or lacks what is needed.
    """
    if said.status != HTTPStatus.OK or any(name not in said.fields for name in needed):
        reason = said.fields.get("error", "nothing that can be used")
        raise ProviderFailedError(f"The provider answered {said.status}: {reason}")
    return said.fields
