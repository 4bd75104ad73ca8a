"""The settings in the admin: the sections of librechat.yaml, and a form for each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access.override_tree import SECTIONS
from accounts.admin.rights import may
from accounts.admin.settings_asking import MANAGE, address_of, ask, settings_confirm
from accounts.admin.settings_fields import Field, fields_in, label_of, section_group
from accounts.admin.settings_form import form_read, is_change
from accounts.admin.settings_scope import KINDS, Scope, scope_of
from accounts.admin.settings_values import SectionValues
from accounts.admin.settings_words import description_of
from accounts.admin.settings_yaml import settings_yaml
from accounts.models import Role
from librechat.kernel import yaml_config
from librechat.kernel.errors import NotFoundError

READ = "read:configs"
INVALID = 422
MOST_FOUND = 100
MOST_NAMES = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """A section on the overview; set_count: how many values are set for the receiver."""

    name: str
    label: str
    description: str
    address: str
    is_editable: bool
    is_given: bool
    set_count: int


@require_safe
def settings_index(request: HttpRequest) -> HttpResponse:
    """Show the sections, or the settings that a search finds."""
    readable = [name for name in yaml_config.section_names() if may(request, f"{READ}:{name}")]
    if not readable:
        raise PermissionDenied
    scope = _scope_or_everybody(request)
    sought = request.GET.get("q", "").strip()[:100]
    found = list(_found(readable, sought)) if sought else []
    context = {
        **_words(request, scope),
        "title": _("Settings"),
        "sections": [_listed(name, scope) for name in sorted(readable, key=_is_for_the_file)],
        "sought": sought,
        "found": [
            (one, address_of(scope, one.path.partition(".")[0])) for one in found[:MOST_FOUND]
        ],
        "may_read_all": may(request, READ),
    }
    return TemplateResponse(request, "admin/accounts/settings_index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def settings_section(request: HttpRequest, name: str) -> HttpResponse:
    """Show the form of a section, or ask whether what it says shall be."""
    if not may(request, f"{READ}:{name}"):
        raise PermissionDenied
    if name not in yaml_config.section_names():
        raise NotFoundError(_("There is no such section."))
    scope = scope_of(request.GET)
    values = SectionValues(name, scope)
    if request.method != "POST":
        return _form(request, values)
    if not (values.is_editable and may(request, f"{MANAGE}:{name}")):
        raise PermissionDenied
    return _posted(request, values)


def _posted(request: HttpRequest, values: SectionValues) -> HttpResponse:
    reading = form_read(values, request.POST.dict())
    if request.POST.get("version") != str(reading.proposal.version):
        text = _("Somebody else changed these settings in between. Nothing was changed.")
        reading.others.append(text)
    if not reading.is_good:
        typed = {**reading.typed}
        return _form(request, values, typed, (reading.problems, reading.others))
    if not is_change(values, reading.proposal):
        messages.info(request, _("Nothing is different. Nothing was changed."))
        return redirect(address_of(values.scope, values.name))
    return ask(request, values.scope, reading.proposal, section=values.name)


def _form(
    request: HttpRequest,
    values: SectionValues,
    typed: dict[str, str] | None = None,
    wrong: tuple[dict[str, str], list[str]] = ({}, []),
) -> HttpResponse:
    scope, (problems, others) = values.scope, wrong
    context = {
        **_words(request, scope),
        "title": label_of(values.name),
        "name": values.name,
        "description": description_of(values.name),
        "box": values.boxes(typed, problems),
        "version": scope.own.version if scope.own else 0,
        "is_off": scope.own is not None and not scope.own.is_active,
        "is_editable": values.is_editable,
        "may_change": values.is_editable and may(request, f"{MANAGE}:{values.name}"),
        "problems": problems,
        "others": others,
        "here": address_of(scope, values.name),
    }
    status = INVALID if problems or others else 200
    template = "admin/accounts/settings_section.html"
    return TemplateResponse(request, template, context, status=status)


def _words(request: HttpRequest, scope: Scope) -> dict[str, object]:
    """Return what every page of the settings shows."""
    roles = Role.objects.order_by("name").values_list("name", flat=True)[:MOST_NAMES]
    return {
        **admin.site.each_context(request),
        "scope": scope,
        "kinds": [(kind.value, kind.label) for kind in KINDS],
        "role_names": roles,
        "index": address_of(scope),
    }


def _scope_or_everybody(request: HttpRequest) -> Scope:
    """Return the chosen receiver; everybody, with a word of it, where there is none."""
    try:
        return scope_of(request.GET)
    except NotFoundError as exc:
        messages.error(request, exc.message)
        return scope_of({})


def _found(names: list[str], sought: str) -> Iterator[Field]:
    words = sought.lower().split()
    for name in names:
        for one in fields_in(section_group(name).entries):
            text = f"{one.path} {one.label} {one.description}".lower()
            if all(word in text for word in words):
                yield one


def _is_for_the_file(name: str) -> bool:
    return name not in SECTIONS


def _listed(name: str, scope: Scope) -> Listed:
    own = scope.own.overrides.get(name) if scope.own else None
    gone = [path for path in scope.own.tombstones if path.startswith(name)] if scope.own else []
    return Listed(
        name=name,
        label=label_of(name),
        description=description_of(name),
        address=address_of(scope, name),
        is_editable=name in SECTIONS,
        is_given=yaml_config.is_given(name),
        set_count=_count(own) + len(gone),
    )


def _count(tree: object) -> int:
    if isinstance(tree, dict):
        return sum(_count(item) for item in tree.values())
    return 0 if tree is None else 1


# Route below /admin/, view, name below ``admin:``.
pages: tuple[tuple[str, Callable[..., HttpResponseBase], str], ...] = (
    ("settings/", settings_index, "settings"),
    ("settings/confirm/", settings_confirm, "settings_confirm"),
    ("settings/yaml/", settings_yaml, "settings_yaml"),
    ("settings/section/<str:name>/", settings_section, "settings_section"),
)
