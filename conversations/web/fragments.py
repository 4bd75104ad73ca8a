"""Pieces of pages that scripts ask for; never linked."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access.permissions import role_allows
from agents.llm.available import PickerModel
from conversations.access import conversation_get, message_get
from conversations.models import Conversation
from conversations.queries.thread import message_in_thread, thread_view
from conversations.web.composer import Choice, choice, offered, wants_temporary
from conversations.web.pages import page, person
from conversations.web.sidebar import sidebar
from conversations.web.specs import SpecChoice, specs_offered

OLDER_PAGE = 60
THOUSAND = 1_000


@dataclass(frozen=True, slots=True)
class Option:
    """A row of the model picker."""

    id: str
    label: str
    url: str
    note: str
    is_selected: bool
    endpoint: str
    spec: str = ""


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """The models of one endpoint."""

    endpoint: str
    label: str
    needs_key: bool
    models: tuple[Option, ...]


@require_GET
@page
def rows(request: HttpRequest) -> HttpResponse:
    """Return the next page of the sidebar."""
    return render(request, "conversations/_rows.html", {"rows": sidebar(request)})


@require_GET
@page
def thread(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Return a page of a branch: the messages above ``before``, or its end."""
    conversation = conversation_get(person(request), conversation_id)
    before = request.GET.get("before", "")
    shown = thread_view(
        conversation,
        leaf_id=request.GET.get("leaf", ""),
        before=before,
        limit=OLDER_PAGE,
    )
    context = {"thread": shown, "near_count": 0 if before else 10}
    return render(request, "conversations/_thread.html", context)


@require_GET
@page
def message(request: HttpRequest, conversation_id: str, message_id: str) -> HttpResponse:
    """Return one article."""
    found = message_get(person(request), conversation_id, message_id)
    context = {"message": message_in_thread(found), "is_near": True}
    return render(request, "conversations/_message.html", context)


@require_GET
@page
def message_edit_form(request: HttpRequest, conversation_id: str, message_id: str) -> HttpResponse:
    """Return the form that takes the place of a message while it is edited."""
    found = message_get(person(request), conversation_id, message_id)
    return render(request, "conversations/_edit.html", {"message": message_in_thread(found)})


@require_GET
@page
def picker(request: HttpRequest) -> HttpResponse:
    """Return the options of the model picker."""
    conversation = _conversation(request)
    context = {
        "groups": _groups(request, conversation),
        "can_compare": role_allows(person(request), "MULTI_CONVO", "USE"),
    }
    return render(request, "conversations/_picker.html", context)


@require_GET
@page
def models(request: HttpRequest) -> HttpResponse:
    """Show the same options as a page, for those without JavaScript."""
    conversation = _conversation(request)
    context = {
        "sidebar": sidebar(request),
        "groups": _groups(request, conversation),
        "chat_url": _chat_url(conversation),
    }
    return render(request, "conversations/models.html", context)


def _conversation(request: HttpRequest) -> Conversation | None:
    conversation_id = request.GET.get("conversation", "")
    return conversation_get(person(request), conversation_id) if conversation_id else None


def _chat_url(conversation: Conversation | None) -> str:
    if conversation is None:
        return reverse("chat_new")
    return reverse("chat", args=[conversation.conversation_id])


def _groups(request: HttpRequest, conversation: Conversation | None) -> list[OptionGroup]:
    chosen = choice(request, conversation)
    base = _chat_url(conversation)
    extra = {"temporary": "1"} if wants_temporary(request) else {}
    extra |= {name: request.GET[name] for name in ("project", "preset") if name in request.GET}

    def option(endpoint: str, model: PickerModel) -> Option:
        query = urlencode({"endpoint": endpoint, "model": model.id, **extra})
        return Option(
            id=model.id,
            label=model.label,
            url=f"{base}?{query}",
            note=_note(model),
            is_selected=not chosen.spec and (endpoint, model.id) == (chosen.endpoint, chosen.model),
            endpoint=endpoint,
        )

    return _presets(specs_offered(person(request)), base, extra, chosen) + [
        OptionGroup(
            endpoint=group.endpoint,
            label=group.label,
            needs_key=group.needs_key,
            models=tuple(option(group.endpoint, model) for model in group.models),
        )
        for group in offered(request)
    ]


def _presets(
    specs: list[SpecChoice],
    base: str,
    extra: dict[str, str],
    chosen: Choice,
) -> list[OptionGroup]:
    """Return the operator's presets as the first group, if there are any."""
    options = tuple(
        Option(
            id=spec.model,
            label=spec.label,
            url=f"{base}?{urlencode({'spec': spec.name, **extra})}",
            note=spec.note,
            is_selected=spec.name == chosen.spec,
            endpoint=spec.endpoint,
            spec=spec.name,
        )
        for spec in specs
        if spec.in_menu
    )
    return [OptionGroup("", _("Presets"), needs_key=False, models=options)] if options else []


def _note(model: PickerModel) -> str:
    """Return "128k · $2.50 / $10" as far as it is known."""
    pieces = []
    if model.context_window:
        pieces.append(_("%(n)sk") % {"n": model.context_window // THOUSAND})
    if model.price_in is not None and model.price_out is not None:
        pieces.append(f"${_price(model.price_in)} / ${_price(model.price_out)}")
    return " · ".join(pieces)


def _price(dollars: float) -> str:
    return number_format(dollars, decimal_pos=0 if dollars == int(dollars) else 2)
