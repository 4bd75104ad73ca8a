"""Routes of the accounts API."""

from django.urls import path

from accounts.api import auth, me, startup

urlpatterns = [
    path("api/auth/register", auth.RegisterView.as_view()),
    path("api/auth/login", auth.LoginView.as_view()),
    path("api/auth/refresh", auth.RefreshView.as_view()),
    path("api/auth/logout", auth.LogoutView.as_view()),
    path("api/auth/requestPasswordReset", auth.ResetRequestView.as_view()),
    path("api/auth/resetPassword", auth.ResetView.as_view()),
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
    path("api/config", startup.ConfigView.as_view()),
    path("api/banner", startup.BannerView.as_view()),
    path("api/roles/<str:name>", startup.RoleView.as_view()),
]
