"""What the message box of a page shows and sends."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import uuid4

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from agents.llm import available
from agents.llm.available import PickerGroup
from conversations.models import Conversation
from conversations.queries.views import ThreadView
from conversations.web.beginnings import Beginning
from conversations.web.pages import person
from conversations.web.specs import SpecChoice, models_beside_specs, spec_for_new, spec_named
from librechat.kernel.ids import NO_PARENT

DEMO = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    """The form; ``problem`` is why the last send was refused, its text is kept.

    ``parameters``: JSON of what a send by script has to repeat beside the message.
    ``project_id``, ``preset_id``: what a new chat begins in and with.
    """

    action: str
    endpoint: str
    model: str
    spec: str
    model_label: str
    placeholder: str
    reply_placeholder: str
    models_url: str
    picker_url: str
    api_url: str = "/api/agents/chat/"
    stop_url: str = ""
    parent_message_id: str = NO_PARENT
    client_request_id: str = ""
    generation_id: str = ""
    parameters: str = "{}"
    is_temporary: bool = False
    project_id: str = ""
    preset_id: str = ""
    autofocus: bool = False
    text: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A model, by what it is called and what it is sent as."""

    endpoint: str
    model: str
    label: str
    spec: str = ""

    @classmethod
    def of_spec(cls, spec: SpecChoice) -> "Choice":
        """Return the model of a preset, under the preset's name."""
        return cls(spec.endpoint, spec.model, spec.label, spec.name)

    @property
    def invitation(self) -> str:
        """What an empty box below a conversation says."""
        return _("Message %(model)s") % {"model": self.label}

    @property
    def is_demo(self) -> bool:
        """Whether nothing but the offline demo is there to answer."""
        return self.endpoint == DEMO


def composer_for_chat(
    request: HttpRequest,
    thread: ThreadView,
    *,
    text: str = "",
    problem: str = "",
) -> Composer:
    """Return the composer below a conversation."""
    conversation = thread.conversation
    chosen = choice(request, conversation)
    chat = reverse("chat", args=[conversation.conversation_id])
    query = urlencode({"conversation": conversation.conversation_id})
    return Composer(
        action=chat,
        endpoint=chosen.endpoint,
        model=chosen.model,
        spec=chosen.spec,
        model_label=chosen.label,
        placeholder=chosen.invitation,
        reply_placeholder=chosen.invitation,
        models_url=f"{reverse('models')}?{query}",
        picker_url=f"{reverse('picker_fragment')}?{query}",
        stop_url=f"{chat}/stop",
        parent_message_id=thread.leaf_id or NO_PARENT,
        client_request_id=str(uuid4()),
        generation_id=thread.running_generation_id,
        parameters=_parameters(conversation),
        is_temporary=conversation.is_temporary,
        text=text,
        problem=problem,
    )


def composer_for_new(
    request: HttpRequest,
    chosen: Choice,
    *,
    beginning: Beginning,
    text: str = "",
    problem: str = "",
) -> Composer:
    """Return the composer of the landing page."""
    is_temporary = wants_temporary(request)
    kept = {"temporary": "1"} if is_temporary else {}
    query = urlencode({**kept, **beginning.fields})
    new = reverse("chat_new")
    return Composer(
        action=f"{new}?{query}" if query else new,
        endpoint=chosen.endpoint,
        model=chosen.model,
        spec=chosen.spec,
        model_label=chosen.label,
        placeholder=_("Ask anything"),
        reply_placeholder=chosen.invitation,
        models_url=f"{reverse('models')}?{query}",
        picker_url=f"{reverse('picker_fragment')}?{query}",
        stop_url=f"{new}/stop",
        client_request_id=str(uuid4()),
        is_temporary=is_temporary,
        parameters=json.dumps(beginning.parameters),
        project_id=beginning.project_id,
        preset_id=beginning.preset_id,
        autofocus=True,
        text=text or request.GET.get("prompt", ""),
        problem=problem,
    )


def _parameters(conversation: Conversation) -> str:
    named = {"agent_id": conversation.agent_id} if conversation.agent_id else {}
    return json.dumps({**conversation.parameters, **named})


def wants_temporary(request: HttpRequest) -> bool:
    """Whether the address, or the form, asks for a temporary chat."""
    return "1" in {request.GET.get("temporary"), request.POST.get("is_temporary")}


def choice(request: HttpRequest, conversation: Conversation | None = None) -> Choice:
    """Return the model of the next turn: the address's, else the chat's last."""
    endpoint, model = request.GET.get("endpoint", ""), request.GET.get("model", "")
    spec = request.GET.get("spec", "")
    if not model and not spec and conversation is not None:
        endpoint, model, spec = conversation.endpoint, conversation.model, conversation.spec
    preset = spec_named(person(request), spec)
    if preset is not None:
        return Choice.of_spec(preset)
    return Choice(endpoint, model, model or endpoint or _("Choose a model"))


def choice_for_new(
    request: HttpRequest,
    groups: list[PickerGroup],
    last: Conversation | None,
    beginning: Beginning,
) -> Choice:
    """Return the model of a new chat.

    The address's, that of what it begins with, the default, the last used, the first.
    """
    asked = choice(request)
    if asked.spec:
        return asked
    if asked.model:
        return _offered(groups, asked) or asked
    user = person(request)
    begun = _begun(user, groups, beginning)
    preset = spec_for_new(user, is_first=last is None)
    preset = preset or spec_named(user, last.spec if last else "")
    if begun is None and preset is not None:
        begun = Choice.of_spec(preset)
    if begun is not None:
        return begun
    if last is not None:
        used = _offered(groups, Choice(last.endpoint, last.model, last.model))
        if used is not None:
            return used
    for group in sorted(groups, key=lambda group: group.needs_key):
        for model in group.models:
            return Choice(group.endpoint, model.id, model.label)
    return asked


def _begun(user: User, groups: list[PickerGroup], beginning: Beginning) -> Choice | None:
    """Return the model of a project or preset, None where it names none that is offered."""
    preset = spec_named(user, beginning.spec)
    if preset is not None:
        return Choice.of_spec(preset)
    if not beginning.model:
        return None
    return _offered(groups, Choice(beginning.endpoint, beginning.model, beginning.model))


def _offered(groups: list[PickerGroup], wanted: Choice) -> Choice | None:
    for group in groups:
        if wanted.endpoint not in {"", group.endpoint}:
            continue
        for model in group.models:
            if model.id == wanted.model:
                return Choice(group.endpoint, model.id, model.label)
    return None


def offered(request: HttpRequest) -> list[PickerGroup]:
    """Return the models this person can choose from, beside the operator's presets."""
    return offered_to(person(request))


def offered_to(user: User) -> list[PickerGroup]:
    """Return the same for a person."""
    return models_beside_specs(user, available.picker_for(user))
