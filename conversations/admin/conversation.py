"""Conversations in the admin: whose, when, which model; what was said only with a reason."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from accounts.access.visitor import may
from accounts.admin.filters import KeptValuesFilter
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.tabs import link
from conversations.admin import reading
from conversations.models import Conversation
from conversations.services.reading import CAPABILITY


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    read_capability = "read:conversations"
    manage_capability = "read:conversations"
    change_form_template = "admin/conversations/conversation_form.html"
    list_display = ("conversation_id", "user", "endpoint", "model", "updated_at", "deleted_at")
    list_filter = (("endpoint", KeptValuesFilter), "updated_at", "is_archived", "is_temporary")
    ordering = ("-pk",)
    list_select_related = ("user",)
    search_fields = ("=conversation_id", "user__email")
    fields = (
        "conversation_id",
        "user",
        "endpoint",
        "endpoint_type",
        "model",
        "agent_id",
        "spec",
        "is_archived",
        "is_pinned",
        "is_temporary",
        "expired_at",
        "deleted_at",
        "created_at",
        "updated_at",
    )

    @override
    def get_urls(self) -> list[URLPattern]:
        """Add the pages that ask why, and show the text."""
        inside = self.admin_site.admin_view
        return [
            path("<path:object_id>/read/", inside(self.read), name=reading.ASK),
            path("<path:object_id>/text/", inside(self.text), name=reading.TEXT),
            *super().get_urls(),
        ]

    def read(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask why it is read."""
        return reading.ask(self, request, object_id)

    def text(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what was said, while it is open."""
        return reading.text(self, request, object_id)

    @override
    def get_list_display(self, request: HttpRequest) -> list[Any]:
        shown = list(super().get_list_display(request))
        return [*shown, "read_link"] if may(request, CAPABILITY) else shown

    @admin.display(description=gettext_lazy("text"))
    def read_link(self, conversation: Conversation) -> SafeString | str:
        """Lead to the page that asks why."""
        if conversation.deleted_at is not None or conversation.is_temporary:
            return ""
        return link(reverse(f"admin:{reading.ASK}", args=[conversation.pk]), _("Read"))

    @override
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> TemplateResponse:
        """Offer to read it, to who may ask."""
        more: dict[str, Any] = {**(extra_context or {}), "may_read": may(request, CAPABILITY)}
        page: TemplateResponse = super().changeform_view(request, object_id, form_url, more)
        return page
