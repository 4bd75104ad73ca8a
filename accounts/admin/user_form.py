"""The form of a person in the admin."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from typing_extensions import override
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget

from accounts.access.capabilities import rank_require
from accounts.admin.people_forms import role_choices
from accounts.models import ADMIN, PrincipalType, User
from accounts.services.people import is_last_admin
from accounts.services.registration import password_problems
from librechat.kernel.errors import AppError


class UserForm(forms.ModelForm[User]):
    """A person; the password can be replaced, never read."""

    actor: User | None = None  # who fills it in
    role = forms.ChoiceField(choices=role_choices, widget=UnfoldAdminSelectWidget)
    new_password = forms.CharField(
        label=_("New password"),
        required=False,
        strip=False,
        widget=UnfoldAdminPasswordWidget({"autocomplete": "new-password"}),
        help_text=_("Signs the person out everywhere. Leave it empty to keep the password."),
    )

    class Meta:
        model = User
        fields = ("email", "name", "username", "role", "is_active", "email_verified")

    def clean_email(self) -> str:
        """Keep addresses in lower case."""
        return str(self.cleaned_data["email"]).strip().lower()

    def clean_new_password(self) -> str:
        """Apply the rules that hold for everybody; a new person needs a password."""
        password = str(self.cleaned_data["new_password"])
        if password or not self.instance.email:
            problems = password_problems(password)
            if problems:
                raise forms.ValidationError(problems)
        return password

    def clean_role(self) -> str:
        """Refuse a role that brings more than the administrator has."""
        role = str(self.cleaned_data["role"])
        if role != self.instance.role and self.actor is not None:
            try:
                rank_require(self.actor, PrincipalType.ROLE, role)
            except AppError as exc:
                raise forms.ValidationError(exc.message) from exc
        return role

    @override
    def clean(self) -> dict[str, Any]:
        """Refuse to demote or disable the last administrator."""
        fields = super().clean() or self.cleaned_data
        before = User.objects.filter(pk=self.instance.pk).first()
        stays = fields.get("role") == ADMIN and fields.get("is_active")
        if before is not None and not stays and is_last_admin(before):
            raise forms.ValidationError(_("This is the last administrator."))
        return fields
