"""Overrides as YAML: taken along, brought in after a look."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.access.override_secrets import opened
from accounts.admin.settings_scope import Scope
from accounts.admin.settings_yaml import overrides_yaml
from accounts.models import AuditEvent, ConfigOverride, OverrideRevision, User
from accounts.services.overrides import EVERYBODY, override_put
from librechat.kernel import clock
from tests.accounts.admin.settings_visits import INDEX, browser, confirm, freshly, text_of
from tests.factories.rights import grant

pytestmark = pytest.mark.django_db

PAGE = f"{INDEX}yaml/"
WELCOME: dict[str, object] = {"customWelcome": "Grüß Gott", "presets": False}
KEYED = {
    "interface": WELCOME,
    "endpoints": {"openAI": {"baseURL": "https://a.example.com/v1", "apiKey": "sk-0123456789"}},
}


@pytest.fixture
def desk(admin: User) -> Client:
    return freshly(admin)


@pytest.fixture
def stored(admin: User) -> ConfigOverride:
    return override_put(
        whose=EVERYBODY,
        overrides=KEYED,
        tombstones=["interface.bookmarks"],
        actor=admin,
    )[0]


def test_what_is_downloaded_comes_back_as_it_is(desk: Client, stored: ConfigOverride) -> None:
    answer = desk.get(f"{PAGE}?download=1")
    text = answer.content.decode()
    assert answer["Content-Disposition"] == 'attachment; filename="settings-everybody.yaml"'
    assert text.startswith("# interface.bookmarks is taken away\ninterface:\n")
    assert "customWelcome: Grüß Gott" in text
    assert "apiKey: '***'" in text
    assert "Nothing is different" in text_of(desk.post(PAGE, {"text": text}, follow=True))
    changed = 'version: "1.3.17"\n' + text.replace("presets: false", "presets: true")
    asked = desk.post(PAGE, {"text": changed})
    assert "interface.presets" in text_of(asked)
    assert confirm(desk, asked)["Location"] == INDEX
    row = ConfigOverride.objects.get()
    assert opened(row.overrides) == {
        **KEYED,
        "interface": {**WELCOME, "presets": True},
    }
    assert row.tombstones == ["interface.bookmarks"]


def test_a_download_is_on_record_and_wants_a_fresh_proof(
    desk: Client, stored: ConfigOverride, admin: User
) -> None:
    assert desk.get(f"{PAGE}?download=1").status_code == 200
    event = AuditEvent.objects.get(action="config.exported")
    assert (event.actor_id, event.target_id, event.category) == (admin.pk, "__base__", "config")
    assert "Grüß Gott" not in str(event.metadata)
    admin.auth_sessions.update(proved_at=clock.now() - timedelta(minutes=6))
    stale = desk.get(f"{PAGE}?download=1")
    assert stale["Location"].startswith("/settings/confirm?next=")
    assert "download" in stale["Location"]
    assert desk.get(PAGE).status_code == 200
    assert AuditEvent.objects.filter(action="config.exported").count() == 1


def test_nobody_downloads_what_they_may_not_read(stored: ConfigOverride, owner: User) -> None:
    grant(owner, "access:admin", "read:users")
    assert freshly(owner).get(f"{PAGE}?download=1").status_code == 403
    assert not AuditEvent.objects.filter(action="config.exported").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("interface:\n  presets: often\n", "Line 2: interface.presets"),
        ("interface: {}\nregistration: {}\n", "Line 2: registration: only interface"),
        ("interface:\n  presets: [\n", "YAML line 3"),
        (
            "modelSpecs:\n  list:\n    - name: a\n      preset: {}\n",
            "Line 3: modelSpecs.list[0].label",
        ),
        ("endpoints:\n  openAI:\n    apiKey: '***'\n", "Line 3: endpoints.openAI.apiKey"),
        ("- a\n", "must be a mapping"),
        ("interface:\n  customWelcome: " + "x" * 400_001, "too long"),
    ],
)
def test_a_text_that_does_not_fit_is_refused_with_its_line(
    desk: Client,
    text: str,
    words: str,
) -> None:
    answer = desk.post(PAGE, {"text": text})
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert "Nothing was changed" in text_of(answer)
    assert not ConfigOverride.objects.exists()
    assert not OverrideRevision.objects.exists()


def test_it_needs_the_rights_of_the_sections_that_differ(stored: ConfigOverride) -> None:
    reader = browser("read:configs")
    assert "readonly" in reader.get(PAGE).content.decode()
    assert reader.post(PAGE, {"text": ""}).status_code == 403
    one = browser("read:configs", "manage:configs:interface")
    assert one.post(PAGE, {"text": "interface: {}"}).status_code == 403
    text = overrides_yaml(Scope(EVERYBODY))
    assert one.post(PAGE, {"text": text.replace("false", "true")}).status_code == 200
    stored.refresh_from_db()
    assert stored.version == 1
