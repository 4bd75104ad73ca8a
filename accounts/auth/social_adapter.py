"""allauth's side of signing in elsewhere: where the apps come from, and each provider's wire.

Only the protocol is allauth's: authorization URL, code exchange, profile requests. Its pages,
its sign-up and its matching of accounts are not used.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.apple.views import AppleOAuth2Adapter
from allauth.socialaccount.providers.discord.provider import DiscordProvider
from allauth.socialaccount.providers.discord.views import DiscordOAuth2Adapter
from allauth.socialaccount.providers.facebook.flows import compute_appsecret_proof
from allauth.socialaccount.providers.facebook.provider import FacebookProvider
from allauth.socialaccount.providers.facebook.views import FacebookOAuth2Adapter
from allauth.socialaccount.providers.github.provider import GitHubProvider
from allauth.socialaccount.providers.github.views import GitHubOAuth2Adapter
from allauth.socialaccount.providers.google.views import GoogleOAuth2Adapter
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from typing_extensions import override

from accounts.auth.id_tokens import Expected, id_token_read
from accounts.auth.method_settings import ClientSettings, ProviderSettings
from accounts.services.identities import Identity

Answer = Mapping[str, Any]


class SocialAdapter(DefaultSocialAccountAdapter):
    """Apps come from the environment alone, never from the database."""

    @override
    def get_app(self, request: HttpRequest, provider: str, client_id: Any = None) -> SocialApp:
        """Return the app of a provider that is switched on."""
        return app_of(provider, settings.SIGN_IN.providers[provider])


def app_of(name: str, given: ClientSettings) -> SocialApp:
    """Return a provider's app as allauth wants it."""
    app = SocialApp(provider=name, client_id=given.client_id, secret=given.secret)
    if isinstance(given, ProviderSettings):
        app.key = given.team_id
        app.settings = {"certificate_key": given.private_key}
    return app


class Wire(OAuth2Adapter, ABC):
    """How one provider is asked who somebody is.

    scope, params: what is asked for, and how. uses_pkce, uses_nonce: what binds the answer to
    the request.
    """

    scope: tuple[str, ...] = ()
    params: Mapping[str, str] = {}
    uses_pkce = True
    uses_nonce = False
    issuer = ""
    profile_url: str

    def __init__(self, request: HttpRequest, given: ClientSettings) -> None:
        super().__init__(request)
        self.given = given
        self.app = app_of(self.provider_id, given)
        if isinstance(given, ProviderSettings):
            for name, url in given.endpoints.items():
                setattr(self, name, url)

    @override
    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Return where the provider sends people back to."""
        return self.given.callback_url

    @abstractmethod
    def identity(self, answer: Answer, *, nonce: str) -> Identity:
        """Return who came back.

        Raises:
            ProviderFailedError, OAuth2Error, OSError, LookupError, ValueError: nobody, for sure.
        """

    def _profile(self, answer: Answer) -> SocialLogin:
        token = self.parse_token(answer)
        login: SocialLogin = self.complete_login(self.request, self.app, token, response=answer)
        return login


class Google(Wire, GoogleOAuth2Adapter):
    """Google."""

    scope = ("openid", "profile", "email")
    uses_nonce = True
    issuer = "https://accounts.google.com"
    keys_url = "https://www.googleapis.com/oauth2/v3/certs"

    @override
    def identity(self, answer: Answer, *, nonce: str) -> Identity:
        """Return who the ID token names."""
        expected = Expected(
            issuers=(self.issuer, self.issuer.removeprefix("https://")),
            audience=self.given.client_id,
            keys_url=self.keys_url,
            nonce=nonce,
        )
        claims = id_token_read(answer["id_token"], expected)
        return _identity("google", claims["sub"], claims, avatar=claims.get("picture"))


class Apple(Wire, AppleOAuth2Adapter):
    """Apple: the answer is posted, and the name comes beside it, the first time only."""

    scope = ("name", "email")
    uses_pkce = False
    uses_nonce = True
    issuer = "https://appleid.apple.com"

    @override
    def identity(self, answer: Answer, *, nonce: str) -> Identity:
        """Return who the ID token names."""
        expected = Expected(
            issuers=(self.issuer,),
            audience=self.given.client_id,
            keys_url=self.public_key_url,
            nonce=nonce,
        )
        claims = id_token_read(answer["id_token"], expected)
        confirmed = str(claims.get("email_verified", "")).lower() == "true"
        known = {**claims, "email_verified": confirmed, "name": _posted_name(answer)}
        return _identity("apple", claims["sub"], known)


class GitHub(Wire, GitHubOAuth2Adapter):
    """GitHub, or an enterprise's own."""

    scope = ("user:email", "read:user")

    def __init__(self, request: HttpRequest, given: ProviderSettings) -> None:
        super().__init__(request, given)
        if given.user_agent:
            self.headers = {"User-Agent": given.user_agent}

    @override
    def get_provider(self) -> GitHubProvider:
        """Return allauth's provider."""
        return GitHubProvider(self.request, app=self.app)

    @override
    def identity(self, answer: Answer, *, nonce: str) -> Identity:
        """Return whose token this is; of several addresses a confirmed one, the main one first."""
        login = self._profile(answer)
        seen = login.account.extra_data
        addresses = login.email_addresses
        addresses.sort(key=lambda one: (not one.verified, not one.primary))
        claims = {
            **seen,
            "name": seen.get("name") or "",
            "preferred_username": seen.get("login"),
            "email": addresses[0].email if addresses else "",
            "email_verified": bool(addresses and addresses[0].verified),
        }
        return _identity("github", login.account.uid, claims, avatar=seen.get("avatar_url"))


class Discord(Wire, DiscordOAuth2Adapter):
    """Discord."""

    scope = ("identify", "email")

    @override
    def get_provider(self) -> DiscordProvider:
        """Return allauth's provider."""
        return DiscordProvider(self.request, app=self.app)

    @override
    def identity(self, answer: Answer, *, nonce: str) -> Identity:
        """Return whose token this is."""
        login = self._profile(answer)
        seen = login.account.extra_data
        claims = {
            "name": seen.get("global_name") or seen.get("username"),
            "preferred_username": seen.get("username"),
            "email": seen.get("email"),
            "email_verified": seen.get("verified") is True,
        }
        picture = seen.get("avatar")
        avatar = f"https://cdn.discordapp.com/avatars/{seen['id']}/{picture}.png" if picture else ""
        return _identity("discord", login.account.uid, claims, avatar=avatar)


class Facebook(Wire, FacebookOAuth2Adapter):
    """Facebook; it says nothing about whether an address is confirmed."""

    scope = ("public_profile", "email")
    profile_url = "https://graph.facebook.com/v19.0/me"
    uses_pkce = False

    @override
    def get_provider(self) -> FacebookProvider:
        """Return allauth's provider."""
        return FacebookProvider(self.request, app=self.app)

    @override
    def complete_login(
        self,
        request: HttpRequest,
        app: SocialApp,
        token: Any,
        **_kwargs: Any,
    ) -> SocialLogin:
        """Ask for the profile; the proof shows that the token is used by its own app."""
        params = {
            "fields": "id,name,email,picture",
            "access_token": token.token,
            "appsecret_proof": compute_appsecret_proof(app, token),
        }
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.profile_url, params=params)
            answer.raise_for_status()
            found = answer.json()
        return self.get_provider().sociallogin_from_response(request, found)

    @override
    def identity(self, answer: Answer, *, nonce: str) -> Identity:
        """Return whose token this is."""
        login = self._profile(answer)
        seen = login.account.extra_data
        picture = seen.get("picture", {}).get("data", {}).get("url")
        return _identity("facebook", login.account.uid, seen, avatar=picture)


def _posted_name(answer: Answer) -> str:
    """Return the name beside Apple's answer: not signed, so it is only shown."""
    posted = json.loads(answer["posted_user"] or "{}")
    parts = posted.get("name") or {}
    return " ".join(str(parts[key]) for key in ("firstName", "lastName") if parts.get(key))


def _identity(method: str, uid: str, claims: Answer, *, avatar: object = "") -> Identity:
    email = str(claims.get("email") or "").strip()
    username = str(claims.get("preferred_username") or email.partition("@")[0])
    verified = claims.get("email_verified")
    return Identity(
        method=method,
        uid=str(uid),
        email=email,
        email_verified=verified if isinstance(verified, bool) else None,
        name=str(claims.get("name") or ""),
        username=username,
        avatar=str(avatar or ""),
        profile={"name": str(claims.get("name") or username), "email": email},
    )
