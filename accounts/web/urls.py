"""Routes of the accounts pages."""

from django.urls import include, path
from django.views.generic import RedirectView

from accounts.web import (
    auth_pages,
    banner,
    impersonation_pages,
    oauth_pages,
    saml_pages,
    second_step_pages,
    security_pages,
    settings_pages,
    settings_search,
    two_factor_pages,
)

ACCOUNT = {"tab": "account"}
SECURITY = {"tab": "security"}
APPEARANCE = {"tab": "appearance"}

urlpatterns = [
    path("login", auth_pages.LoginPage.as_view(), name="login"),
    path("signup", auth_pages.SignUpPage.as_view(), name="signup"),
    # The address of LibreChat's own page, as in links people were sent.
    path("register", RedirectView.as_view(pattern_name="signup", query_string=True)),
    path(
        "login/second-factor",
        second_step_pages.SecondFactorPage.as_view(),
        name="second-factor",
    ),
    path("login/passkey", second_step_pages.PasskeyLoginPage.as_view(), name="passkey-login"),
    path("passkeys/options", second_step_pages.PasskeyOptions.as_view(), name="passkey-options"),
    path(
        "settings/search",
        settings_search.SettingsSearchPage.as_view(),
        name="settings-search",
    ),
    path("settings/language", settings_pages.LanguagePage.as_view(), name="settings-language"),
    path("settings/confirm", second_step_pages.ConfirmPage.as_view(), name="confirm"),
    path("settings/security/two-factor", two_factor_pages.SetupPage.as_view(), name="two-factor"),
    path(
        "settings/security/two-factor/start",
        two_factor_pages.SetupStartPage.as_view(),
        name="two-factor-start",
    ),
    path(
        "settings/security/two-factor/finish",
        two_factor_pages.SetupFinishPage.as_view(),
        name="two-factor-finish",
    ),
    path(
        "settings/security/two-factor/off",
        two_factor_pages.AppRemovePage.as_view(),
        name="two-factor-off",
    ),
    path(
        "settings/security/backup-codes",
        two_factor_pages.CodesPage.as_view(),
        name="backup-codes",
    ),
    path(
        "settings/security/passkeys/new",
        two_factor_pages.PasskeyNewPage.as_view(),
        name="passkey-new",
    ),
    path(
        "settings/security/passkeys/<str:passkey_id>/rename",
        two_factor_pages.PasskeyRenamePage.as_view(),
        name="passkey-rename",
    ),
    path(
        "settings/security/passkeys/<str:passkey_id>/remove",
        two_factor_pages.PasskeyRemovePage.as_view(),
        name="passkey-remove",
    ),
    path("banner/<str:banner_id>/close", banner.close, name="banner-close"),
    path("oauth/error", oauth_pages.ErrorPage.as_view(), name="oauth-error"),
    path("oauth/saml/metadata", saml_pages.MetadataPage.as_view(), name="saml-metadata"),
    path("oauth/saml/logout", saml_pages.SingleLogoutPage.as_view(), name="saml-logout"),
    path("oauth/<str:name>", oauth_pages.DepartPage.as_view(), name="oauth-depart"),
    path("oauth/<str:name>/callback", oauth_pages.ArrivePage.as_view(), name="oauth-arrive"),
    path("logout", auth_pages.LogoutPage.as_view(), name="logout"),
    path(
        "impersonation/stop",
        impersonation_pages.ImpersonationStopPage.as_view(),
        name="impersonation-stop",
    ),
    path("forgot", auth_pages.ForgotPage.as_view(), name="forgot"),
    path("reset-password", auth_pages.ResetLink.as_view()),
    path("reset/<str:token>", auth_pages.ResetPage.as_view(), name="reset"),
    path(
        "settings",
        RedirectView.as_view(pattern_name="settings"),
        ACCOUNT,
    ),
    path("", include("accounts.web.account_urls")),
    path("settings/security", security_pages.SecurityPage.as_view(), SECURITY, name="settings"),
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
