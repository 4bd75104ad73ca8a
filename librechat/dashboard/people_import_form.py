"""What somebody chooses who uploads a table of people."""

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
)

from librechat.maintenance.people_import import options
from librechat.maintenance.people_import.options import Options
from librechat.maintenance.people_import.reading import MAX_BYTES

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


class ImportForm(forms.Form):
    """A file, and how its rows are meant."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy(
            "The first line names the columns: email, name, username, role, groups, password,"
            " balance_usd or balance_credits, active. Only email is needed."
        ),
        widget=UnfoldAdminFileFieldWidget({"accept": ".csv,.tsv,.txt,text/csv"}),
    )
    newcomers = forms.ChoiceField(
        label=gettext_lazy("Newcomers without a password"),
        choices=[
            (
                options.INVITE,
                gettext_lazy("get an invitation; the account begins when they accept"),
            ),
            (options.ACCOUNT, gettext_lazy("get an account and a link that sets its password")),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    credits_for = forms.ChoiceField(
        label=gettext_lazy("Balances"),
        choices=[
            (options.NEW_ONLY, gettext_lazy("for newcomers only")),
            (options.ADD, gettext_lazy("for everybody, added to what they have")),
            (options.SET, gettext_lazy("for everybody, whatever they had")),
        ],
        help_text=gettext_lazy("The same file adds to a balance once, however often it is run."),
        widget=UnfoldAdminSelectWidget,
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("A column “balance” is in"),
        choices=[
            (options.USD, gettext_lazy("US dollars")),
            (options.CREDITS, gettext_lazy("credits; 1,000,000 are one US dollar")),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    makes_groups = forms.BooleanField(
        label=gettext_lazy("Make groups that are named and missing"),
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        """Refuse what is too large before it is read."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is None or file.size > MAX_BYTES:
            most = {"most": MAX_BYTES // 1024 // 1024}
            raise forms.ValidationError(_("The file is larger than %(most)d MB.") % most)
        return file

    def options(self) -> Options:
        """Return what was chosen."""
        given = self.cleaned_data
        return Options(
            newcomers=given["newcomers"],
            unit=given["unit"],
            credits_for=given["credits_for"],
            makes_groups=given["makes_groups"],
        )
