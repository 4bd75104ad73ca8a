"""The variables of signing in elsewhere: LibreChat's names, and a few of our own."""

from pathlib import Path
from typing import get_args

from django.core.exceptions import ImproperlyConfigured

from accounts.auth.method_settings import (
    ClaimSettings,
    OpenidSettings,
    ProviderSettings,
    SamlSettings,
    SignInSettings,
    TokenKind,
    is_safe,
)
from librechat.env import Environment

# Name → (variable of the id, variable of the secret, variable of the path to come back to)
PROVIDERS = {
    "google": ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", "GOOGLE_CALLBACK_URL"),
    "github": ("GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET", "GITHUB_CALLBACK_URL"),
    "discord": ("DISCORD_CLIENT_ID", "DISCORD_CLIENT_SECRET", "DISCORD_CALLBACK_URL"),
    "facebook": ("FACEBOOK_CLIENT_ID", "FACEBOOK_CLIENT_SECRET", "FACEBOOK_CALLBACK_URL"),
    "apple": ("APPLE_CLIENT_ID", "APPLE_KEY_ID", "APPLE_CALLBACK_URL"),
}
APPLE = ("APPLE_CLIENT_ID", "APPLE_TEAM_ID", "APPLE_KEY_ID", "APPLE_PRIVATE_KEY_PATH")
OPENID = ("OPENID_CLIENT_ID", "OPENID_ISSUER")
GRAPH_SCOPES = "User.Read,GroupMember.Read.All"
SAML = ("SAML_ENTRY_POINT", "SAML_ISSUER", "SAML_CERT")


def sign_in_settings(env: Environment, *, server: str) -> SignInSettings:
    """Return the methods that the environment switches on.

    server: the address people reach the product at, in front of the callback paths.

    Raises:
        ImproperlyConfigured: a method is configured by half, or in a way that is not safe.
    """
    if not env.flag("ALLOW_SOCIAL_LOGIN"):
        return SignInSettings()
    found = {name: _provider(env, name, server) for name in PROVIDERS}
    return SignInSettings(
        providers={name: provider for name, provider in found.items() if provider},
        openid=_openid(env, server) if _given(env, "OpenID Connect", OPENID) else None,
        saml=_saml(env, server) if _given(env, "SAML", SAML) else None,
    )


def _given(env: Environment, title: str, names: tuple[str, ...]) -> bool:
    missing = [name for name in names if not env.text(name)]
    if missing and len(missing) < len(names):
        raise ImproperlyConfigured(
            f"Sign-in with {title} is configured by half: {', '.join(missing)} must be set too,"
            f" or none of {', '.join(names)}.",
        )
    return not missing


def _provider(env: Environment, name: str, server: str) -> ProviderSettings | None:
    id_name, secret_name, callback_name = PROVIDERS[name]
    names = APPLE if name == "apple" else (id_name, secret_name)
    if not _given(env, name.title(), names):
        return None
    return ProviderSettings(
        client_id=env.text(id_name),
        secret=env.text(secret_name),
        callback_url=_callback(env.text(callback_name), name, server),
        team_id=env.text("APPLE_TEAM_ID") if name == "apple" else "",
        private_key=_private_key(env.text("APPLE_PRIVATE_KEY_PATH")) if name == "apple" else "",
        user_agent=env.text("GITHUB_ENTERPRISE_USER_AGENT") if name == "github" else "",
        endpoints=_enterprise(env.text("GITHUB_ENTERPRISE_BASE_URL")) if name == "github" else {},
    )


def _private_key(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as exc:
        raise ImproperlyConfigured(f"APPLE_PRIVATE_KEY_PATH cannot be read: {exc}.") from exc


def _enterprise(address: str) -> dict[str, str]:
    root = address.rstrip("/")
    if not root:
        return {}
    return {
        "access_token_url": f"{root}/login/oauth/access_token",
        "authorize_url": f"{root}/login/oauth/authorize",
        "profile_url": f"{root}/api/v3/user",
        "emails_url": f"{root}/api/v3/user/emails",
    }


def _callback(given: str, name: str, server: str) -> str:
    path = given or f"/oauth/{name}/callback"
    return path if "://" in path else f"{server}/{path.lstrip('/')}"


def _openid(env: Environment, server: str) -> OpenidSettings:
    secret = env.text("OPENID_CLIENT_SECRET")
    use_pkce = env.flag("OPENID_USE_PKCE", default=True)
    if not secret and not use_pkce:
        raise ImproperlyConfigured("OPENID_CLIENT_SECRET is needed while OPENID_USE_PKCE is off.")
    syncs = env.flag("OPENID_ROLE_SYNC_ENABLED")
    return OpenidSettings(
        client_id=env.text("OPENID_CLIENT_ID"),
        secret=secret,
        issuer=_safe_address(env, "OPENID_ISSUER"),
        callback_url=_callback(env.text("OPENID_CALLBACK_URL"), "openid", server),
        scope=env.text("OPENID_SCOPE", "openid profile email"),
        audience=env.text("OPENID_AUDIENCE"),
        jwks_url=_safe_address(env, "OPENID_JWKS_URL"),
        jwks_seconds=_jwks_seconds(env),
        clock_tolerance=env.number("OPENID_CLOCK_TOLERANCE", 300),
        use_pkce=use_pkce,
        generate_nonce=env.flag("OPENID_GENERATE_NONCE", default=True),
        email_claim=env.text("OPENID_EMAIL_CLAIM"),
        name_claim=env.text("OPENID_NAME_CLAIM"),
        username_claim=env.text("OPENID_USERNAME_CLAIM"),
        groups_claim=env.text("OPENID_GROUPS_CLAIM"),
        required=_claim(env, "OPENID_REQUIRED_ROLE"),
        admin=_claim(env, "OPENID_ADMIN_ROLE"),
        sync=_sync(env) if syncs else ClaimSettings(),
        fallback_role=env.text("OPENID_ROLE_SYNC_FALLBACK_ROLE", "USER") if syncs else "",
        label=env.text("OPENID_BUTTON_LABEL"),
        image_url=env.text("OPENID_IMAGE_URL"),
        auto_redirect=env.flag("OPENID_AUTO_REDIRECT"),
        end_session=env.flag("OPENID_USE_END_SESSION_ENDPOINT"),
        post_logout_url=env.text("OPENID_POST_LOGOUT_REDIRECT_URI"),
        max_logout_url=env.integer("OPENID_MAX_LOGOUT_URL_LENGTH", 2_000),
        reuse_tokens=env.flag("OPENID_REUSE_TOKENS"),
        reuse_seconds=env.number("OPENID_REUSE_MAX_SESSION_AGE_MS", 900_000) / 1_000,
        refresh_audience=env.text("OPENID_REFRESH_AUDIENCE"),
        graph_url=_safe_address(env, "OPENID_GRAPH_URL"),
        graph_scopes=tuple(env.text("OPENID_GRAPH_SCOPES", GRAPH_SCOPES).replace(",", " ").split()),
    )


def _jwks_seconds(env: Environment) -> float:
    if not env.flag("OPENID_JWKS_URL_CACHE_ENABLED", default=True):
        return 0
    return env.number("OPENID_JWKS_URL_CACHE_TIME", 600_000) / 1_000


def _claim(env: Environment, prefix: str) -> ClaimSettings:
    roles = tuple(env.words(prefix))
    if not roles:
        return ClaimSettings()
    path_name = f"{prefix}_PARAMETER_PATH"
    path = env.text(path_name)
    if not path:
        raise ImproperlyConfigured(f"{path_name} must say where the roles of {prefix} stand.")
    return ClaimSettings(roles=roles, path=path, kind=_kind(env, f"{prefix}_TOKEN_KIND"))


def _sync(env: Environment) -> ClaimSettings:
    path, roles = env.text("OPENID_ROLE_SYNC_CLAIM"), tuple(env.words("OPENID_ROLE_PRIORITY"))
    if not path or not roles:
        raise ImproperlyConfigured(
            "OPENID_ROLE_SYNC_ENABLED needs OPENID_ROLE_SYNC_CLAIM and OPENID_ROLE_PRIORITY.",
        )
    if "ADMIN" in {*roles, env.text("OPENID_ROLE_SYNC_FALLBACK_ROLE")}:
        raise ImproperlyConfigured(
            "OPENID_ROLE_PRIORITY and OPENID_ROLE_SYNC_FALLBACK_ROLE must not name ADMIN;"
            " use OPENID_ADMIN_ROLE.",
        )
    return ClaimSettings(roles=roles, path=path, kind=_kind(env, "OPENID_ROLE_SYNC_SOURCE"))


def _kind(env: Environment, name: str) -> TokenKind:
    given = env.text(name, "id")
    for kind in get_args(TokenKind):
        if given == kind:
            known: TokenKind = kind
            return known
    raise ImproperlyConfigured(f"{name} must be id, access or userinfo, not {given!r}.")


def _safe_address(env: Environment, name: str) -> str:
    address = env.text(name)
    if address and not is_safe(address):
        raise ImproperlyConfigured(f"{name} must be an https address, not {address!r}.")
    return address


def _saml(env: Environment, server: str) -> SamlSettings:
    return SamlSettings(
        entry_point=env.text("SAML_ENTRY_POINT"),
        issuer=env.text("SAML_ISSUER"),
        certificate=_pem(env, "SAML_CERT"),
        callback_url=_callback(env.text("SAML_CALLBACK_URL"), "saml", server),
        idp_issuer=env.text("SAML_IDP_ISSUER"),
        response_signed=env.flag("SAML_USE_AUTHN_RESPONSE_SIGNED"),
        email_claim=env.text("SAML_EMAIL_CLAIM"),
        username_claim=env.text("SAML_USERNAME_CLAIM"),
        given_name_claim=env.text("SAML_GIVEN_NAME_CLAIM"),
        family_name_claim=env.text("SAML_FAMILY_NAME_CLAIM"),
        name_claim=env.text("SAML_NAME_CLAIM"),
        picture_claim=env.text("SAML_PICTURE_CLAIM"),
        groups_claim=env.text("SAML_GROUPS_CLAIM"),
        label=env.text("SAML_BUTTON_LABEL"),
        image_url=env.text("SAML_IMAGE_URL"),
        logout_url=_single_logout(env),
        own_logout_url=f"{server}/oauth/saml/logout",
        own_certificate=_pem(env, "SAML_OWN_CERT"),
        own_key=_pem(env, "SAML_OWN_KEY"),
    )


def _single_logout(env: Environment) -> str:
    address = _safe_address(env, "SAML_SINGLE_LOGOUT_URL")
    if address and not env.text("SAML_IDP_ISSUER"):
        raise ImproperlyConfigured("SAML_SINGLE_LOGOUT_URL needs SAML_IDP_ISSUER.")
    if bool(env.text("SAML_OWN_CERT")) != bool(env.text("SAML_OWN_KEY")):
        raise ImproperlyConfigured("SAML_OWN_CERT and SAML_OWN_KEY belong together.")
    return address


def _pem(env: Environment, name: str) -> str:
    """Return a certificate or key that is given as PEM, as one line of base64, or as a file."""
    text = env.text(name).replace("\\n", "\n")
    if "-----BEGIN " in text:
        return text
    try:
        is_file = Path(text).is_file()
    except OSError:  # a line of base64 is too long for a name
        is_file = False
    if is_file:
        return Path(text).read_text(encoding="utf-8")
    if text.lower().endswith((".pem", ".crt", ".cer", ".key")):
        raise ImproperlyConfigured(f"{name} names a file that does not exist: {text}.")
    return text
