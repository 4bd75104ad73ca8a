"""The saved views of usage as a list: opened, renamed, sent by mail, deleted."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from accounts.admin.asking import actor_of
from accounts.admin.rights import GovernedAdmin
from accounts.auth.step_up import step_up_check
from billing.admin.usage_view_form import UsageViewForm
from billing.models import UsageMail, UsageView
from billing.models.usage_mail import MailState
from billing.services.usage_mailings import usage_mailing_end, usage_mailing_save
from billing.services.usage_views import usage_view_delete, usage_view_rename

FIELDS = ("name", "is_shared")
MAILS = ("rhythm", "addresses", "newest_mails")
# In which order states tell how a view's newest mails went: the first that there is.
TELLING = (
    MailState.FAILED,
    MailState.UNCLEAR,
    MailState.WAITING,
    MailState.SENDING,
    MailState.SENT,
)


@admin.register(UsageView)
class UsageViewAdmin(GovernedAdmin):
    """One's own views, and those that others share; only one's own can be changed."""

    read_capability = manage_capability = "read:usage"
    form = UsageViewForm
    actions = None
    list_display = ("name", "user", "is_shared", "way", "mailed")
    list_filter = ("is_shared", "mailing__rhythm")
    list_select_related = ("user", "mailing")
    search_fields = ("name", "user__email")
    ordering = ("name", "pk")

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[UsageView]:
        seen = Q(user=actor_of(request)) | Q(is_shared=True)
        return super().get_queryset(request).filter(seen).prefetch_related("mailing__mails__user")

    @override
    def get_fields(self, request: HttpRequest, obj: UsageView | None = None) -> tuple[str, ...]:
        if self.has_change_permission(request, obj):
            return (*FIELDS, "way", *MAILS)
        return (*FIELDS, "user", "way")

    @override
    def get_readonly_fields(
        self, request: HttpRequest, obj: UsageView | None = None
    ) -> tuple[str, ...]:
        return ("user", "way", "newest_mails")

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: UsageView | None = None) -> bool:
        return super().has_change_permission(request, obj) and _is_own(request, obj)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: UsageView | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_own(request, obj)

    @override
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Want a fresh proof before numbers are sent out again and again."""
        if request.method == "POST" and request.POST.get("rhythm"):
            step_up_check(request)
        return super().change_view(request, object_id, form_url, extra_context)

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given, actor = form.cleaned_data, actor_of(request)
        usage_view_rename(
            user=actor, view_id=obj.pk, name=given["name"], is_shared=given["is_shared"]
        )
        if given["rhythm"]:
            usage_mailing_save(
                user=actor,
                view_id=obj.pk,
                rhythm=given["rhythm"],
                addresses=given["addresses"],
            )
        else:
            usage_mailing_end(user=actor, view_id=obj.pk)

    @override
    def delete_model(self, request: HttpRequest, obj: UsageView) -> None:
        usage_view_delete(user=actor_of(request), view_id=obj.pk)

    @admin.display(description=gettext_lazy("Open"))
    def way(self, view: UsageView) -> SafeString:
        """Return the way to the explorer with the view's cut."""
        page = reverse("admin:billing_usagehour_changelist")
        return format_html('<a href="{}?{}">{}</a>', page, view.query, _("Open the view"))

    @admin.display(description=gettext_lazy("By mail"))
    def mailed(self, view: UsageView) -> str:
        """Return the rhythm and how the newest mails went."""
        mailing = getattr(view, "mailing", None)
        if mailing is None:
            return ""
        states = {mail.state for mail in mailing.mails.all()}
        telling = next((state for state in TELLING if state in states), None)
        words = [str(mailing.get_rhythm_display()), str(telling.label) if telling else ""]
        return ", ".join(word for word in words if word)

    @admin.display(description=gettext_lazy("Newest mails"))
    def newest_mails(self, view: UsageView) -> SafeString:
        """Return to whom the view is sent, when it was last, and what went wrong."""
        mailing = getattr(view, "mailing", None)
        mails = [_mail_row(mail) for mail in mailing.mails.all()] if mailing else []
        context = {"mailing": mailing, "mails": mails}
        return render_to_string("admin/billing/_usage_mails.html", context)


def _mail_row(mail: UsageMail) -> dict[str, object]:
    """Return a mail for the page, its failure in the reader's language."""
    trouble = _(mail.detail) if mail.detail else ""
    return {"mail": mail, "trouble": f"{trouble} ({mail.answer})" if mail.answer else trouble}


def _is_own(request: HttpRequest, view: UsageView | None) -> bool:
    return view is None or view.user_id == actor_of(request).pk
