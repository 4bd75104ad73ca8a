"""What can be done with a prompt: describe, add versions, put into production, delete."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from conversations.access import prompt_get, prompt_group_get
from conversations.models import DeletedItem, Prompt
from conversations.services.bin import bin_restore
from conversations.services.prompt_groups import prompt_group_change, prompt_group_delete
from conversations.services.prompt_versions import (
    prompt_version_add,
    prompt_version_delete,
    prompt_version_publish,
)
from conversations.web.library import prompt_shown, reader
from conversations.web.library_forms import OPTIONAL, DetailsForm, TextForm
from conversations.web.pages import page
from librechat.kernel.errors import InvalidInputError, NotFoundError


@require_POST
@page
def details(request: HttpRequest, prompt_group_id: str) -> HttpResponse:
    """Change what a prompt is called and found by."""
    user = reader(request, "CREATE")
    group = prompt_group_get(user, prompt_group_id, "edit")
    form = DetailsForm(request.POST, initial={"category": group.category})
    if not form.is_valid():
        return prompt_shown(request, group, user, details=form)
    fields = {name: form.cleaned_data[name] for name in ("name", *OPTIONAL)}
    prompt_group_change(group=group, **fields)
    messages.success(request, _("Prompt saved"))
    return redirect("library_prompt", group.pk)


@require_POST
@page
def version_add(request: HttpRequest, prompt_group_id: str) -> HttpResponse:
    """Save a text as a further version, and put it into production when that is asked."""
    user = reader(request)
    group = prompt_group_get(user, prompt_group_id, "edit")
    form = TextForm(request.POST)
    if not form.is_valid():
        return prompt_shown(request, group, user, text=form)
    try:
        version = prompt_version_add(group=group, user=user, text=form.cleaned_data["prompt"])
    except InvalidInputError as refused:
        form.add_error("prompt", refused.message)
        return prompt_shown(request, group, user, text=form)
    if request.POST.get("publish") == "1":
        reader(request, "CREATE")
        prompt_version_publish(version=version)
        messages.success(request, _("Saved, and in production"))
    else:
        messages.success(request, _("Version saved"))
    return redirect("library_prompt", group.pk)


@require_POST
@page
def version_publish(request: HttpRequest, prompt_group_id: str, prompt_id: str) -> HttpResponse:
    """Put a version into production."""
    version = _version(request, prompt_group_id, prompt_id, "edit")
    prompt_version_publish(version=version)
    messages.success(request, _("This version is in production"))
    return redirect("library_prompt", prompt_group_id)


@require_POST
@page
def version_delete(request: HttpRequest, prompt_group_id: str, prompt_id: str) -> HttpResponse:
    """Delete a version; a toast offers the way back."""
    version = _version(request, prompt_group_id, prompt_id, "delete")
    item = prompt_version_delete(version=version, user=reader(request))
    if item.kind == DeletedItem.Kind.PROMPT_GROUP:
        return _gone(request, item, _("Prompt deleted"), reverse("library"))
    here = reverse("library_prompt", args=[prompt_group_id])
    return _gone(request, item, _("Version deleted"), here)


@require_POST
@page
def delete(request: HttpRequest, prompt_group_id: str) -> HttpResponse:
    """Delete a prompt; a toast offers the way back."""
    user = reader(request, "CREATE")
    group = prompt_group_get(user, prompt_group_id, "delete")
    item = prompt_group_delete(group=group, user=user)
    return _gone(request, item, _("Prompt deleted"), reverse("library"))


@require_POST
@page
def restore(request: HttpRequest, item_id: str) -> HttpResponse:
    """Take a deletion back."""
    item = bin_restore(user=reader(request), item_id=item_id)
    if item.kind == DeletedItem.Kind.PROMPT_GROUP:
        return redirect("library_prompt", item.source_id)
    if item.kind == DeletedItem.Kind.PROMPT:
        return redirect("library_prompt", item.content["group"])
    return redirect("library")


def _version(request: HttpRequest, group_id: str, prompt_id: str, right: str) -> Prompt:
    version = prompt_get(reader(request, "CREATE"), prompt_id, right)
    if version.group_id != group_id:
        raise NotFoundError(_("This prompt does not exist."))
    return version


def _gone(request: HttpRequest, item: DeletedItem, text: str, target: str) -> HttpResponse:
    messages.info(request, text, extra_tags=f"undo:{reverse('library_restore', args=[item.pk])}")
    return redirect(target)
