"""Routes of the accounts API."""

from django.urls import include, path

from accounts.api import auth, me, people, roles, sharing, startup, two_factor, verification

urlpatterns = [
    path("api/auth/register", auth.RegisterView.as_view()),
    path("api/auth/login", auth.LoginView.as_view()),
    path("api/auth/refresh", auth.RefreshView.as_view()),
    path("api/auth/logout", auth.LogoutView.as_view()),
    path("api/auth/requestPasswordReset", auth.ResetRequestView.as_view()),
    path("api/auth/resetPassword", auth.ResetView.as_view()),
    path("api/auth/2fa/enable", two_factor.EnableView.as_view()),
    path("api/auth/2fa/verify", two_factor.VerifyView.as_view()),
    path("api/auth/2fa/confirm", two_factor.ConfirmView.as_view()),
    path("api/auth/2fa/disable", two_factor.DisableView.as_view()),
    path("api/auth/2fa/backup/regenerate", two_factor.RegenerateView.as_view()),
    path("api/auth/2fa/verify-temp", two_factor.VerifyTempView.as_view()),
    path("api/auth/step-up", two_factor.StepUpView.as_view()),
    path("api/user", me.MeView.as_view()),
    path("api/user/delete", me.DeleteView.as_view()),
    path("api/user/preferences", me.PreferencesView.as_view()),
    path("api/user/terms", me.TermsView.as_view()),
    path("api/user/terms/accept", me.TermsAcceptView.as_view()),
    path("api/user/settings/favorites", me.FavoritesView.as_view()),
    path("api/user/settings/favorites/tools", me.FavoriteToolsView.as_view()),
    path(
        "api/user/settings/favorites/tools/<str:item_type>/<path:item_id>",
        me.FavoriteToolView.as_view(),
    ),
    path("api/user/settings/pinned-order", me.PinnedOrderView.as_view()),
    path("api/user/settings/skills/active", me.SkillStatesView.as_view()),
    path("api/user/verify", verification.VerifyView.as_view()),
    path("api/user/verify/resend", verification.ResendView.as_view()),
    path("api/config", startup.ConfigView.as_view()),
    path("api/banner", startup.BannerView.as_view()),
    path("api/roles/<str:name>", roles.RoleView.as_view()),
    path("api/roles/<str:name>/<str:part>", roles.RolePermissionsView.as_view()),
    path("api/permissions/search-principals", people.PrincipalSearchView.as_view()),
    path("api/permissions/<str:resource>/roles", sharing.AccessRolesView.as_view()),
    path("api/permissions/<str:resource>/effective/all", sharing.AllEffectiveView.as_view()),
    path("api/permissions/<str:resource>/<str:resource_id>", sharing.SharedThingView.as_view()),
    path(
        "api/permissions/<str:resource>/<str:resource_id>/effective",
        sharing.EffectiveView.as_view(),
    ),
    path("api/admin/", include("accounts.api.admin_urls")),
]
