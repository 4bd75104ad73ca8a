"""The banner over the pages: which one, writing it, and closing it."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Banner, User
from accounts.services.audit import Act, Target, audit_record
from librechat.kernel.errors import InvalidInputError

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


@dataclass(frozen=True, slots=True)
class Wording:
    """What a banner says, from when to when (None: for good), to whom."""

    message: str
    display_from: datetime
    display_to: datetime | None = None
    is_public: bool = False
    is_persistent: bool = False


@transaction.atomic
def banner_write(*, wording: Wording) -> Banner:
    """Let the newest banner say this, or make the first one.

    Raises:
        InvalidInputError: it says nothing, or ends before it begins; nothing was changed.
    """
    if not wording.message.strip():
        raise InvalidInputError(_("The banner has no message. Nothing was changed."))
    if wording.display_to is not None and wording.display_to <= wording.display_from:
        raise InvalidInputError(_("The banner would end before it begins. Nothing was changed."))
    banner = Banner.objects.first()
    action = "banner.changed" if banner else "banner.added"
    banner = banner or Banner()
    banner.message = wording.message
    banner.display_from, banner.display_to = wording.display_from, wording.display_to
    banner.is_public, banner.is_persistent = wording.is_public, wording.is_persistent
    banner.save()
    _record(banner, action)
    transaction.on_commit(banners_changed)
    return banner


@transaction.atomic
def banners_delete() -> int:
    """Take every banner away and return how many there were."""
    there = list(Banner.objects.all())
    for banner in there:
        _record(banner, "banner.removed")
        banner.delete()
    transaction.on_commit(banners_changed)
    return len(there)


def _record(banner: Banner, action: str) -> None:
    target = Target("banner", banner.pk, str(banner))
    told = {"message": banner.message}
    audit_record(Act(category="config", action=action, target=target, metadata=told))


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
