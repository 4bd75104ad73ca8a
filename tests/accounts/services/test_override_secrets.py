"""Secrets and addresses in overrides of ``endpoints``."""

from typing import Any

import orjson
import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client

from accounts.access.override_secrets import masked, opened
from accounts.access.overrides import effective_document, explained, rows_for
from accounts.errors import InvalidOverrideError
from accounts.models import AuditEvent, ConfigOverride, PrincipalType, User
from accounts.services.overrides import For, override_patch, override_put
from librechat.kernel import yaml_config
from tests.factories.people import bearer

pytestmark = pytest.mark.django_db
USERS = For(PrincipalType.ROLE, "USER")
ADDRESS = "https://else.example.com/v1"
OPEN_AI = {"baseURL": ADDRESS, "apiKey": "sk-plain", "headers": {"X-Team": "team-secret"}}
HOUSE = {"name": "House", "baseURL": ADDRESS, "apiKey": "sk-house", "models": {"default": ["m"]}}
WHOLE = {"openAI": OPEN_AI, "custom": [HOUSE]}
SECRETS = ("sk-plain", "team-secret", "sk-house")


def put(admin: User, section: object, **fields: Any) -> ConfigOverride:
    overrides = {"endpoints": section}
    return override_put(whose=USERS, overrides=overrides, actor=admin, **fields)[0]


def stored() -> dict[str, Any]:
    """Return the section as it is stored, decrypted."""
    found: Any = opened(ConfigOverride.objects.get().overrides)["endpoints"]
    return dict(found)


def test_secrets_are_stored_encrypted_and_shown_to_nobody(client: Client, admin: User) -> None:
    row = put(admin, WHOLE)
    raw = str(ConfigOverride.objects.values_list("overrides", flat=True).get())
    assert stored() == WHOLE
    path, headers = "/api/admin/config/role/USER", bearer(admin)
    answers = [
        client.get(path, headers=headers),
        client.get("/api/admin/config", headers=headers),
        client.get("/api/admin/config/base", headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    places = (
        raw,
        str(AuditEvent.objects.latest("sequence").metadata),
        str(explained(rows_for("role", "USER"))),
        *(answer.content.decode() for answer in answers),
    )
    for text in places:
        assert not [secret for secret in SECRETS if secret in text]
    shown: Any = masked(row.overrides)["endpoints"]
    assert (shown["openAI"]["apiKey"], shown["openAI"]["headers"]) == ("***", {"X-Team": "***"})
    found: Any = effective_document([row])["endpoints"]
    assert found["openAI"]["apiKey"] == "sk-plain"


def test_a_masked_secret_stays_as_it_is(admin: User) -> None:
    row = put(admin, WHOLE)
    shown: Any = masked(row.overrides)["endpoints"]
    shown["custom"] = [{"name": "Other", "hidden": True}, shown["custom"][0]]
    shown["openAI"]["titleModel"] = "tiny"
    put(admin, shown)
    assert stored()["openAI"] == OPEN_AI | {"titleModel": "tiny"}
    assert stored()["custom"] == [{"name": "Other", "hidden": True}, HOUSE]
    override_patch(whose=USERS, entries={"endpoints.openAI.titleModel": "big"}, actor=admin)
    assert stored()["openAI"] == OPEN_AI | {"titleModel": "big"}


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"openAI": OPEN_AI | {"baseURL": "https://x.example"}}, "address changes"),
        ({"custom": [HOUSE | {"baseURL": "https://x.example"}]}, r"custom\[House\]: the address"),
        ({"anthropic": {"apiKey": "***"}}, "not stored"),
        ({"custom": [HOUSE | {"name": "Twin"}]}, "not stored"),
    ],
)
def test_a_masked_secret_does_not_move_to_another_place(
    admin: User,
    section: dict[str, Any],
    words: str,
) -> None:
    masked_away = orjson.dumps(section).decode()
    for secret in SECRETS:
        masked_away = masked_away.replace(secret, "***")
    put(admin, WHOLE)
    with pytest.raises(InvalidOverrideError, match=words):
        put(admin, orjson.loads(masked_away))
    assert stored() == WHOLE


def test_an_address_is_not_changed_under_a_key_by_a_single_value(admin: User) -> None:
    put(admin, WHOLE)
    change = {"endpoints.openAI.baseURL": "https://x.example"}
    with pytest.raises(InvalidOverrideError, match="give its secrets again"):
        override_patch(whose=USERS, entries=change, actor=admin)
    both = {"endpoints.openAI": OPEN_AI | {"baseURL": "https://x.example"}}
    override_patch(whose=USERS, entries=both, actor=admin)
    assert stored()["openAI"]["baseURL"] == "https://x.example"


def test_a_secret_encrypted_elsewhere_is_refused(admin: User) -> None:
    put(admin, WHOLE)
    taken = ConfigOverride.objects.get().overrides["endpoints"]["openAI"]["apiKey"]
    other = For(PrincipalType.USER, admin.pk)
    stolen = {"endpoints": {"openAI": {"apiKey": taken}}}
    with pytest.raises(InvalidOverrideError, match="give it as it is"):
        override_put(whose=other, overrides=stolen, actor=admin)
    assert ConfigOverride.objects.count() == 1


AZURE = {"group": "a", "models": {"m": True}, "instanceName": "theirs"}


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"openAI": {"baseURL": ADDRESS}}, "endpoints.openAI: an address needs its own apiKey"),
        ({"openAI": {"baseURL": ADDRESS, "apiKey": ""}}, "needs its own apiKey"),
        ({"openAI": {"baseURL": None}}, "needs its own apiKey"),
        ({"custom": [{"name": "House", "baseURL": ADDRESS}]}, r"custom\[House\]: an address needs"),
        ({"azureOpenAI": {"groups": [AZURE]}}, r"groups\[a\]: an address needs"),
        ({"openAI": {"apiKey": "${OPENAI_API_KEY}"}}, "names of variables"),
        ({"custom": [HOUSE | {"headers": {"X": "a${SECRET}"}}]}, "names of variables"),
        ({"openAI": {"headers": {"X": "{{LIBRECHAT_OPENID_TOKEN}}"}}}, "tokens of sign-ins"),
        ({"openAI": {"baseURL": "http://10.0.0.1", "apiKey": "k"}}, "public internet"),
        ({"openAI": {"baseURL": "http://[::1]/", "apiKey": "k"}}, "public internet"),
        ({"openAI": {"baseURL": "ftp://x.example", "apiKey": "k"}}, "must start with http"),
        ({"google": {"baseURL": ADDRESS, "apiKey": "k"}}, "endpoints.google.baseURL: for libre"),
        ({"bedrock": {"baseURL": ADDRESS, "apiKey": "k"}}, "endpoints.bedrock.baseURL: for libre"),
        ({"anthropic": {"vertex": {"serviceKeyFile": "/etc/key"}}}, "vertex: for librechat.yaml"),
        ({"allowedAddresses": ["10.0.0.0/8"]}, "allowedAddresses: for librechat.yaml"),
        ({"open_ai": {"baseURL": ADDRESS}}, "endpoints.open_ai: unknown key"),
        ({"openAI": {"base_url": ADDRESS}}, "needs its own apiKey"),
        ({"openAI": {"base_url": ADDRESS, "apiKey": "k"}}, "write baseURL"),
        ({"custom": [{"hidden": True}]}, "needs a name"),
        ({"custom": [HOUSE, HOUSE]}, "twice"),
        ({"custom": {"House": HOUSE}}, "give the list"),
        (5, "endpoints"),
    ],
)
def test_what_would_carry_the_operators_secrets_away_is_refused(
    admin: User,
    section: object,
    words: str,
) -> None:
    with pytest.raises(InvalidOverrideError, match=words):
        put(admin, section)
    assert not ConfigOverride.objects.exists()


def test_an_address_is_not_taken_away(admin: User) -> None:
    with pytest.raises(InvalidOverrideError, match="replaced, together with its key"):
        put(admin, {}, tombstones=["endpoints.openAI.baseURL"])


def test_a_key_of_everybodys_own_may_go_with_an_address(admin: User) -> None:
    block = {"baseURL": "user_provided", "apiKey": "user_provided"}
    row = put(admin, {"openAI": block})
    assert masked(row.overrides) == {"endpoints": {"openAI": block}} == row.overrides


def test_secrets_are_written_anew_with_the_newest_key(
    admin: User,
    settings: LazySettings,
) -> None:
    put(admin, WHOLE)
    override_put(
        whose=For(PrincipalType.USER, admin.pk),
        overrides={"interface": {"presets": False}},
        actor=admin,
    )
    settings.CREDS_KEYS = ["newest", *settings.CREDS_KEYS]
    call_command("rotate_secrets")
    settings.CREDS_KEYS = ["newest"]
    first = ConfigOverride.objects.get(principal_type="role")
    assert opened(first.overrides) == {"endpoints": WHOLE}


def test_a_secret_that_no_key_opens_is_empty(
    admin: User,
    settings: LazySettings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    row = put(admin, {"openAI": OPEN_AI})
    settings.CREDS_KEYS = ["another"]
    found: Any = effective_document([row])["endpoints"]
    assert found["openAI"]["apiKey"] == ""
    assert "cannot be read" in caplog.text


def test_the_files_headers_are_not_explained(admin: User) -> None:
    headers = {"openAI": {"headers": {"Authorization": "Bearer file-secret"}}}
    with yaml_config.override({"endpoints": headers}):
        put(admin, {"openAI": {"titleModel": "tiny"}})
        shown = {one.path: one.value for one in explained(rows_for("role", "USER"))}
    assert shown == {
        "endpoints.openAI.headers.Authorization": "***",
        "endpoints.openAI.titleModel": "tiny",
    }


def test_a_hidden_endpoint_is_explained_by_who_took_it_away(admin: User) -> None:
    put(admin, {}, tombstones=["endpoints.openAI"])
    found = [(one.path, one.value, one.source) for one in explained(rows_for("role", "USER"))]
    assert found == [("endpoints.openAI.hidden", True, "role USER")]
