"""The page that shows what a change of settings changes, and stores it once it is confirmed."""

import json

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access.override_tree import SECTIONS
from accounts.admin.asking import actor_of
from accounts.admin.rights import may
from accounts.admin.settings_diff import proposal_differences
from accounts.admin.settings_scope import Scope, scope_for
from accounts.limits.caller import Caller
from accounts.models import PrincipalType
from accounts.services.override_rows import State, sections_between
from accounts.services.overrides import For, Proposal, override_replace
from librechat.kernel import secrets
from librechat.kernel.errors import AppError, InvalidInputError

PURPOSE = "settings"
MANAGE = "manage:configs"
MAX_NOTE = 300


def ask(
    request: HttpRequest,
    scope: Scope,
    proposal: Proposal,
    *,
    section: str = "",
) -> HttpResponse:
    """Show before and after, and ask. section: the page to come back to; blank for the overview."""
    sections_check(request, scope, proposal)
    context = {
        **admin.site.each_context(request),
        "title": _("Change these settings?"),
        "scope": scope,
        "section": section,
        "differences": proposal_differences(scope, proposal),
        "is_off": scope.own is not None and not scope.own.is_active,
        "token": _sealed(request, scope, proposal, section),
        "back": address_of(scope, section),
        "max_note": MAX_NOTE,
    }
    return TemplateResponse(request, "admin/accounts/settings_confirm.html", context)


@require_POST
def settings_confirm(request: HttpRequest) -> HttpResponse:
    """Store what was shown."""
    if not any(may(request, f"{MANAGE}:{name}") for name in SECTIONS):
        raise PermissionDenied
    scope, proposal, section = _opened(request, request.POST.get("token", ""))
    sections_check(request, scope, proposal)
    try:
        override_replace(
            whose=scope.whose,
            proposal=proposal,
            actor=actor_of(request),
            caller=Caller.of(request),
            note=request.POST.get("note", "").strip()[:MAX_NOTE],
        )
    except AppError as exc:
        messages.error(request, exc.message)
    else:
        text = _("The settings of %(whose)s are changed.") % {"whose": scope.label}
        messages.success(request, text)
    return redirect(address_of(scope, section))


def sections_check(request: HttpRequest, scope: Scope, proposal: Proposal) -> None:
    """Pass when the administrator may change every section that differs.

    Raises:
        PermissionDenied: not all of them.
    """
    own = scope.own
    before: State = {"overrides": own.overrides, "tombstones": own.tombstones} if own else None
    after: State = {"overrides": proposal.overrides, "tombstones": [*proposal.tombstones]}
    touched = sections_between(before, after)
    if not may(request, *([f"{MANAGE}:{name}" for name in touched] or [MANAGE])):
        raise PermissionDenied


def address_of(scope: Scope, section: str = "") -> str:
    """Return the address of a section's page, or of the overview, for a receiver."""
    here = reverse("admin:settings_section", args=[section]) if section else _index()
    return f"{here}?{scope.query}" if scope.query else here


def _index() -> str:
    return reverse("admin:settings")


def _sealed(request: HttpRequest, scope: Scope, proposal: Proposal, section: str) -> str:
    """Return a proposal for the page to carry: nobody reads the secrets in it or changes it."""
    carried = {
        "purpose": PURPOSE,
        "actor": actor_of(request).pk,
        "kind": scope.whose.kind.value,
        "id": scope.whose.id,
        "overrides": proposal.overrides,
        "tombstones": list(proposal.tombstones),
        "version": proposal.version,
        "section": section,
    }
    return secrets.encrypt(json.dumps(carried))


def _opened(request: HttpRequest, token: str) -> tuple[Scope, Proposal, str]:
    try:
        carried = json.loads(secrets.decrypt(token))
    except (secrets.UnreadableSecretError, ValueError):
        carried = None
    is_ours = isinstance(carried, dict) and carried.get("purpose") == PURPOSE
    if not is_ours or carried["actor"] != actor_of(request).pk:
        raise InvalidInputError(
            _("This confirmation is not good any more. Nothing was changed: change it again."),
        )
    whose = For(PrincipalType(carried["kind"]), carried["id"])
    proposal = Proposal(carried["overrides"], carried["tombstones"], carried["version"])
    return scope_for(whose), proposal, carried["section"]
