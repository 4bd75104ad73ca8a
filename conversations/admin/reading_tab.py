"""The conversations of a person on their page in the admin: when and which model, no words."""

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.visitor import may
from accounts.admin.tabs import TABS, Row, Shown, Tab, Table, link, page_rows, when
from accounts.models import User
from conversations.admin.reading import ASK
from conversations.models import Conversation, Message
from conversations.services.reading import CAPABILITY


def register() -> None:
    """Add conversations to what the administration shows of a person."""
    TABS.register(CONVERSATIONS.name, CONVERSATIONS)


def conversations_shown(request: HttpRequest, user: User) -> Shown:
    """Show a page of conversations, the latest first; two queries."""
    mine = Conversation.objects.filter(user=user).defer("parameters", "files")
    rows, page, has_next = page_rows(request, mine)
    messages = Message.objects.filter(conversation__in=[one.pk for one in rows]).order_by()
    counted = messages.values_list("conversation").annotate(number=Count("pk"))
    counts = dict(counted.values_list("conversation", "number"))
    may_read = may(request, CAPABILITY)
    headings = [_("Conversation"), _("Endpoint"), _("Model"), _("Messages"), _("Begun"), _("Last")]
    table = Table(
        title=_("Conversations"),
        headings=[*headings, _("State"), *([_("Text")] if may_read else [])],
        rows=[
            Row(
                (
                    _named(one),
                    one.endpoint,
                    one.model,
                    counts.get(one.pk, 0),
                    when(one.created_at),
                    when(one.updated_at),
                    _state(one),
                    *([_read(one)] if may_read else []),
                ),
            )
            for one in rows
        ],
        empty=_("No conversations."),
        note=_("Titles and texts are not shown here: they are what was said."),
    )
    return Shown(tables=[table], page=page, has_next=has_next)


def _named(one: Conversation) -> object:
    page = reverse("admin:conversations_conversation_change", args=[one.pk])
    return link(page, one.conversation_id)


def _read(one: Conversation) -> object:
    if one.deleted_at is not None or one.is_temporary:
        return ""
    return link(reverse(f"admin:{ASK}", args=[one.pk]), _("Read"))


def _state(one: Conversation) -> str:
    if one.deleted_at is not None:
        return _("deleted")
    if one.is_temporary:
        return _("temporary")
    return _("archived") if one.is_archived else ""


CONVERSATIONS = Tab(
    name="conversations",
    title=gettext_lazy("Conversations"),
    capability="read:conversations",
    show=conversations_shown,
)
