"""Administrators and people who may do more: whoever manages people must not rise by it."""

from collections.abc import Callable

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts.access.capabilities import outranks
from accounts.admin.asking import actor_of, each
from accounts.models import User
from librechat.kernel.errors import ForbiddenError


def each_person(
    desk: ModelAdmin,
    request: HttpRequest,
    chosen: QuerySet[User],
    work: Callable[[User], object],
) -> None:
    """Do something to every person chosen; who may do more than the administrator is spared."""
    actor = actor_of(request)

    def ranked(user: User) -> object:
        person_rank_require(actor, user)
        return work(user)

    each(desk, request, chosen, ranked)


def person_rank_require(actor: User, user: User) -> None:
    """Pass when the administrator may do whatever the other person may.

    Raises:
        ForbiddenError: the other may do more.
    """
    if not outranks(actor, user):
        raise ForbiddenError("This person may do what you may not. Nothing was changed.")
