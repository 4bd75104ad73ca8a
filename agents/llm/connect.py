"""From a configured endpoint to a connection with this person's keys in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from accounts.models import User
from agents import errors
from agents.llm.endpoint import Endpoint, is_address
from agents.llm.placeholders import address_filled, headers_filled
from agents.llm.providers.provider import Connection
from agents.models import Credential
from librechat.kernel import clock, secrets

MODEL_NAME = re.compile(
    r"[A-Za-z0-9_@~][^\x00-\x20\x7f<>\"'`\\|{}]*(?: [^\x00-\x20\x7f<>\"'`\\|{}]+)*"
)
MAX_MODEL_NAME = 256


@dataclass(frozen=True, slots=True)
class _Own:
    """What a person stored for an endpoint."""

    api_key: str = ""
    base_url: str = ""


def connection_for(endpoint: Endpoint, user: User, body: Mapping[str, str]) -> Connection:
    """Return the connection of an endpoint for a person.

    Raises:
        NoUserKeyError, ExpiredUserKeyError, InvalidUserKeyError: their own key is wanted.
        NoBaseUrlError, InvalidBaseUrlError: their own address is wanted.
    """
    own = _own(endpoint, user) if endpoint.is_by_user else _Own()
    if endpoint.key_by_user and not own.api_key:
        raise errors.InvalidUserKeyError.of()
    if endpoint.url_by_user:
        _check_address(own.base_url)
    base_url = (
        own.base_url if endpoint.url_by_user else address_filled(endpoint.base_url, user, body)
    )
    return Connection(
        name=endpoint.name,
        dialect=endpoint.dialect,
        base_url=base_url.rstrip("/"),
        api_key=own.api_key if endpoint.key_by_user else endpoint.api_key,
        headers=headers_filled(endpoint.headers, user, body),
        options=headers_filled(endpoint.options, user, body),
        extra=endpoint.extra,
        dropped=endpoint.dropped,
        is_trusted=endpoint.is_trusted and not endpoint.url_by_user,
    )


def check_model_name(endpoint: Endpoint, model: str) -> None:
    """Refuse a name that cannot be a model's.

    Raises:
        MissingModelError: blank.
        IllegalModelError: too long or with characters no model has.
    """
    if not model.strip():
        raise errors.MissingModelError.of()
    if len(model) > MAX_MODEL_NAME or not MODEL_NAME.fullmatch(model):
        raise errors.IllegalModelError.of(info=f"{endpoint.name}|{model[:MAX_MODEL_NAME]}")


def _own(endpoint: Endpoint, user: User) -> _Own:
    credential = Credential.objects.visible_to(user).filter(name=endpoint.name).first()
    if credential is None:
        raise errors.NoUserKeyError.of()
    if credential.is_expired and credential.expires_at is not None:
        raise errors.ExpiredUserKeyError.of(
            expiredAt=clock.iso(credential.expires_at),
            endpoint=endpoint.name,
        )
    try:
        return _parsed(secrets.decrypt(credential.value))
    except secrets.UnreadableSecretError as exc:
        raise errors.InvalidUserKeyError.of() from exc


def _parsed(value: str) -> _Own:
    """Return what the stored text holds: the bare key, or JSON with ``apiKey`` and ``baseURL``."""
    try:
        stored = orjson.loads(value)
    except orjson.JSONDecodeError:
        return _Own(api_key=value.strip())
    if not isinstance(stored, dict):
        return _Own(api_key=value.strip())
    # LibreChat's client names the key after its variable for some built-in endpoints.
    names = ("apiKey", "azureOpenAIApiKey", "GOOGLE_API_KEY")
    keys = (stored[name] for name in names if isinstance(stored.get(name), str))
    address = stored.get("baseURL")
    return _Own(
        api_key=next(keys, "").strip(),
        base_url=address.strip() if isinstance(address, str) else "",
    )


def _check_address(address: str) -> None:
    if not address:
        raise errors.NoBaseUrlError.of()
    if not is_address(address):
        raise errors.InvalidBaseUrlError.of()
