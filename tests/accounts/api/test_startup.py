"""Configuration, banner and roles over the API."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import ConfigOverride, Role, User
from librechat.kernel import yaml_config
from tests.factories.people import bearer, person, role

pytestmark = pytest.mark.django_db

EVERYBODY = {
    "appTitle",
    "serverDomain",
    "googleLoginEnabled",
    "facebookLoginEnabled",
    "githubLoginEnabled",
    "discordLoginEnabled",
    "appleLoginEnabled",
    "openidLoginEnabled",
    "openidLabel",
    "openidAutoRedirect",
    "samlLoginEnabled",
    "emailLoginEnabled",
    "registrationEnabled",
    "socialLoginEnabled",
    "emailEnabled",
    "passwordResetEnabled",
    "minPasswordLength",
    "socialLogins",
    "turnstile",
    "interface",
}
MEMBERS = {
    "showBirthdayIcon",
    "helpAndFaqURL",
    "sharedLinksEnabled",
    "publicSharedLinksEnabled",
    "sharedLinksSnapshotFilesEnabled",
    "openidReuseTokens",
    "allowAccountDeletion",
    "titleGenerationTiming",
    "balance",
    "sharePointFilePickerEnabled",
    "conversationImportMaxFileSize",
    "langfuseFanoutEnabled",
    "langfuseConnectionAccess",
    "insightsEnabled",
    "fileUploadSseEnabled",
}


def test_a_guest_sees_only_what_the_sign_in_page_needs(client: Client) -> None:
    answer = client.get("/api/config")
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == EVERYBODY
    assert body["appTitle"] == "LibreChat"
    assert body["interface"] == {}
    assert body["turnstile"] == {}
    assert body["registrationEnabled"] is True  # there is no user yet
    assert body["emailLoginEnabled"] is True
    assert body["socialLogins"] == ["google", "facebook", "openid", "github", "discord", "saml"]
    assert body["minPasswordLength"] == 8


def test_registration_reads_closed_once_there_is_a_user(client: Client, owner: User) -> None:
    assert client.get("/api/config").json()["registrationEnabled"] is False


def test_a_bad_token_gets_the_answer_for_guests(client: Client) -> None:
    answer = client.get("/api/config", headers={"Authorization": "Bearer nonsense"})
    assert (answer.status_code, set(answer.json())) == (200, EVERYBODY)


def test_somebody_signed_in_sees_everything(client: Client, owner: User) -> None:
    body = client.get("/api/config?context=chat", headers=bearer(owner)).json()
    assert set(body) == EVERYBODY | MEMBERS
    assert body["interface"] == {
        "modelSelect": True,
        "codeHighlightThrottleMs": 300,
        "parameters": True,
        "presets": True,
        "bookmarks": True,
        "memories": True,
        "multiConvo": True,
        "temporaryChat": True,
        "autoSubmitFromUrl": True,
        "buildInfo": True,
        "contextUsage": True,
        "contextCost": False,
        "retentionMode": "temporary",
        "prompts": {"use": True, "create": True, "share": False, "public": False},
        "agents": {"use": True, "create": True, "share": False, "public": False},
        "mcpServers": {"use": True, "create": True, "share": False, "public": False},
        "marketplace": {"use": False},
    }
    assert body["titleGenerationTiming"] == "immediate"
    assert body["sharedLinksEnabled"] is True
    assert body["publicSharedLinksEnabled"] is False
    assert body["allowAccountDeletion"] is True
    assert body["conversationImportMaxFileSize"] == 0
    assert body["balance"]["enabled"] is False


def test_sections_of_the_yaml_appear(client: Client, owner: User) -> None:
    privacy = {"externalUrl": "https://example.org/privacy", "openNewTab": True}
    spec = {
        "name": "fast",
        "label": "Fast",
        "preset": {"endpoint": "openAI", "model": "gpt-4o", "promptPrefix": "Be a secret agent."},
    }
    config = {
        "interface": {"privacyPolicy": privacy, "buildInfo": False, "runCode": False},
        "turnstile": {"siteKey": "key"},
        "modelSpecs": {"list": [spec]},
        "webSearch": {"searchProvider": "serper", "serperApiKey": "${SERPER_API_KEY}"},
        "endpoints": {"all": {"titleTiming": "final"}},
    }
    with yaml_config.override(config):
        guest = client.get("/api/config").json()
        whole = client.get("/api/config", headers=bearer(owner)).json()
    assert guest["interface"] == {"privacyPolicy": privacy, "buildInfo": False}
    assert guest["turnstile"] == {
        "siteKey": "key",
        "options": {"language": "auto", "size": "normal"},
    }
    assert "modelSpecs" not in guest
    assert whole["interface"]["runCode"] is False
    assert whole["titleGenerationTiming"] == "final"
    shown = whole["modelSpecs"]["list"][0]
    assert shown["name"] == "fast"
    assert shown["preset"]["model"] == "gpt-4o"
    assert "promptPrefix" not in shown["preset"]
    assert whole["webSearch"] == {"searchProvider": "serper"}


def test_sections_that_differ_for_somebody_appear_to_them(
    client: Client,
    owner: User,
    stranger: User,
) -> None:
    spec = {
        "name": "fast",
        "label": "Fast",
        "preset": {"endpoint": "openAI", "model": "gpt-4o", "promptPrefix": "Be a secret agent."},
    }
    ConfigOverride.objects.create(
        principal_type="user",
        principal_id=owner.pk,
        overrides={"modelSpecs": {"list": [spec]}, "balance": {"enabled": True}},
    )
    mine = client.get("/api/config", headers=bearer(owner)).json()
    theirs = client.get("/api/config", headers=bearer(stranger)).json()
    assert mine["modelSpecs"]["list"][0]["name"] == "fast"
    assert "promptPrefix" not in mine["modelSpecs"]["list"][0]["preset"]
    assert "modelSpecs" not in theirs
    assert (mine["balance"]["enabled"], theirs["balance"]["enabled"]) == (True, False)


def test_settings_appear(client: Client, owner: User, settings: Settings) -> None:
    settings.CUSTOM_FOOTER = "Be kind."
    settings.ALLOW_ACCOUNT_DELETION = False
    body = client.get("/api/config", headers=bearer(owner)).json()
    assert body["customFooter"] == "Be kind."
    assert body["allowAccountDeletion"] is False
    admin = client.get("/api/config", headers=bearer(person(role="ADMIN"))).json()
    assert admin["allowAccountDeletion"] is True


def test_the_birthday_is_the_eleventh_of_february(
    client: Client,
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    for day, expected in ((11, True), (12, False)):
        clock_at(datetime(2027, 2, day, 12, tzinfo=UTC))
        body = client.get("/api/config", headers=bearer(owner)).json()
        assert body["showBirthdayIcon"] is expected


def test_without_a_banner_the_answer_is_empty(client: Client) -> None:
    answer = client.get("/api/banner")
    assert (answer.status_code, answer.content) == (200, b"")


def test_everybody_reads_user_and_their_own_role(client: Client, owner: User) -> None:
    role("guest", AGENTS={"USE": True})
    guest = person(role="guest")
    body = client.get("/api/roles/USER", headers=bearer(owner)).json()
    assert body["name"] == "USER"
    assert body["permissions"]["AGENTS"] == {
        "USE": True,
        "CREATE": True,
        "SHARE": False,
        "SHARE_PUBLIC": False,
    }
    assert len(body["permissions"]) == 17
    own = client.get("/api/roles/guest", headers=bearer(guest)).json()
    assert own["permissions"]["AGENTS"]["USE"] is True
    assert own["permissions"]["PROMPTS"]["USE"] is False


def test_another_role_is_403_except_to_administrators(
    client: Client,
    owner: User,
    admin: User,
) -> None:
    Role.objects.create(name="guest")
    for name in ("ADMIN", "guest", "nowhere"):
        answer = client.get(f"/api/roles/{name}", headers=bearer(owner))
        assert (answer.status_code, answer.json()) == (403, {"message": "Unauthorized"})
    everything = client.get("/api/roles/ADMIN", headers=bearer(admin)).json()["permissions"]
    assert all(all(answers.values()) for answers in everything.values())
    missing = client.get("/api/roles/nowhere", headers=bearer(admin))
    assert (missing.status_code, missing.json()) == (404, {"message": "Role not found"})
