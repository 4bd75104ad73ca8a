"""Versions of the terms in the admin: drafts, publishing, and who accepted which."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from accounts.admin.asking import actor_of
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.rights import GovernedAdmin
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.models import TermsAcceptance, TermsVersion, User
from accounts.services.terms import terms_draft_delete, terms_draft_write, terms_publish
from librechat.kernel.errors import AppError, NotFoundError
from librechat.kernel.markup import render


@admin.register(TermsVersion)
class TermsVersionAdmin(GovernedAdmin):
    """Writing a version; once published it stays as it is."""

    read_capability = "read:configs"
    manage_capability = "manage:configs"
    list_display = ("__str__", "must_accept_again", "published_at", "by", "accepted", "publishing")
    list_filter = ("must_accept_again", "published_at")
    list_select_related = ("published_by",)
    search_fields = ("text",)
    actions = None
    fields = ("text", "must_accept_again", "preview", "publishing")
    readonly_fields = ("preview", "publishing")

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count the people along."""
        rows: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = rows.annotate(people=Count("acceptances__user", distinct=True))
        return counted

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_draft = obj is None or obj.number is None
        return is_draft and super().has_change_permission(request, obj)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    @admin.display(description=gettext_lazy("by"))
    def by(self, version: TermsVersion) -> str:
        return version.published_by.email if version.published_by else ""

    @admin.display(description=gettext_lazy("accepted by"))
    def accepted(self, version: TermsVersion) -> SafeString | str:
        if version.number is None:
            return ""
        address = reverse("admin:accounts_termsacceptance_changelist")
        count = getattr(version, "people", 0)
        link = '<a class="underline" href="{}?version__id__exact={}">{}</a>'
        return format_html(link, address, version.pk, count)

    @admin.display(description=gettext_lazy("as people read it"))
    def preview(self, version: TermsVersion) -> SafeString:
        return render(version.text)

    @admin.display(description=gettext_lazy("publish"))
    def publishing(self, version: TermsVersion) -> SafeString | str:
        if not version.text or version.number is not None:
            return ""
        address = reverse("admin:accounts_termsversion_publish", args=[version.pk])
        return format_html('<a class="underline" href="{}">{}</a>', address, _("Publish…"))

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        terms_draft_write(draft=obj, actor=actor_of(request), caller=Caller.of(request))

    @override
    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        terms_draft_delete(draft=obj, actor=actor_of(request), caller=Caller.of(request))

    @override
    def get_urls(self) -> list[URLPattern]:
        """Add publishing."""
        view = self.admin_site.admin_view(self.publish_view)
        name = "accounts_termsversion_publish"
        return [path("<path:object_id>/publish/", view, name=name), *super().get_urls()]

    def publish_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what publishing means and ask; once confirmed, do it."""
        if not super().has_change_permission(request):
            raise PermissionDenied
        step_up_check(request)
        draft = TermsVersion.objects.filter(pk=object_id, number=None).first()
        if draft is None:
            raise NotFoundError(_("There is no such draft."))
        if request.method == "POST" and "confirmed" in request.POST:
            return self._publish(request, draft)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Publish this version of the terms?"),
            "draft": draft,
            "text": self.preview(draft),
            "asked": User.objects.filter(is_active=True).count(),
            "back": reverse("admin:accounts_termsversion_change", args=[draft.pk]),
        }
        return TemplateResponse(request, "admin/accounts/terms_publish.html", context)

    def _publish(self, request: HttpRequest, draft: TermsVersion) -> HttpResponse:
        actor, caller = actor_of(request), Caller.of(request)
        try:
            version = terms_publish(draft=draft, actor=actor, caller=caller)
        except AppError as exc:
            self.message_user(request, exc.message, messages.ERROR)
        else:
            text = _("%(version)s is published.") % {"version": version}
            self.message_user(request, text, messages.SUCCESS)
        return redirect("admin:accounts_termsversion_changelist")


@admin.register(TermsAcceptance)
class TermsAcceptanceAdmin(ReadOnlyAdmin):
    """Who accepted which version, newest first."""

    read_capability = "read:users"
    manage_capability = "manage:users"
    list_display = ("user", "version", "accepted_at")
    list_filter = ("version", "accepted_at")
    list_select_related = ("user", "version")
    search_fields = ("user__email", "user__name")
    actions = None
    fields = readonly_fields = ("user", "version", "accepted_at")
