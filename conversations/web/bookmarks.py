"""Bookmarks: their order, names and counts, and what the list can be narrowed to."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access.permissions import role_allows, role_require
from accounts.models import User
from conversations.models import Tag
from conversations.queries.projects import ProjectQuery, project_page
from conversations.queries.tags import tags_counted
from conversations.services.tags import tag_change, tag_create, tag_delete
from conversations.web.organise_forms import BookmarkForm, project_choices
from conversations.web.pages import page, person, sent, wants_fragment
from conversations.web.sidebar import sidebar
from librechat.kernel.errors import ConflictError, InvalidInputError, NotFoundError

PAGE_SIZE = 50
PROJECTS = 50
INVALID = 422


@require_http_methods(["GET", "POST"])
@page
def bookmarks(request: HttpRequest) -> HttpResponse:
    """List the bookmarks in their order, and make one."""
    user = _reader(request)
    form = BookmarkForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            tag_create(
                user=user,
                tag=form.cleaned_data["name"],
                description=form.cleaned_data["description"],
            )
        except InvalidInputError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("Bookmark saved"))
            return redirect("bookmarks")
    tags = tags_counted(user)
    context = {
        "sidebar": sidebar(request),
        "current_page": "bookmarks",
        "tags": Paginator(tags, PAGE_SIZE).get_page(request.GET.get("page")),
        "last_position": len(tags) - 1,
        "form": form,
    }
    status = INVALID if form.errors else 200
    return render(request, "conversations/organise/bookmarks.html", context, status=status)


@require_http_methods(["GET", "POST"])
@page
def bookmark(request: HttpRequest, tag_id: str) -> HttpResponse:
    """Show one bookmark, and rename or describe it."""
    tag = _tag(_reader(request), tag_id)
    form = BookmarkForm(
        sent(request),
        initial={"name": tag.tag, "description": tag.description},
    )
    if request.method == "POST" and form.is_valid():
        try:
            tag_change(
                tag=tag,
                name=form.cleaned_data["name"],
                description=form.cleaned_data["description"],
            )
        except (InvalidInputError, ConflictError) as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("Bookmark saved"))
            return redirect("bookmarks")
    context = {
        "sidebar": sidebar(request),
        "current_page": "bookmarks",
        "tag": tag,
        "form": form,
    }
    status = INVALID if form.errors else 200
    return render(request, "conversations/organise/bookmark.html", context, status=status)


@require_POST
@page
def order(request: HttpRequest, tag_id: str) -> HttpResponse:
    """Move a bookmark one place up or down."""
    tag = _tag(_reader(request), tag_id)
    step = -1 if request.POST.get("to") == "up" else 1
    tag_change(tag=tag, position=max(0, tag.position + step))
    return redirect("bookmarks")


@require_POST
@page
def delete(request: HttpRequest, tag_id: str) -> HttpResponse:
    """Delete a bookmark; its chats stay, and a toast offers the way back."""
    item = tag_delete(tag=_tag(_reader(request), tag_id))
    undo = reverse("bin_restore", args=[item.kind, item.pk])
    messages.info(request, _("Bookmark deleted. Its chats are kept."), f"undo:{undo}?to=bookmarks")
    return redirect("bookmarks")


@require_GET
@page
def filters(request: HttpRequest) -> HttpResponse:
    """Offer the bookmarks and projects the list can be narrowed to."""
    user = person(request)
    context: dict[str, Any] = {
        "tags": tags_counted(user) if role_allows(user, "BOOKMARKS", "USE") else [],
        "projects": project_page(user, ProjectQuery(limit=PROJECTS)).projects,
    }
    if wants_fragment(request):
        return render(request, "conversations/organise/_filters.html", context)
    context["sidebar"] = sidebar(request)
    return render(request, "conversations/organise/filters.html", context)


@require_GET
@page
def choices(request: HttpRequest, act: str) -> HttpResponse:
    """Return the form that asks where many chosen chats go: ``move`` or ``tag``."""
    user = person(request)
    context: dict[str, Any] = {"act": act}
    if act == "move":
        context["projects"] = project_choices(user)
    elif act == "tag":
        role_require(user, "BOOKMARKS", "USE")
        context["tags"] = tags_counted(user)
    else:
        raise NotFoundError(_("There is no such choice."))
    return render(request, "conversations/organise/_choices.html", context)


def _reader(request: HttpRequest) -> User:
    user = person(request)
    role_require(user, "BOOKMARKS", "USE")
    return user


def _tag(user: User, tag_id: str) -> Tag:
    tag = Tag.objects.visible_to(user).filter(pk=tag_id).first()
    if tag is None:
        raise NotFoundError(_("This bookmark does not exist."))
    return tag
