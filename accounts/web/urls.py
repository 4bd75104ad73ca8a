"""Routes of the accounts pages."""

from django.urls import path
from django.views.generic import RedirectView

from accounts.web import auth_pages, settings_pages

ACCOUNT = {"tab": "account"}
SECURITY = {"tab": "security"}
APPEARANCE = {"tab": "appearance"}

urlpatterns = [
    path("login", auth_pages.LoginPage.as_view(), name="login"),
    path("signup", auth_pages.SignUpPage.as_view(), name="signup"),
    # The address of LibreChat's own page, as in links people were sent.
    path("register", RedirectView.as_view(pattern_name="signup", query_string=True)),
    path("logout", auth_pages.LogoutPage.as_view(), name="logout"),
    path("forgot", auth_pages.ForgotPage.as_view(), name="forgot"),
    path("reset-password", auth_pages.ResetLink.as_view()),
    path("reset/<str:token>", auth_pages.ResetPage.as_view(), name="reset"),
    path(
        "settings",
        RedirectView.as_view(pattern_name="settings"),
        ACCOUNT,
    ),
    path("settings/account", settings_pages.AccountPage.as_view(), ACCOUNT, name="settings"),
    path("settings/security", settings_pages.SecurityPage.as_view(), SECURITY, name="settings"),
    path(
        "settings/appearance",
        settings_pages.AppearancePage.as_view(),
        APPEARANCE,
        name="settings",
    ),
    path(
        "settings/security/sessions/end",
        settings_pages.SessionsEndPage.as_view(),
        name="sessions-end",
    ),
    path(
        "settings/security/sessions/<str:session_id>/end",
        settings_pages.SessionEndPage.as_view(),
        name="session-end",
    ),
]
