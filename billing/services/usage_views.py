"""Cuts through the usage that administrators keep."""

from urllib.parse import parse_qsl

from django.db.models import Q, QuerySet

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
    title = " ".join(name.split())
    if not title or len(title) > LONGEST_NAME:
        raise InvalidInputError("Give the view a name of at most 80 characters.")
    asked = dict(parse_qsl(query[:10_000], max_num_fields=MOST_FIELDS))
    kept = cut_parse(asked).query()
    view, _is_new = UsageView.objects.update_or_create(
        user=user,
        name=title,
        defaults={"query": kept[:1000], "is_shared": is_shared},
    )
    return view


def usage_view_delete(*, user: User, view_id: str) -> None:
    """Delete one of one's own views.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    deleted, _rows = UsageView.objects.filter(user=user, pk=view_id).delete()
    if not deleted:
        raise NotFoundError("There is no such view.")
