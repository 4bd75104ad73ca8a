"""The settings in the admin: shown, changed after a look, refused."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.access.overrides import effective
from accounts.config import InterfaceConfig
from accounts.models import AuditEvent, ConfigOverride, OverrideRevision, PrincipalType, User
from accounts.services.overrides import EVERYBODY, For, override_activate, override_put
from librechat.kernel import yaml_config
from tests.accounts.admin.settings_visits import (
    INDEX,
    browser,
    confirm,
    of,
    section,
    text_of,
    token_of,
    values,
)
from tests.factories.rights import group

pytestmark = pytest.mark.django_db

INTERFACE = section("interface")
MOST_QUERIES = 14


@pytest.fixture
def desk(admin: User) -> Client:
    return of(admin)


def row() -> ConfigOverride:
    return ConfigOverride.objects.get()


def test_a_value_is_changed_after_a_look_at_before_and_after(
    desk: Client,
    admin: User,
    owner: User,
) -> None:
    with yaml_config.override({"interface": {"customWelcome": "From the file"}}):
        page = text_of(desk.get(INTERFACE))
        assert "librechat.yaml" in page
        assert 'placeholder="From the file"' in page or "From the file" in page
        asked = desk.post(INTERFACE, values(interface__customWelcome="Ahoy"))
        assert asked.status_code == 200
        assert "<code>From the file</code>" in text_of(asked)
        assert "<code>Ahoy</code>" in text_of(asked)
        assert not ConfigOverride.objects.exists()
        done = confirm(desk, asked, "Sailors")
        assert done["Location"] == INTERFACE
        assert effective("interface", InterfaceConfig, owner).custom_welcome == "Ahoy"
        page = text_of(desk.get(INTERFACE))
    assert "set here" in page
    assert row().overrides == {"interface": {"customWelcome": "Ahoy"}}
    revision = OverrideRevision.objects.get()
    assert (revision.note, revision.actor, revision.sections) == ("Sailors", admin, ["interface"])
    assert AuditEvent.objects.latest("sequence").action == "config.replaced"


def test_every_kind_of_value_is_stored_in_its_type(desk: Client) -> None:
    typed = values(
        interface__modelSelect="false",
        interface__retentionMode="all",
        interface__generalChatRetention="1.5",
        interface__codeHighlightThrottleMs="20",
        interface__defaultPinnedTools="web_search\r\nfile_search",
        interface__currency__code="EUR",
        interface__currency__rate="0.9",
        interface__agents__share="true",
        interface__mcpServers__trustCheckbox__label="en: Trust\nde: Vertrauen",
    )
    confirm(desk, desk.post(INTERFACE, typed))
    assert row().overrides == {
        "interface": {
            "modelSelect": False,
            "retentionMode": "all",
            "generalChatRetention": 1.5,
            "codeHighlightThrottleMs": 20,
            "defaultPinnedTools": ["web_search", "file_search"],
            "currency": {"code": "EUR", "rate": 0.9},
            "agents": {"share": True},
            "mcpServers": {"trustCheckbox": {"label": {"en": "Trust", "de": "Vertrauen"}}},
        },
    }
    page = desk.get(INTERFACE).content.decode()
    assert "web_search\nfile_search</textarea>" in page


def test_clearing_and_reset_let_the_file_count_again_and_a_value_can_go(desk: Client) -> None:
    file = {"interface": {"customWelcome": "From the file", "presets": False}}
    own = {"interface": {"customWelcome": "Ahoy", "presets": True, "bookmarks": False}}
    with yaml_config.override(file):
        override_put(whose=EVERYBODY, overrides=own, actor=_any_admin())
        form = values(
            interface__customWelcome="Ahoy", interface__presets="", interface__bookmarks="false"
        )
        form["reset:interface.customWelcome"] = "on"
        confirm(desk, desk.post(INTERFACE, form))
        assert row().overrides == {"interface": {"bookmarks": False}}
        form = values(interface__customWelcome="") | {"gone:interface.customWelcome": "on"}
        asked = desk.post(INTERFACE, form)
        assert "taken away" in text_of(asked) or "From the file" in text_of(asked)
        confirm(desk, asked)
        assert row().tombstones == ["interface.customWelcome"]
        page = text_of(desk.get(INTERFACE))
        assert 'name="gone:interface.customWelcome" checked' in page
        confirm(desk, desk.post(INTERFACE, values(interface__customWelcome="")))
    assert row().tombstones == []


def test_only_what_is_in_the_form_is_touched(desk: Client) -> None:
    own = {"interface": {"bookmarks": False}, "balance": {"enabled": True}}
    override_put(whose=EVERYBODY, overrides=own, actor=_any_admin())
    confirm(desk, desk.post(INTERFACE, values(interface__presets="false")))
    assert row().overrides == {
        "interface": {"bookmarks": False, "presets": False},
        "balance": {"enabled": True},
    }


def test_mistakes_are_told_at_their_fields_and_nothing_is_stored(desk: Client) -> None:
    answer = desk.post(
        INTERFACE,
        values(interface__codeHighlightThrottleMs="70000", interface__currency__code="EUR"),
    )
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Nothing was changed" in page
    assert 'aria-describedby="e-interface.codeHighlightThrottleMs"' in page
    assert "less than or equal to 60000" in page
    assert 'id="e-interface.currency.rate">required' in page
    assert 'value="70000"' in page
    answer = desk.post(section("modelSpecs"), values(modelSpecs__list='[\n {"name": "x"}\n]'))
    assert "Line 2: modelSpecs.list[0].label: required" in text_of(answer)
    answer = desk.post(INTERFACE, values(interface__agents="false", interface__agents__use="true"))
    assert "Either all of it is set, or single values." in text_of(answer)
    answer = desk.post(INTERFACE, values(interface__customWelcome="${SECRET_KEY}"))
    assert "names of variables are for librechat.yaml only" in text_of(answer)
    assert not ConfigOverride.objects.exists()


def test_a_role_a_group_and_a_person_have_their_own(desk: Client, owner: User) -> None:
    readers = group("Readers", owner)
    welcome = {"interface": {"customWelcome": "All"}}
    override_put(whose=EVERYBODY, overrides=welcome, actor=_any_admin())
    for kind, who in (("role", "USER"), ("group", "Readers"), ("user", owner.email)):
        here = section("interface", kind=kind, who=who)
        form = {"version": "0", "v:interface.customWelcome": f"For {kind}"}
        done = confirm(desk, desk.post(here, form))
        assert done["Location"].startswith(section("interface"))
        assert f"kind={kind}" in done["Location"]
    found = dict(ConfigOverride.objects.values_list("principal_type", "principal_id"))
    assert (found["group"], found["user"]) == (readers.pk, owner.pk)
    page = text_of(desk.get(section("interface", kind="user", who=owner.email)))
    assert "For user" in page
    page = text_of(desk.get(section("balance", kind="user", who=owner.email)))
    assert "the person owner@example.org" in page
    page = text_of(desk.get(section("interface", kind="group", who="Readers")))
    assert "All" in page


def test_nobody_by_that_name_is_told_and_nothing_is_everybodys(desk: Client) -> None:
    answer = desk.get(f"{INDEX}?kind=role&who=Pirates")
    assert "nobody by the name “Pirates”" in text_of(answer)
    here = section("interface", kind="role", who="Pirates")
    assert desk.get(here).status_code == 404
    assert desk.post(here, values(interface__presets="false")).status_code == 404
    assert desk.get(section("interface", kind="public", who="x")).status_code == 404
    assert desk.get(section("nothing")).status_code == 404
    assert not ConfigOverride.objects.exists()


def test_what_is_switched_off_is_said_and_does_not_count(desk: Client) -> None:
    own = {"interface": {"customWelcome": "Ahoy"}}
    made, _ = override_put(whose=EVERYBODY, overrides=own, actor=_any_admin())
    override_activate(row=made, is_active=False, actor=_any_admin())
    page = text_of(desk.get(INTERFACE))
    assert "switched off" in page
    asked = desk.post(INTERFACE, values(interface__customWelcome="Hello"))
    assert "No difference in effect." in text_of(asked)


def test_somebody_elses_change_in_between_is_not_overwritten(desk: Client) -> None:
    asked = desk.post(INTERFACE, values(interface__presets="false"))
    override_put(whose=EVERYBODY, overrides={"balance": {"enabled": True}}, actor=_any_admin())
    assert "Somebody else changed these settings" in text_of(
        desk.post(INTERFACE, {"version": "0", "v:interface.presets": "false"}),
    )
    answer = desk.get(confirm(desk, asked)["Location"])
    assert "Somebody else changed these settings" in text_of(answer)
    assert row().overrides == {"balance": {"enabled": True}}


def test_a_confirmation_is_good_for_its_administrator_only(desk: Client, admin: User) -> None:
    asked = desk.post(INTERFACE, values(interface__presets="false"))
    other = browser("manage:configs")
    for form in ({"token": token_of(asked)}, {"token": "gAAAA"}, {}):
        answer = other.post(f"{INDEX}confirm/", form)
        assert answer.status_code == 400
        assert "not good any more" in text_of(answer)
    assert other.get(f"{INDEX}confirm/").status_code == 405
    assert not ConfigOverride.objects.exists()


def test_an_unchanged_form_changes_nothing(desk: Client) -> None:
    answer = desk.post(INTERFACE, values(interface__presets=""), follow=True)
    assert "Nothing is different" in text_of(answer)
    assert not OverrideRevision.objects.exists()


def test_search_finds_names_and_descriptions(desk: Client) -> None:
    page = text_of(desk.get(INDEX, {"q": "greeting"}))
    assert f'<a href="{INTERFACE}#interface.customWelcome">' in page
    assert "interface.presets" not in page
    page = text_of(desk.get(INDEX, {"q": "refill unit"}))
    assert "balance.refillIntervalUnit" in page
    assert "There is none." in text_of(desk.get(INDEX, {"q": "<script>"}))


def test_what_only_the_file_can_say_is_shown_without_a_form(desk: Client) -> None:
    with yaml_config.override({"registration": {"allowedDomains": ["example.org"]}}):
        page = text_of(desk.get(section("registration")))
    assert "example.org" in page
    assert "To read only" in page
    assert 'name="v:' not in page
    assert desk.post(section("registration"), values()).status_code == 403


def test_who_may_manage_one_section_changes_that_one_only() -> None:
    client = browser("read:configs", "manage:configs:balance")
    assert 'name="v:' not in client.get(INTERFACE).content.decode()
    assert client.post(INTERFACE, values(interface__presets="false")).status_code == 403
    asked = client.post(section("balance"), values(balance__enabled="true"))
    assert confirm(client, asked).status_code == 302
    assert row().overrides == {"balance": {"enabled": True}}


def test_who_may_read_one_section_sees_that_one_only() -> None:
    client = browser("read:configs:interface")
    page = text_of(client.get(INDEX))
    assert f'href="{INTERFACE}"' in page
    assert section("balance") not in page
    assert client.get(INTERFACE).status_code == 200
    assert client.get(section("balance")).status_code == 403
    assert client.get(f"{INDEX}yaml/").status_code == 403
    assert client.post(INTERFACE, values(interface__presets="false")).status_code == 403


@pytest.mark.parametrize("name", ["interface", "endpoints"])
def test_the_form_costs_few_queries(desk: Client, name: str, owner: User) -> None:
    whose = For(PrincipalType.USER, owner.pk)
    own = {"interface": {"presets": False}}
    override_put(whose=whose, overrides=own, actor=_any_admin())
    for here in (section(name), section(name, kind="user", who=owner.email), INDEX):
        desk.get(here)
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(here).status_code == 200
        assert len(queries) <= MOST_QUERIES, [one["sql"][:120] for one in queries]


def _any_admin() -> User:
    return User.objects.get(email="admin@example.org")
