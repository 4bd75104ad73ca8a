"""Routes of a person's account and its data, and of the links in mails."""

from django.urls import path

from accounts.web import (
    account_pages,
    choice_pages,
    data_pages,
    mail_pages,
    shortcut_pages,
)

ACCOUNT = {"tab": "account"}
DATA = {"tab": "data"}
NOTIFICATIONS = {"tab": "notifications"}
SHORTCUTS = {"tab": "shortcuts"}

urlpatterns = [
    path("verify", mail_pages.VerifyPage.as_view(), name="verify"),
    path(
        "confirm-email/<str:token>",
        mail_pages.ConfirmEmailPage.as_view(),
        name="confirm-email",
    ),
    path("restore", mail_pages.RestorePage.as_view(), name="restore"),
    path("restore/<str:token>", mail_pages.RestoreLinkPage.as_view(), name="restore-link"),
    path("terms", choice_pages.TermsPage.as_view(), name="terms"),
    path("avatars/<str:name>", account_pages.avatar_image, name="avatar"),
    path("settings/account", account_pages.AccountPage.as_view(), ACCOUNT, name="settings"),
    path("settings/account/avatar", account_pages.AvatarPage.as_view(), name="avatar-change"),
    path(
        "settings/account/email",
        account_pages.EmailPage.as_view(),
        ACCOUNT,
        name="email-change",
    ),
    path(
        "settings/account/linked/<str:linked_id>/unlink",
        account_pages.UnlinkPage.as_view(),
        name="unlink",
    ),
    path("settings/data", data_pages.DataPage.as_view(), DATA, name="settings"),
    path("settings/data/export", data_pages.ExportPage.as_view(), name="export"),
    path(
        "settings/notifications",
        choice_pages.NotificationsPage.as_view(),
        NOTIFICATIONS,
        name="settings",
    ),
    path("settings/shortcuts", shortcut_pages.ShortcutsPage.as_view(), SHORTCUTS, name="settings"),
    path("_/commands", shortcut_pages.CommandsFragment.as_view(), name="commands_fragment"),
]
