"""What is asked when a legal hold is placed, given another end or lifted."""

from datetime import UTC, date, datetime, time, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextInputWidget

from accounts.admin.ranks import person_rank_require
from accounts.models import LegalHold, User
from accounts.models.legal_hold import MAX_REASON
from accounts.services.legal_holds import SHORTEST_REASON
from accounts.services.provisioning import user_find
from librechat.kernel import clock
from librechat.kernel.errors import AppError


class DayInput(UnfoldAdminTextInputWidget):
    """A day, chosen as the browser lets people choose one."""

    input_type = "date"


class LiftForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=SHORTEST_REASON,
        max_length=MAX_REASON,
        widget=UnfoldAdminTextInputWidget,
    )


class HoldForm(LiftForm):
    """Why, and until when; the work gets the moment after the last day."""

    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=DayInput,
        help_text=_("UTC. Leave it empty for a hold that lasts until it is lifted."),
    )

    def clean_last_day(self) -> datetime | None:
        """Return when the hold ends; the last day belongs to it."""
        return end_after(self.cleaned_data["last_day"])


def end_after(last_day: date | None) -> datetime | None:
    """Return the moment at which a day is over.

    Raises:
        ValidationError: it is over already.
    """
    if last_day is None:
        return None
    if last_day < clock.now().date():
        raise forms.ValidationError(_("This day has passed."))
    if last_day == date.max:
        raise forms.ValidationError(_("This day is too far off."))
    return datetime.combine(last_day + timedelta(days=1), time(), tzinfo=UTC)


class PlaceForm(forms.ModelForm[LegalHold]):
    """Whose things are kept, why and until when."""

    actor: User  # who fills it in

    email = forms.EmailField(label=_("E-mail address"), widget=UnfoldAdminEmailInputWidget)
    reason = forms.CharField(
        label=_("Reason"),
        min_length=SHORTEST_REASON,
        max_length=MAX_REASON,
        widget=UnfoldAdminTextInputWidget,
    )
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=DayInput,
        help_text=_("UTC. Leave it empty for a hold that lasts until it is lifted."),
    )

    class Meta:
        model = LegalHold
        fields = ("reason",)

    def clean_email(self) -> User:
        """Return the person, if the administrator may do what they may."""
        try:
            user = user_find(self.cleaned_data["email"])
            person_rank_require(self.actor, user)
        except AppError as exc:
            raise forms.ValidationError(exc.message) from exc
        return user

    def clean_last_day(self) -> datetime | None:
        """Return when the hold ends; the last day belongs to it."""
        return end_after(self.cleaned_data["last_day"])
