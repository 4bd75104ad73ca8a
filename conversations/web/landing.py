"""The start of a chat: greeting, message box, ways to begin."""

import re
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.overrides import effective
from accounts.config import InterfaceConfig
from accounts.models import User
from conversations.generation.refusals import may_be_temporary
from conversations.models import Conversation, Message
from conversations.queries.thread import text_of
from conversations.services.expiry import general_retention, temporary_retention
from conversations.web import moments
from conversations.web.beginnings import beginning_of
from conversations.web.composer import (
    choice_for_new,
    composer_for_new,
    offered,
    wants_temporary,
)
from conversations.web.expiry import until
from conversations.web.pages import person
from conversations.web.sidebar import sidebar
from conversations.web.specs import spec_named
from librechat.kernel import clock

CARDS = 3
TEASER = 160
NAME = "{{user.name}}"  # in the operator's welcome
# Fenced code, formulas, what begins a line, what marks a word.
MARKS = re.compile(
    r"```.*?(?:```|\Z)|\$\$.*?(?:\$\$|\Z)|^\s*(?:>|\#+|[-+*]|\d+\.|\|[-:| ]+$)\s*|[*_`~|]",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Starter:
    """A message to begin with."""

    icon: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """A recent chat, with the beginning of its last message."""

    url: str
    title: str
    text: str
    when: str


def landing(
    request: HttpRequest,
    *,
    text: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render the landing page; ``text`` and ``problem`` come from a refused send."""
    shown = sidebar(request)
    last = shown.conversations[0] if shown.conversations else None
    beginning = beginning_of(request)
    chosen = choice_for_new(request, offered(request), last, beginning)
    is_temporary = wants_temporary(request)
    new = reverse("chat_new")
    context = {
        "sidebar": shown,
        "current_page": "new",
        "composer": composer_for_new(
            request, chosen, beginning=beginning, text=text, problem=problem
        ),
        "beginning": beginning,
        "greeting": _greeting(request, chosen.spec),
        "can_be_temporary": may_be_temporary(person(request)),
        "is_temporary": is_temporary,
        "is_demo": chosen.is_demo,
        "temporary_url": new if is_temporary else f"{new}?temporary=1",
        "expires": _expires(request, is_temporary=is_temporary),
        "starters": starters_of(person(request), chosen.spec),
        "recent": () if is_temporary else cards(request, shown.conversations[:CARDS]),
    }
    return render(request, "conversations/landing.html", context, status=status)


def _expires(request: HttpRequest, *, is_temporary: bool) -> str:
    """Return until when a chat that begins here is kept; "" when for good."""
    user = person(request)
    retention = temporary_retention(user) if is_temporary else general_retention(user)
    return until(request, clock.now() + retention) if retention else ""


def _greeting(request: HttpRequest, spec: str) -> str:
    """Return the heading as plain text: the preset's, the operator's, else one for the hour."""
    preset = spec_named(person(request), spec)
    if preset is not None and preset.greeting:
        return preset.greeting
    welcome = effective("interface", InterfaceConfig, person(request)).custom_welcome
    if welcome and welcome.strip():
        return welcome.replace(NAME, person(request).display_name)
    now, zone = clock.now(), moments.zone_of(request)
    return moments.greeting(person(request).display_name, now=now, zone=zone)


def starters_of(user: User, spec: str) -> tuple[Starter, ...]:
    """Return the chips below the box: the preset's own, else ours."""
    preset = spec_named(user, spec)
    if preset is None or not preset.starters:
        return starters()
    return tuple(Starter("chat", text, text) for text in preset.starters)


def starters() -> tuple[Starter, ...]:
    """Return the chips below the box."""
    return (
        Starter(
            "file",
            _("Summarize a text"),
            _("Summarize this text in five sentences:\n\n"),
        ),
        Starter("terminal", _("Explain some code"), _("Explain what this code does:\n\n")),
        Starter(
            "edit", _("Draft a reply"), _("Draft a short, friendly reply to this message:\n\n")
        ),
        Starter("spark", _("Surprise me"), _("Tell me something surprising that is true.")),
    )


def teaser(markdown: str) -> str:
    """Return the beginning of a message as plain words."""
    return " ".join(MARKS.sub(" ", markdown[: 4 * TEASER]).split())[:TEASER]


def cards(request: HttpRequest, recent: tuple[Conversation, ...]) -> tuple[Card, ...]:
    """Return the chats to pick up again, in one query."""
    zone, now = moments.zone_of(request), clock.now()
    leaves = Message.objects.visible_to(person(request)).filter(
        conversation__in=recent,
        message_id__in=[conversation.leaf_message_id for conversation in recent],
    )
    texts = {message.conversation_id: teaser(text_of(message)) for message in leaves}
    return tuple(
        Card(
            url=reverse("chat", args=[conversation.conversation_id]),
            title=conversation.title,
            text=texts.get(conversation.id, ""),
            when=moments.last_touched(conversation.updated_at, now=now, zone=zone),
        )
        for conversation in recent
    )
