"""What an operator sets for signing in elsewhere; read by ``librechat/sign_in_settings.py``."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Literal
from urllib.parse import urlsplit

TokenKind = Literal["id", "access", "userinfo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """Who we are at a provider, and where it sends people back to."""

    client_id: str
    secret: str
    callback_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings(ClientSettings):
    """One of the providers with a fixed address: google, github, discord, facebook, apple.

    endpoints: attributes of the adapter that differ from the provider's own, such as
    ``access_token_url``. team_id, private_key: Apple's; its ``secret`` is the id of the key.
    """

    team_id: str = ""
    private_key: str = ""
    user_agent: str = ""
    endpoints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSettings:
    """Where roles stand: which of them count, at which dotted path, in which answer."""

    roles: tuple[str, ...] = ()
    path: str = ""
    kind: TokenKind = "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenidSettings(ClientSettings):
    """A generic OpenID provider.

    required: who may come in. admin: who is an administrator. sync: which roles of ours the
    provider may give, the first match wins; fallback_role: what everybody else gets.
    reuse_tokens: whether sessions go on only with the provider; reuse_seconds: how long its last
    word counts at most. graph_url: Microsoft Graph; blank: by the issuer.
    """

    issuer: str
    scope: str = "openid profile email"
    audience: str = ""
    jwks_url: str = ""
    jwks_seconds: float = 600
    clock_tolerance: float = 300
    use_pkce: bool = True
    generate_nonce: bool = True
    email_claim: str = ""
    name_claim: str = ""
    username_claim: str = ""
    groups_claim: str = ""
    required: ClaimSettings = field(default_factory=ClaimSettings)
    admin: ClaimSettings = field(default_factory=ClaimSettings)
    sync: ClaimSettings = field(default_factory=ClaimSettings)
    fallback_role: str = ""
    label: str = ""
    image_url: str = ""
    auto_redirect: bool = False
    end_session: bool = False
    post_logout_url: str = ""
    max_logout_url: int = 2_000
    reuse_tokens: bool = False
    reuse_seconds: float = 900
    refresh_audience: str = ""
    graph_url: str = ""
    graph_scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SamlSettings:
    """A SAML 2.0 identity provider.

    issuer: our own name there. idp_issuer: its name; blank accepts any name over its signature.
    logout_url: where people sign out of everything there; blank: nowhere. own_logout_url: where
    it tells us. own_certificate, own_key: what our messages of signing out are signed with.
    """

    entry_point: str
    issuer: str
    certificate: str
    callback_url: str
    idp_issuer: str = ""
    response_signed: bool = False
    email_claim: str = ""
    username_claim: str = ""
    given_name_claim: str = ""
    family_name_claim: str = ""
    name_claim: str = ""
    picture_claim: str = ""
    groups_claim: str = ""
    label: str = ""
    image_url: str = ""
    logout_url: str = ""
    own_logout_url: str = ""
    own_certificate: str = ""
    own_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSettings:
    """Every method that is switched on."""

    providers: Mapping[str, ProviderSettings] = field(default_factory=dict)
    openid: OpenidSettings | None = None
    saml: SamlSettings | None = None

    @property
    def names(self) -> frozenset[str]:
        """The methods that are switched on; SAML gives way to OpenID Connect."""
        wide = {"openid"} if self.openid else {"saml"} if self.saml else set()
        return frozenset(self.providers) | wide


def saml_is_installed() -> bool:
    """Return whether the extra is there."""
    return find_spec("onelogin") is not None


def is_safe(address: str) -> bool:
    """Return whether nobody on the way can read or change what is asked there."""
    parts = urlsplit(address)
    is_here = parts.scheme == "http" and _is_loopback(parts.hostname or "")
    return is_here or (parts.scheme == "https" and bool(parts.hostname))


def _is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
