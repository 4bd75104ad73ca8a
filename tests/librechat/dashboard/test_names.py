"""Pages call models and apps as the sidebar does, in the language of who reads them."""

import polib
import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.utils.text import capfirst
from django.utils.translation import gettext, override

from accounts.models import User
from librechat.dashboard.navigation import APPS, GROUPS, Desk
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db


def test_every_listed_model_is_called_as_in_the_sidebar() -> None:
    names = {
        model._meta.label: str(model._meta.verbose_name_plural) for model in admin.site._registry
    }
    shown = {
        entry.label: str(entry.title)
        for _title, entries in GROUPS
        for entry in entries
        if isinstance(entry, Desk) and entry.label in names
    }
    assert shown.items() <= names.items()
    assert names.keys() == shown.keys()


def test_a_list_is_titled_in_the_language_of_the_reader(client: Client, admin: User) -> None:
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    page = client.get("/admin/billing/hold/", headers={"Accept-Language": "de"})
    options = page.context["cl"].opts
    with override("de"):
        assert gettext("Holds") != "Holds"
        assert str(options.verbose_name_plural) == gettext("Holds")
        assert str(options.app_config.verbose_name) == gettext("Money")
    with override("en"):
        assert str(options.verbose_name_plural) == "Holds"


def test_the_apps_with_lists_have_names_of_their_own() -> None:
    ours = {"accounts", "agents", "billing", "conversations"}
    assert APPS.keys() == ours


def test_every_field_of_our_pages_is_given_to_the_translators() -> None:
    catalogue = polib.pofile(str(settings.LOCALE_PATHS[0] / "de" / "LC_MESSAGES" / "django.po"))
    ours = {entry.msgid for entry in catalogue}
    with override(None):
        models = [model._meta for model in admin.site._registry]
        names = {str(options.verbose_name) for options in models}
        names |= {
            str(field.verbose_name)
            for options in models
            for field in (*options.fields, *options.many_to_many)
        }
    with override("de"):
        assert [name for name in names - ours if gettext(name) == name] == []


def test_a_column_is_headed_in_the_language_of_the_reader(client: Client, admin: User) -> None:
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    page = client.get(
        "/admin/accounts/auditevent/", headers={"Accept-Language": "de"}
    ).content.decode()
    with override("de"):
        head = gettext("actor name")
    assert head != "actor name"
    assert capfirst(head) in page
    assert "Actor name" not in page
