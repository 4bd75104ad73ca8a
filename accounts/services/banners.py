"""The banner over the pages: which one, and closing it."""

from django.core.cache import cache

from accounts.models import Banner, User

CACHED = "accounts:banners"
CACHED_SECONDS = 30  # another process shows a new banner this late at most
CLOSED = "closedBanner"  # among a person's preferences
CLOSED_COOKIE = "closed_banner"  # of somebody who is not signed in


def banner_current(user: User | None) -> Banner | None:
    """Return the newest banner for a person, or for visitors."""
    rows = cache.get_or_set(CACHED, lambda: list(Banner.objects.shown_now()), CACHED_SECONDS)
    return next((banner for banner in rows or () if user or banner.is_public), None)


def banners_changed() -> None:
    """Show what is stored now; called after every write."""
    cache.delete(CACHED)


def banner_is_closed(banner: Banner, *, user: User | None, cookie: str) -> bool:
    """Return whether somebody has closed this banner; a changed one is shown again."""
    closed = user.preferences.get(CLOSED, "") if user else cookie
    return not banner.is_persistent and closed == banner_mark(banner)


def banner_mark(banner: Banner) -> str:
    """Return what stands for this wording of a banner."""
    return f"{banner.pk}.{int(banner.updated_at.timestamp())}"


def banner_close(*, banner: Banner, user: User) -> None:
    """Keep a banner closed on all devices of a person."""
    fresh = User.objects.get(pk=user.pk)
    fresh.preferences = {**fresh.preferences, CLOSED: banner_mark(banner)}
    fresh.save(update_fields=["preferences", "updated_at"])
