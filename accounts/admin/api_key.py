"""Access keys in the admin: whose, their limits and their end; never the keys themselves."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from typing_extensions import override
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.access.capabilities import outranks
from accounts.admin.asking import Given, actor_of, asks
from accounts.admin.ranks import each_owned
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.rights import may
from accounts.limits.caller import Caller
from accounts.models import ApiKey
from accounts.services.api_key_ceilings import ceilings_told
from accounts.services.api_key_terms import KeyTerms, terms_checked
from accounts.services.api_keys import (
    api_key_free,
    api_key_hold,
    api_key_limit,
    api_key_revoke,
)
from librechat.kernel.errors import InvalidInputError

EDITED = (
    "name",
    "note",
    "scopes",
    "allowed_models",
    "allowed_addresses",
    "requests_per_minute",
    "tokens_per_minute",
    "parallel_requests",
    "content_days",
    "expires_at",
)


class KeyTermsForm(forms.ModelForm[ApiKey]):
    """What a key may do and how much; lists are JSON lists."""

    class Meta:
        model = ApiKey
        fields = EDITED
        widgets = {name: UnfoldAdminTextareaWidget({"rows": 2}) for name in EDITED[2:5]}

    def terms(self) -> KeyTerms:
        """Return what was chosen."""
        given = self.cleaned_data
        lists = {name: given[name] or [] for name in EDITED[2:5]}
        chosen = {name: given[name] for name in EDITED} | lists
        if "expires_at" not in self.changed_data:
            chosen["expires_at"] = self.initial["expires_at"]  # the field has whole seconds only
        return KeyTerms(**chosen)

    @override
    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        for name in EDITED[2:5]:
            if not isinstance(given.get(name) or [], list):
                self.add_error(name, _('A list is wanted, such as ["gpt-*"].'))
        if not self.errors:
            end = ApiKey.objects.values_list("expires_at", flat=True).get(pk=self.instance.pk)
            try:
                terms_checked(self.terms(), end_before=end)
            except InvalidInputError as exc:
                self.add_error(str(exc.data["field"]), exc.message)
        return given


@asks(_("Revoke these keys"), _("Programs that use these keys are refused at once."))
def revoke(
    desk: ModelAdmin,
    request: HttpRequest,
    chosen: QuerySet[ApiKey],
    _given: Given,
) -> None:
    """End keys."""
    actor, caller = actor_of(request), Caller.of(request)
    living = chosen.filter(revoked_at=None)
    each_owned(
        desk, request, living, lambda key: api_key_revoke(key=key, actor=actor, caller=caller)
    )


@asks(
    _("Bind the owners to these limits"),
    _("The limits that these keys have now are the most that their owners can choose."),
)
def hold(
    desk: ModelAdmin,
    request: HttpRequest,
    chosen: QuerySet[ApiKey],
    _given: Given,
) -> None:
    """Make limits binding."""
    actor, caller = actor_of(request), Caller.of(request)
    each_owned(desk, request, chosen, lambda key: api_key_hold(key=key, actor=actor, caller=caller))


@asks(
    _("Free the owners of these limits"),
    _("The owners choose the limits of these keys and of new ones themselves; also of ended keys."),
)
def free(
    desk: ModelAdmin,
    request: HttpRequest,
    chosen: QuerySet[ApiKey],
    _given: Given,
) -> None:
    """Let limits bind nobody any more."""
    actor, caller = actor_of(request), Caller.of(request)
    each_owned(desk, request, chosen, lambda key: api_key_free(key=key, actor=actor, caller=caller))


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """Keys of people and teams for programs, newest first; the limits of living ones change."""

    read_capability = "read:users"
    manage_capability = "manage:users"
    form = KeyTermsForm
    fields = (
        "user",
        "group",
        "prefix",
        *EDITED,
        "ceilings_told",
        "created_at",
        "last_used_at",
        "revoked_at",
    )
    readonly_fields = (
        "user",
        "group",
        "prefix",
        "ceilings_told",
        "created_at",
        "last_used_at",
        "revoked_at",
    )
    list_display = (
        "user",
        "titled",
        "group",
        "limits",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    list_filter = ("created_at", "revoked_at", ("group", admin.EmptyFieldListFilter))
    list_select_related = ("user", "group")
    search_fields = ("user__email", "name", "note", "=prefix", "group__name")
    actions = (hold, free, revoke)

    @override
    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        if not may(request, self.manage_capability):
            return False
        if obj is not None and not outranks(actor_of(request), obj.user):
            return False  # keys of who may do more are looked at, not changed
        return obj is None or ApiKey.objects.alive().filter(pk=obj.pk).exists()

    @admin.display(description=_("key"), ordering="name")
    def titled(self, key: ApiKey) -> SafeString:
        return format_html(
            '<span class="whitespace-nowrap">{}<br />{}…</span>', key.name, key.prefix
        )

    @admin.display(description=_("limits"))
    def limits(self, key: ApiKey) -> str:
        told = {
            _("%(most)s requests a minute"): key.requests_per_minute,
            _("%(most)s tokens a minute"): key.tokens_per_minute,
            _("%(most)s at a time"): key.parallel_requests,
        }
        found = [str(text % {"most": f"{most:,}"}) for text, most in told.items() if most]
        return ", ".join(found) or "-"

    @admin.display(description=_("binding for its owner"))
    def ceilings_told(self, key: ApiKey) -> StrOrPromise:
        nothing = _("Nothing yet: a limit that you change here binds the owner.")
        return " ".join(ceilings_told(key).values()) or nothing

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actor, caller = actor_of(request), Caller.of(request)
        api_key_limit(key=obj, terms=form.terms(), actor=actor, caller=caller)
