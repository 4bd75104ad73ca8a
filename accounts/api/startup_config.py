"""The answer of ``GET /api/config``, field by field."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from accounts import config
from accounts.access.overrides import effective_plain
from accounts.auth.provider_grant import reuse_settings
from accounts.auth.social import METHODS, is_on
from accounts.models import ADMIN, User
from accounts.services.mail import mail_is_configured
from accounts.services.registration import registration_open
from accounts.services.terms import interface_with_terms
from librechat.kernel import clock, yaml_config

BIRTHDAY = (2, 11)
PUBLIC_INTERFACE = ("privacyPolicy", "termsOfService")
# What a model spec tells the model is nobody's business but the server's.
SECRET_PRESET_KEYS = ("promptPrefix", "system", "instructions", "additional_instructions")
WEB_SEARCH_KEYS = ("searchProvider", "scraperProvider", "rerankerType")


def public_config() -> dict[str, object]:
    """Return what a client needs to draw the sign-in page."""
    return {**_everybody(), "interface": _public_interface()}


def signed_in_config(user: User) -> dict[str, object]:
    """Return everything a signed-in client needs."""
    return {**_everybody(), **_members(user), **_optional(user)}


def _everybody() -> dict[str, object]:
    turnstile = config.turnstile()
    return {
        "appTitle": settings.APP_TITLE,
        "serverDomain": settings.DOMAIN_SERVER,
        **{f"{name}LoginEnabled": is_on(name) for name in METHODS},
        **_labels(),
        "emailLoginEnabled": settings.ALLOW_EMAIL_LOGIN,
        "registrationEnabled": registration_open(),
        "socialLoginEnabled": settings.ALLOW_SOCIAL_LOGIN,
        "emailEnabled": mail_is_configured(),
        "passwordResetEnabled": settings.ALLOW_PASSWORD_RESET,
        "minPasswordLength": settings.MIN_PASSWORD_LENGTH,
        "socialLogins": config.registration().social_logins,
        "turnstile": yaml_config.plain(turnstile) if turnstile else {},
        **_directory(),
    }


def _labels() -> dict[str, object]:
    """Return what the buttons of the operator's own provider look like."""
    openid, saml = settings.SIGN_IN.openid, settings.SIGN_IN.saml
    found: dict[str, object] = {
        "openidLabel": openid.label if openid and openid.label else "Continue with OpenID",
        "openidAutoRedirect": openid is not None and openid.auto_redirect,
    }
    if openid and openid.image_url:
        found["openidImageUrl"] = openid.image_url
    if is_on("saml") and saml:
        pictured = {"samlLabel": saml.label, "samlImageUrl": saml.image_url}
        found |= {name: value for name, value in pictured.items() if value}
    return found


def _directory() -> dict[str, object]:
    """Return that a company's directory checks passwords, and whether it wants user names."""
    if settings.LDAP is None:
        return {}
    uses_username = {"username": True} if settings.LDAP.uses_username else {}
    return {"ldap": {"enabled": True, **uses_username}}


def _public_interface() -> dict[str, object]:
    whole = _plain("interface")
    shown = {name: whole[name] for name in PUBLIC_INTERFACE if name in whole}
    return shown if whole.get("buildInfo", True) else {**shown, "buildInfo": False}


def _members(user: User) -> dict[str, object]:
    today = clock.now()
    return {
        "interface": interface_with_terms(effective_plain("interface", user)),
        "showBirthdayIcon": (today.month, today.day) == BIRTHDAY,
        "helpAndFaqURL": settings.HELP_AND_FAQ_URL,
        "sharedLinksEnabled": settings.ALLOW_SHARED_LINKS,
        "publicSharedLinksEnabled": settings.ALLOW_SHARED_LINKS_PUBLIC,
        "sharedLinksSnapshotFilesEnabled": True,
        "openidReuseTokens": reuse_settings() is not None,
        "allowAccountDeletion": settings.ALLOW_ACCOUNT_DELETION or user.role == ADMIN,
        "titleGenerationTiming": _title_timing(),
        "balance": effective_plain("balance", user),
        "sharePointFilePickerEnabled": False,
        "conversationImportMaxFileSize": 0,
        "langfuseFanoutEnabled": False,
        "langfuseConnectionAccess": False,
        "insightsEnabled": False,
        "fileUploadSseEnabled": False,
    }


def _optional(user: User) -> dict[str, object]:
    """Return the fields that are absent when nothing is configured."""
    found: dict[str, object] = {}
    if settings.CUSTOM_FOOTER:
        found["customFooter"] = settings.CUSTOM_FOOTER
    specs = effective_plain("modelSpecs", user)
    if yaml_config.is_given("modelSpecs") or specs.get("list"):
        found["modelSpecs"] = _model_specs(specs)
    if yaml_config.is_given("webSearch"):
        search = _plain("webSearch")
        found["webSearch"] = {key: search[key] for key in WEB_SEARCH_KEYS if key in search}
    return found


def _model_specs(section: dict[str, Any]) -> dict[str, object]:
    specs = [
        {**spec, "preset": _without_secrets(spec.get("preset") or {})}
        for spec in section.get("list", [])
    ]
    return {**section, "list": specs}


def _without_secrets(preset: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in preset.items() if name not in SECRET_PRESET_KEYS}


def _title_timing() -> str:
    shared = _plain("endpoints").get("all") or {}
    timing = shared.get("titleTiming")
    return timing if timing in {"immediate", "final"} else "immediate"


def _plain(section: str) -> dict[str, Any]:
    """Return a section in the file's own names, whichever app owns it."""
    found = yaml_config.plain(yaml_config.value(section))
    return found if isinstance(found, dict) else {}
