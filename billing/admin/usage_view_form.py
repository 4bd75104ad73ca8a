"""The form of a saved view: its name, who sees it, and to whom it is sent."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from billing.models import UsageView
from billing.models.usage_mail import Rhythm
from billing.services.usage_mailings import usage_recipients
from billing.services.usage_views import usage_view_title
from librechat.kernel.errors import InvalidInputError

LONGEST = 10_000


class UsageViewForm(forms.ModelForm[UsageView]):
    """A view's name, and its mails."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=UnfoldAdminTextInputWidget)
    is_shared = forms.BooleanField(
        label=_("Show it to other administrators"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )
    rhythm = forms.ChoiceField(
        label=_("Send it by mail"),
        required=False,
        choices=[("", _("not at all")), *Rhythm.choices],
        help_text=_(
            "From six o'clock UTC, about the days until the evening before; weekly on Mondays,"
            " monthly on the first."
        ),
        widget=UnfoldAdminSelectWidget,
    )
    addresses = forms.CharField(
        label=_("Recipients"),
        required=False,
        max_length=LONGEST,
        help_text=_(
            "E-mail addresses of administrators who may see usage, each on a line of its own."
        ),
        widget=UnfoldAdminTextareaWidget,
    )

    class Meta:
        model = UsageView
        fields = ("name", "is_shared")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mailing = getattr(self.instance, "mailing", None)
        if mailing is not None:
            self.initial["rhythm"] = mailing.rhythm
            people = mailing.mails.order_by("user__email")
            self.initial["addresses"] = "\n".join(people.values_list("user__email", flat=True))

    def clean_name(self) -> str:
        """Let the service look at the name."""
        try:
            return usage_view_title(self.instance, self.cleaned_data["name"])
        except InvalidInputError as exc:
            raise forms.ValidationError(exc.message) from exc

    def clean_addresses(self) -> list[str]:
        """Return the addresses of people who may get the view; none where it is not sent."""
        if not self.cleaned_data.get("rhythm"):
            return []
        try:
            people = usage_recipients(self.cleaned_data["addresses"].splitlines())
        except InvalidInputError as exc:
            raise forms.ValidationError(exc.message) from exc
        return [person.email for person in people]

    def _post_clean(self) -> None:
        """Leave the checks of the row to the service, which says them in words."""
