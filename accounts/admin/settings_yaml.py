"""All overrides of a receiver as one YAML text: to take along, and to bring in."""

from collections.abc import Mapping

import yaml
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access.override_secrets import masked
from accounts.access.override_tree import SECTIONS
from accounts.admin.asking import actor_of
from accounts.admin.rights import may
from accounts.admin.settings_asking import MANAGE, address_of, ask
from accounts.admin.settings_form import SEPARATOR
from accounts.admin.settings_lines import nearest
from accounts.admin.settings_scope import Scope, scope_of
from accounts.auth.step_up import step_up_check
from accounts.errors import InvalidOverrideError
from accounts.limits.caller import Caller
from accounts.services.audit import Act, Target, audit_record
from accounts.services.override_checks import override_check
from accounts.services.overrides import Proposal
from librechat.kernel.yaml_config import ConfigError, reading
from librechat.kernel.yaml_config.report import spelled

READ = "read:configs"
NAME = "YAML"
MAX_CHARACTERS = 400_000
INVALID = 422


@require_http_methods(["GET", "HEAD", "POST"])
def settings_yaml(request: HttpRequest) -> HttpResponse:
    """Show or hand out the overrides as YAML; a text that is posted is compared and asked about."""
    if not may(request, READ):
        raise PermissionDenied
    scope = scope_of(request.GET)
    if request.method == "POST":
        if not any(may(request, f"{MANAGE}:{name}") for name in SECTIONS):
            raise PermissionDenied
        return _compared(request, scope)
    if "download" in request.GET:
        return _download(request, scope)
    return _page(request, scope, overrides_yaml(scope), [])


def _download(request: HttpRequest, scope: Scope) -> HttpResponse:
    step_up_check(request)
    whose = scope.whose
    act = Act(
        category="config",
        action="config.exported",
        actor=actor_of(request),
        target=Target(whose.kind.value, whose.id, scope.label),
        caller=Caller.of(request),
    )
    audit_record(act)
    answer = HttpResponse(overrides_yaml(scope), content_type="application/yaml")
    name = slugify(f"settings-{scope.label}") or "settings"
    answer["Content-Disposition"] = f'attachment; filename="{name}.yaml"'
    return answer


def overrides_yaml(scope: Scope) -> str:
    """Return the overrides in the layout of librechat.yaml, secrets as ``***``."""
    shown = masked(scope.own.overrides) if scope.own else {}
    ordered = {name: shown[name] for name in SECTIONS if name in shown}
    body = yaml.safe_dump(ordered, allow_unicode=True, sort_keys=False) if ordered else ""
    gone = scope.own.tombstones if scope.own else []
    return "".join(f"# {path} is taken away\n" for path in gone) + body


def proposal_read(scope: Scope, text: str) -> tuple[Proposal, list[str]]:
    """Return what a YAML text makes of the overrides, and what is wrong with it, with lines.

    What is taken away stays as it is, but for what the text sets.
    """
    version = scope.own.version if scope.own else 0
    gone = list(scope.own.tombstones) if scope.own else []
    stored: Mapping[str, object] = scope.own.overrides if scope.own else {}
    if len(text) > MAX_CHARACTERS:
        return Proposal({}, gone, version), [_("The text is too long. Nothing was changed.")]
    try:
        found, lines = reading.parse(text, NAME)
    except ConfigError as exc:
        return Proposal({}, gone, version), [str(exc)]
    found.pop("version", None)  # of the schema, in a whole librechat.yaml
    known = {spelled(path): line for path, line in lines.items() if path}
    problems = [
        _("%(path)s: only %(sections)s can be overridden.")
        % {"path": name, "sections": ", ".join(SECTIONS)}
        for name in found
        if name not in SECTIONS
    ]
    if not problems:
        try:
            found = override_check(found, gone, before=stored)
        except InvalidOverrideError as exc:
            given = exc.data.get("problems")
            whole = given if isinstance(given, list) else [exc.message]
            problems = [part for one in whole for part in SEPARATOR.split(str(one))]
    return Proposal(found, gone, version), [_numbered(one, known) for one in problems]


def _compared(request: HttpRequest, scope: Scope) -> HttpResponse:
    text = request.POST.get("text", "").replace("\r\n", "\n")
    proposal, problems = proposal_read(scope, text)
    if problems:
        return _page(request, scope, text, problems)
    own = scope.own
    if proposal.overrides == (own.overrides if own else {}):
        messages.info(request, _("Nothing is different. Nothing was changed."))
        return redirect(address_of(scope))
    return ask(request, scope, proposal)


def _numbered(problem: str, lines: dict[str, int]) -> str:
    line = nearest(problem.partition(": ")[0], lines)
    said = {"line": line, "problem": problem}
    return _("Line %(line)d: %(problem)s") % said if line else problem


def _page(request: HttpRequest, scope: Scope, text: str, problems: list[str]) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Settings as YAML"),
        "scope": scope,
        "text": text,
        "problems": problems,
        "index": address_of(scope),
        "may_change": any(may(request, f"{MANAGE}:{name}") for name in SECTIONS),
    }
    template = "admin/accounts/settings_yaml.html"
    return TemplateResponse(request, template, context, status=INVALID if problems else 200)
