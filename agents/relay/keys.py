"""Who calls: the key in a request's headers, known for a moment without asking the database."""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache, partial

from django.db.models import Q

from accounts.errors import BannedError, NotSignedInError
from accounts.life_errors import KeyScopeError
from accounts.limits.bans import ban_check, bans_of
from accounts.models import ApiKey, User, token_hash
from accounts.services.api_key_opening import api_key_open
from accounts.services.api_key_terms import RELAY
from accounts.services.api_keys import keys_stamp
from agents.engine.offload import offload
from agents.relay.memory import Memory
from agents.relay.problems import RelayError, Speech

# A key that was ended elsewhere opens nothing any more after this time, here at once.
KNOWN_SECONDS = 1.0
BEARER = "bearer "
WRONG_KEY = "The key is missing, wrong, revoked or run out. Make one under Settings, Access keys."
SUBSCOPE = f"{RELAY}:"


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A key that works, as far as the relay needs it.

    counted_as: the id by which its limits count; of keys that took each other's place the same.
    """

    id: str
    counted_as: str
    user: User
    team_id: str
    scopes: frozenset[str]
    models: tuple[str, ...]
    networks: tuple[str, ...]
    requests_per_minute: int
    tokens_per_minute: int
    parallel_requests: int
    content_days: int

    def check_route(self, scope: str) -> None:
        """Pass when the key opens a route.

        Raises:
            RelayError: it is kept to other routes.
        """
        narrowed = {name for name in self.scopes if name.startswith(SUBSCOPE)}
        if narrowed and f"{SUBSCOPE}{scope}" not in narrowed:
            raise RelayError("forbidden", "This key is not allowed on this route.", reason="scope")

    def check_address(self, address: str) -> None:
        """Pass when the key may be used from an address.

        Raises:
            RelayError: it may not.
        """
        if self.networks and not _lies_in(address, self.networks):
            raise RelayError(
                "forbidden",
                "This key may not be used from your address.",
                code="address_not_allowed",
                reason="address",
            )

    def may_use(self, model: str) -> bool:
        """Return whether a model is on the key's list."""
        return not self.models or any(fnmatchcase(model, pattern) for pattern in self.models)


class KeyRing:
    """The keys seen lately, by their hash."""

    def __init__(self) -> None:
        self._known: Memory[tuple[str, str, int], KeyFacts] = Memory(KNOWN_SECONDS)

    async def open(self, text: str, *, method: str, path: str, address: str) -> KeyFacts:
        """Return the facts of a key that is used from an address.

        Raises:
            RelayError: it opens nothing.
        """
        # Compared as a hash, here and in the database: no timing tells letters. A key that was
        # ended here changes the stamp and with it everything that is known.
        name = (token_hash(text), address, keys_stamp())
        return await self._known.get(
            name, partial(_facts, text, method=method, path=path, address=address)
        )


async def _facts(text: str, *, method: str, path: str, address: str) -> KeyFacts:
    try:
        key = await offload(_opened, text, method=method, path=path, address=address)
    except NotSignedInError as exc:
        raise RelayError("no_key", WRONG_KEY) from exc
    except KeyScopeError as exc:
        raise RelayError("forbidden", "This key does not reach the relay.") from exc
    except BannedError as exc:
        raise RelayError("forbidden", exc.message, code="banned") from exc
    return facts_of(key)


def _opened(text: str, *, method: str, path: str, address: str) -> ApiKey:
    key = api_key_open(text=text, method=method, path=path)
    ban_check(user=key.user, address=address)
    return key


def facts_of(key: ApiKey) -> KeyFacts:
    """Return what the relay needs of a key."""
    return KeyFacts(
        id=key.pk,
        counted_as=key.counted_as,
        user=key.user,
        team_id=key.group_id or "",
        scopes=frozenset(key.scopes),
        models=tuple(key.allowed_models),
        networks=tuple(key.allowed_addresses),
        requests_per_minute=key.requests_per_minute or 0,
        tokens_per_minute=key.tokens_per_minute or 0,
        parallel_requests=key.parallel_requests or 0,
        content_days=key.content_days,
    )


def still_open(key_ids: Iterable[str]) -> set[str]:
    """Return which of the keys still work, and whose owners are not banned; two queries."""
    keys = ApiKey.objects.alive().filter(pk__in=list(key_ids))
    owners = dict(keys.values_list("pk", "user_id"))
    bans = bans_of(Q(user__in=set(owners.values())), "")
    banned = set(bans.values_list("user_id", flat=True))
    return {key for key, owner in owners.items() if owner not in banned}


def key_text(headers: Mapping[str, str], speech: Speech) -> str:
    """Return the key a request carries.

    With two that differ, each provider's own API decides which counts: Anthropic takes
    ``x-api-key``, OpenAI the bearer token.

    Raises:
        RelayError: there is none.
    """
    authorization = headers.get("authorization", "")
    is_bearer = authorization[: len(BEARER)].lower() == BEARER
    bearer = authorization[len(BEARER) :].strip() if is_bearer else ""
    own = headers.get("x-api-key", "").strip() or headers.get("api-key", "").strip()
    text = (own or bearer) if speech == "anthropic" else (bearer or own)
    if not text:
        raise RelayError("no_key", WRONG_KEY)
    return text


@lru_cache(maxsize=1024)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text, strict=False)


def _lies_in(address: str, networks: Iterable[str]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in _network(text) for text in networks)
