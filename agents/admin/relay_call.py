"""Calls of the relay in the admin: who, what, how long, how much; what was said by capability."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.access.visitor import may
from accounts.admin.asking import actor_of
from accounts.admin.filters import KeptValuesFilter
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.tabs import link
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.models import ApiKey, User
from agents.models import RelayCall
from agents.models.relay_call import TOKEN_COLUMNS
from agents.services.relay_contents import (
    CAPABILITY,
    LONGEST_REASON,
    SHORTEST_REASON,
    content_get,
    content_read,
)
from billing.templatetags.money import usd

CONTENT = "agents_relaycall_content"


class ReasonForm(forms.Form):
    """Why somebody's text is read."""

    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextInputWidget,
    )


@admin.register(RelayCall)
class RelayCallAdmin(ReadOnlyAdmin):
    """The calls, newest first."""

    read_capability = "read:relay"
    manage_capability = "manage:relay"
    list_display = (
        "started_at",
        "person",
        "key",
        "alias",
        "model",
        "status",
        "error_code",
        "input_tokens",
        "output_tokens",
        "cost",
        "first_byte_ms",
        "total_ms",
    )
    list_filter = (
        "status",
        "started_at",
        ("endpoint", KeptValuesFilter),
        ("route", KeptValuesFilter),
        "is_stream",
    )
    search_fields = (
        "=id",
        "=api_key_id",
        "=user_id",
        "=team_id",
        "alias",
        "model",
        "=session",
        "=upstream_request_id",
    )
    ordering = ("-started_at", "-pk")
    fields = readonly_fields = (
        "id",
        "started_at",
        "person",
        "key",
        "team_id",
        "route",
        "alias",
        "endpoint",
        "model",
        "client_dialect",
        "upstream_dialect",
        "is_stream",
        "status",
        "http_status",
        "error_code",
        *TOKEN_COLUMNS,
        "is_estimated",
        "cost",
        "first_byte_ms",
        "total_ms",
        "retries",
        "fallback_from",
        "upstream_request_id",
        "address",
        "user_agent",
        "session",
        "tags",
        "bytes_in",
        "bytes_out",
        "content_link",
    )

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[RelayCall]:
        """Add the names of people and keys; those that are gone have none."""
        people = User.objects.filter(pk=OuterRef("user_id")).values("email")[:1]
        keys = ApiKey.objects.filter(pk=OuterRef("api_key_id")).values("prefix")[:1]
        calls: QuerySet[RelayCall] = super().get_queryset(request)
        return calls.annotate(email=Subquery(people), key_prefix=Subquery(keys))

    @override
    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.fields if may(request, CAPABILITY) else self.fields[:-1]

    @override
    def get_urls(self) -> list[URLPattern]:
        """Add the page of what was said."""
        inside = self.admin_site.admin_view(self.content)
        return [path("<path:object_id>/content/", inside, name=CONTENT), *super().get_urls()]

    @admin.display(description=gettext_lazy("person"))
    def person(self, call: RelayCall) -> str:
        return getattr(call, "email", None) or call.user_id

    @admin.display(description=gettext_lazy("key"))
    def key(self, call: RelayCall) -> str:
        prefix = getattr(call, "key_prefix", None)
        return f"{prefix}…" if prefix else call.api_key_id

    @admin.display(description=gettext_lazy("cost"), ordering="credits")
    def cost(self, call: RelayCall) -> str:
        return usd(call.credits)

    @admin.display(description=gettext_lazy("what was said"))
    def content_link(self, call: RelayCall) -> SafeString | str:
        return link(reverse(f"admin:{CONTENT}", args=[call.pk]), _("Read, with a reason"))

    def content(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask why, then show what was said; it is on record."""
        actor = actor_of(request)
        content_get(actor=actor, call_id=object_id)
        form = ReasonForm(request.POST if request.method == "POST" else None)
        said = None
        if form.is_valid():
            step_up_check(request)
            reason = form.cleaned_data["reason"]
            said = content_read(
                actor=actor, call_id=object_id, reason=reason, caller=Caller.of(request)
            )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("What was said in a call"),
            "object_id": object_id,
            "form": form,
            "said": said,
        }
        answer = TemplateResponse(request, "admin/agents/relay_content.html", context)
        answer["Cache-Control"] = "no-store"
        return answer
