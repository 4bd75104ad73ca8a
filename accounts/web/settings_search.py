"""Finding a setting by a word."""

from dataclasses import dataclass

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from accounts.web.answers import page

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting, the page it is on, its place there, and other words people look for."""

    label: Text
    tab_label: Text
    route: str
    tab: str = ""
    anchor: str = ""
    words: Text = ""

    @property
    def url(self) -> str:
        """Where the setting is."""
        path = reverse(self.route, kwargs={"tab": self.tab}) if self.tab else reverse(self.route)
        return f"{path}#{self.anchor}" if self.anchor else path

    def fits(self, wanted: list[str]) -> bool:
        """Return whether every word occurs."""
        text = f"{self.label} {self.tab_label} {self.words}".casefold()
        return all(word in text for word in wanted)


def _on(tab: str, tab_label: Text, *rows: tuple[Text, str, Text]) -> list[Setting]:
    return [
        Setting(label, tab_label, "settings", tab, anchor, words) for label, anchor, words in rows
    ]


SETTINGS: list[Setting] = [
    *_on(
        "appearance",
        _("Appearance"),
        (_("Theme"), "theme-heading", _("dark light system colors night mode")),
        (_("Language"), "language-heading", _("translation locale english german")),
    ),
    *_on(
        "account",
        _("Account"),
        (_("Picture"), "picture-heading", _("avatar photo image profile")),
        (_("Name"), "name-heading", _("profile user name display name")),
        (_("E-mail address"), "email-heading", _("mail change address")),
        (_("Linked accounts"), "linked-heading", _("google github openid sign-in unlink")),
    ),
    *_on(
        "security",
        _("Security"),
        (_("Password"), "password-heading", _("change sign-in")),
        (_("Two-factor sign-in"), "", _("2fa totp authenticator app backup codes second factor")),
        (_("Passkeys"), "", _("webauthn fingerprint security key")),
        (_("Devices"), "", _("sessions sign out everywhere revoke")),
    ),
    *_on(
        "keys",
        _("Access keys"),
        (_("A new key"), "", _("api token program script create")),
        (_("Your keys"), "", _("api token revoke end")),
    ),
    *_on(
        "notifications",
        _("Notifications"),
        (_("In this browser"), "notices-heading", _("desktop notices reply ended alerts")),
        (_("Mails"), "mail-heading", _("e-mail notices")),
    ),
    *_on(
        "shortcuts",
        _("Keyboard shortcuts"),
        (_("Keyboard shortcuts"), "", _("keys hotkeys bindings palette rebind off")),
    ),
    Setting(
        _("Who read your conversations"),
        _("Privacy"),
        "privacy",
        anchor="readings-heading",
        words=_("administrator audit read access"),
    ),
    *_on(
        "data",
        _("Your data"),
        (_("Take it along"), "export-heading", _("export download zip backup")),
        (_("Move in"), "move-in-heading", _("import chats chatgpt claude open webui librechat")),
        (_("Delete the account"), "close-heading", _("remove close erase")),
    ),
    Setting(
        _("Enter while an answer is written"),
        _("Chat"),
        "chat_settings",
        anchor="enter-heading",
        words=_("queue steer interrupt follow-up send key"),
    ),
    Setting(
        _("Budgets"),
        _("Budgets"),
        "budgets",
        words=_("limit spending money credits tokens messages ask for more"),
    ),
    Setting(
        _("Usage"),
        _("Usage"),
        "usage",
        words=_("balance credits cost spending money tokens receipts refill"),
    ),
    Setting(
        _("Keys of providers"),
        _("API keys"),
        "keys",
        words=_("openai anthropic google azure model endpoint secret"),
    ),
]


class SettingsSearchPage(LoginRequiredMixin, View):
    """The settings that a search finds."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them, each with the way to it."""
        query = request.GET.get("q", "").strip()[:100]
        wanted = query.casefold().split()
        found = [setting for setting in SETTINGS if wanted and setting.fits(wanted)]
        context: dict[str, object] = {"query": query, "found": found}
        return page(request, "accounts/settings_search.html", context)
