"""Actions that ask before they do something."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_stubs_ext import StrOrPromise
from unfold.admin import ModelAdmin

from accounts.auth.step_up import step_up_check
from accounts.models import User
from librechat.kernel.errors import AppError, ForbiddenError

SHOWN = 50
Given = Mapping[str, Any]
Work = Callable[[ModelAdmin, HttpRequest, "QuerySet[Any]", Given], HttpResponse | None]
Words = StrOrPromise
Action = Callable[[ModelAdmin, HttpRequest, "QuerySet[Any]"], HttpResponse | None]


def asks(
    title: Words,
    explanation: Words,
    *,
    form_class: type[forms.Form] = forms.Form,
    is_sensitive: bool = False,
) -> Callable[[Work], Action]:
    """Return a decorator: the work is done once the page that explains it was confirmed.

    form_class: what else the page asks for; the work gets its cleaned values.
    is_sensitive: it wants a proof of identity of the last five minutes, before it asks.
    """

    def decorate(work: Work) -> Action:
        def action(
            desk: ModelAdmin,
            request: HttpRequest,
            chosen: "QuerySet[Any]",
        ) -> HttpResponse | None:
            if is_sensitive:
                step_up_check(request)
            form = form_class(request.POST if "confirmed" in request.POST else None)
            if form.is_valid():
                return work(desk, request, chosen, form.cleaned_data)
            words = {"title": title, "explanation": explanation, "form": form}
            return _page(desk, request, chosen, words)

        action.__name__ = getattr(work, "__name__", "action")
        action.__doc__ = work.__doc__
        return admin.action(description=title)(action)

    return decorate


def _page(
    desk: ModelAdmin,
    request: HttpRequest,
    chosen: "QuerySet[Any]",
    words: Mapping[str, object],
) -> HttpResponse:
    count = chosen.count()
    context = {
        **desk.admin_site.each_context(request),
        **words,
        "opts": desk.opts,
        "shown": list(chosen[:SHOWN]),
        "hidden_count": max(0, count - SHOWN),
        "selected": request.POST.getlist("_selected_action"),
        "select_across": request.POST.get("select_across", "0"),
        "action_name": request.POST.get("action", ""),
        "back": request.get_full_path(),
    }
    return TemplateResponse(request, "admin/accounts/confirm.html", context)


def each(
    desk: ModelAdmin,
    request: HttpRequest,
    chosen: "QuerySet[Any]",
    work: Callable[[Any], object],
) -> None:
    """Do something to every object chosen, and say to how many; a refusal spares only its own."""
    done = 0
    for one in chosen:
        try:
            work(one)
        except AppError as exc:
            desk.message_user(request, f"{one}: {exc.message}", messages.ERROR)
        else:
            done += 1
    if done:
        text = ngettext("Done for %(count)d.", "Done for %(count)d.", done) % {"count": done}
        desk.message_user(request, text, messages.SUCCESS)


def actor_of(request: HttpRequest) -> User:
    """Return the administrator.

    Raises:
        ForbiddenError: nobody; the admin itself lets nobody else in.
    """
    if not isinstance(request.user, User):
        raise ForbiddenError(_("Nobody is signed in."))
    return request.user


def not_oneself(request: HttpRequest, user: User) -> None:
    """Pass when a person is somebody else than the administrator.

    Raises:
        ForbiddenError: it is the same.
    """
    if user == request.user:
        raise ForbiddenError(_("You cannot do this to yourself."))
