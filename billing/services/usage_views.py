"""Cuts through the usage that administrators keep."""

from urllib.parse import parse_qsl

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from billing.models import UsageView
from billing.queries.usage_filters import cut_parse
from librechat.kernel.errors import InvalidInputError, NotFoundError

LONGEST_NAME = 80
MOST_FIELDS = 40


def usage_views_for(user: User) -> QuerySet[UsageView]:
    """Return the views a person made or others share."""
    return UsageView.objects.filter(Q(user=user) | Q(is_shared=True)).select_related("user")


def usage_view_save(*, user: User, name: str, query: str, is_shared: bool) -> UsageView:
    """Keep a cut under a name, over one's own of the same name; only what makes sense is kept.

    Raises:
        InvalidInputError: the name is empty or too long; nothing was changed.
    """
    title = _title(name)
    asked = dict(parse_qsl(query[:10_000], max_num_fields=MOST_FIELDS))
    kept = cut_parse(asked).query()
    view, _is_new = UsageView.objects.update_or_create(
        user=user,
        name=title,
        defaults={"query": kept[:1000], "is_shared": is_shared},
    )
    return view


def usage_view_rename(*, user: User, view_id: str, name: str, is_shared: bool) -> UsageView:
    """Call one of one's own views something else, and show it to others or not.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
        InvalidInputError: the name is empty, too long, or that of another of one's views.
    """
    with transaction.atomic():
        view = own_view(user=user, view_id=view_id)
        view.name, view.is_shared = usage_view_title(view, name), is_shared
        view.save(update_fields=["name", "is_shared"])
    return view


def usage_view_title(view: UsageView, name: str) -> str:
    """Return a name as it is kept.

    Raises:
        InvalidInputError: it is empty, too long, or that of another view of the owner.
    """
    title = _title(name)
    if UsageView.objects.filter(user=view.user_id, name=title).exclude(pk=view.pk).exists():
        raise InvalidInputError(_("Another view of yours has this name."))
    return title


def usage_view_delete(*, user: User, view_id: str) -> None:
    """Delete one of one's own views, and with it its mails.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    own_view(user=user, view_id=view_id).delete()


def own_view(*, user: User, view_id: str) -> UsageView:
    """Return one of one's own views.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    view = UsageView.objects.filter(user=user, pk=view_id).first()
    if view is None:
        raise NotFoundError(_("There is no such view."))
    return view


def _title(name: str) -> str:
    title = " ".join(name.split())
    if not title or len(title) > LONGEST_NAME:
        raise InvalidInputError(_("Give the view a name of at most 80 characters."))
    return title
