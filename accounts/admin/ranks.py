"""Administrators and people who may do more: whoever manages people must not rise by it."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
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
    _each_ranked(desk, request, chosen, work, lambda user: user)


def each_owned(
    desk: ModelAdmin,
    request: HttpRequest,
    chosen: "QuerySet[Any]",
    work: Callable[[Any], object],
) -> None:
    """Do something to every row chosen; those of who may do more than the administrator stay.

    chosen: rows with a ``user``, which is looked up along; what belongs to nobody is not spared.
    """
    _each_ranked(desk, request, chosen.select_related("user"), work, lambda row: row.user)


def _each_ranked(
    desk: ModelAdmin,
    request: HttpRequest,
    chosen: "QuerySet[Any]",
    work: Callable[[Any], object],
    owner_of: Callable[[Any], User | None],
) -> None:
    actor = actor_of(request)

    def ranked(one: object) -> object:
        owner = owner_of(one)
        if owner is not None:
            person_rank_require(actor, owner)
        return work(one)

    each(desk, request, chosen, ranked)


def person_rank_require(actor: User, user: User) -> None:
    """Pass when the administrator may do whatever the other person may.

    Raises:
        ForbiddenError: the other may do more.
    """
    if not outranks(actor, user):
        raise ForbiddenError(_("This person may do what you may not. Nothing was changed."))
