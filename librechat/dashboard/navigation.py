"""The sidebar of the administration: every page there is, for who may open it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.db.models.options import Options
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import escape
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.admin.rights import may


@dataclass(frozen=True, slots=True)
class Place:
    """A page that belongs to no model; capability: who sees it.

    route: its name below ``admin:``. One that does not exist is left out.
    """

    title: StrOrPromise
    icon: str
    route: str
    capability: str


@dataclass(frozen=True, slots=True)
class Desk:
    """The list of a model; its ModelAdmin says who sees it."""

    label: str
    icon: str
    title: StrOrPromise = ""


Entry = Place | Desk
Item = dict[str, Any]

GROUPS: tuple[tuple[StrOrPromise, tuple[Entry, ...]], ...] = (
    (
        "",
        (
            Place(_("Overview"), "dashboard", "index", "access:admin"),
            Place(_("Live"), "sensors", "live", "read:system"),
        ),
    ),
    (
        _("People"),
        (
            Desk("accounts.User", "person", _("People")),
            Desk("accounts.Group", "groups", _("Groups")),
            Desk("accounts.Role", "badge", _("Roles")),
            Desk("accounts.Grant", "key", _("Capabilities")),
            Desk("accounts.AclEntry", "share", _("Shared access")),
            Desk("accounts.AuthSession", "devices", _("Sessions")),
            Desk("accounts.ApiKey", "vpn_key", _("Access keys")),
            Desk("accounts.OneTimeToken", "mail", _("Invitations and links")),
            Desk("socialaccount.SocialAccount", "link", _("Linked accounts")),
            Desk("mfa.Authenticator", "phonelink_lock", _("Second factors")),
            Place(_("Bulk import"), "upload", "people_import", "manage:users"),
        ),
    ),
    (
        _("Money"),
        (
            Desk("billing.UsageHour", "query_stats", _("Usage")),
            Desk("billing.Balance", "account_balance_wallet", _("Balances")),
            Desk("billing.Transaction", "receipt_long", _("Transactions")),
            Desk("billing.Account", "account_balance", _("Ledger accounts")),
            Desk("billing.Hold", "hourglass_top", _("Holds")),
            Desk("billing.Budget", "savings", _("Budgets")),
            Desk("billing.BudgetRequest", "front_hand", _("Budget requests")),
            Desk("billing.Price", "sell", _("Prices")),
            Desk("billing.PriceImport", "price_check", _("Price imports")),
            Desk("billing.UsageDay", "calendar_month", _("Usage by day")),
            Desk("billing.UsageView", "bookmark", _("Saved views")),
        ),
    ),
    (
        _("Conversations"),
        (
            Desk("conversations.Conversation", "forum", _("Conversations")),
            Desk("conversations.Message", "chat", _("Messages")),
            Desk("conversations.Generation", "bolt", _("Answers")),
            Desk("conversations.SharedLink", "ios_share", _("Share links")),
            Desk("conversations.PromptGroup", "library_books", _("Prompts")),
            Desk("conversations.Prompt", "article", _("Prompt versions")),
            Desk("conversations.Project", "folder", _("Projects")),
            Desk("conversations.Preset", "tune", _("Presets")),
            Desk("conversations.Tag", "sell", _("Bookmarks")),
            Desk("conversations.MoveIn", "move_to_inbox", _("Imports")),
            Desk("conversations.DeletedItem", "delete", _("Bin")),
        ),
    ),
    (
        _("Models"),
        (
            Place(_("Providers and models"), "hub", "providers", "read:system"),
            Desk("agents.RelayAlias", "alt_route", _("Relay: names")),
            Desk("agents.RelayCall", "swap_calls", _("Relay: calls")),
            Desk("agents.Credential", "password", _("Keys of people")),
            Desk("agents.PluginCredential", "extension", _("Keys for tools")),
        ),
    ),
    (
        _("Trust"),
        (
            Desk("accounts.AuditEvent", "history", _("Audit record")),
            Desk("accounts.DataAccess", "visibility", _("Data access")),
            Desk("accounts.Violation", "report", _("Violations")),
            Desk("accounts.Ban", "block", _("Bans")),
        ),
    ),
    (
        _("System"),
        (
            Place(_("System"), "settings", "system", "read:system"),
            Desk("accounts.Job", "work_history", _("Jobs")),
            Place(_("Backups"), "backup", "backups", "read:system"),
            Place(_("Retention"), "auto_delete", "retention", "read:system"),
            Desk("accounts.LegalHold", "lock", _("Legal holds")),
            Place(_("Exports"), "download", "exports", "access:admin"),
            Place(_("Settings"), "tune", "settings", "read:configs"),
            Desk("accounts.OverrideRevision", "manage_history", _("History of settings")),
            Desk("accounts.ConfigOverride", "rule_settings", _("Overrides")),
            Desk("accounts.Banner", "campaign", _("Banners")),
            Desk("accounts.TermsVersion", "gavel", _("Terms")),
            Desk("accounts.TermsAcceptance", "task_alt", _("Accepted terms")),
            Place(_("E-mail test"), "outgoing_mail", "mail_test", "manage:system"),
            Desk("conversations.QueuedTurn", "queue", _("Waiting messages")),
            Desk("conversations.SearchTask", "manage_search", _("Search tasks")),
        ),
    ),
)


# What pages call the apps, above their models.
APPS: dict[str, StrOrPromise] = {
    "accounts": _("People and system"),
    "agents": _("Models"),
    "billing": _("Money"),
    "conversations": _("Conversations"),
}


def names_set() -> None:
    """Give models and apps the names they have in the sidebar, and every field one to translate.

    Set on what is loaded, not in the models: there each name would want a migration. The
    translators find the names of fields in ``admin/field_names.py`` of each app.
    """
    for label, name in APPS.items():
        # Django reads it as text whenever a page is made, in the language of the page.
        apps.get_app_config(label).verbose_name = name
    for _title, entries in GROUPS:
        for entry in entries:
            if isinstance(entry, Desk) and entry.title:
                apps.get_model(entry.label)._meta.verbose_name_plural = entry.title  # noqa: SLF001 - public but for its name
    for model, desk in admin.site._registry.items():  # noqa: SLF001 - Django's own list of them
        for shown in (model, *(inline.model for inline in desk.inlines)):
            _options_set(shown._meta)  # noqa: SLF001 - public but for its name


def _options_set(options: Options[Model]) -> None:
    # What is text was made of a field's name; a package's own names are in its own catalogues.
    everything: list[Any] = [options, *options.fields, *options.many_to_many]
    for named in everything:
        if isinstance(named.verbose_name, str):
            named.verbose_name = _(named.verbose_name)
    if isinstance(options.verbose_name_plural, str):
        options.verbose_name_plural = _(options.verbose_name_plural)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Return unfold's sidebar; what a new app registers and nobody placed comes last."""
    groups = [
        {
            "title": title,
            "separator": bool(title),
            "collapsible": False,
            "items": [item for entry in entries for item in _items(request, entry)],
        }
        for title, entries in GROUPS
    ]
    rest = [item for entry in _unplaced() for item in _items(request, entry)]
    if rest:
        groups.append({"title": _("More"), "separator": True, "items": rest})
    return [group for group in groups if group["items"]]


def _items(request: HttpRequest, entry: Entry) -> Iterator[Item]:
    """Yield the entry as unfold wants it, if there is such a page and the person may open it."""
    if isinstance(entry, Place):
        if may(request, entry.capability):
            yield from _item(entry.title, entry.icon, entry.route)
        return
    model = apps.get_model(entry.label)
    if not admin.site.is_registered(model):
        return
    desk = admin.site.get_model_admin(model)
    if desk.has_module_permission(request):
        title = entry.title or capfirst(str(desk.opts.verbose_name_plural))
        route = f"{desk.opts.app_label}_{desk.opts.model_name}_changelist"
        yield from _item(title, entry.icon, route)


def _item(title: StrOrPromise, icon: str, route: str) -> Iterator[Item]:
    try:
        link = reverse(f"admin:{route}")
    except NoReverseMatch:
        return
    # unfold marks titles as safe; ours are, but a translation should not have to be.
    yield {"title": escape(title), "icon": icon, "link": link}


def _unplaced() -> list[Desk]:
    placed = {one.label for _title, entries in GROUPS for one in entries if isinstance(one, Desk)}
    models = filter(admin.site.is_registered, apps.get_models())
    labels = [admin.site.get_model_admin(model).opts.label for model in models]
    return [Desk(label, "list") for label in labels if label not in placed]
