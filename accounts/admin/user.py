"""People in the admin."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from typing_extensions import override
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget

from accounts.errors import LastAdminError
from accounts.models import ADMIN, USER, Role, User
from accounts.services.people import (
    is_last_admin,
    role_change,
    user_add,
    user_delete,
    user_disable,
    user_enable,
)
from accounts.services.registration import password_problems
from accounts.services.sessions import epoch_raise, password_change, sessions_close
from librechat.kernel import clock

# What changes nothing about who is signed in.
PLAIN_FIELDS = ("email", "name", "username", "email_verified")


def _role_choices() -> list[tuple[str, str]]:
    names = {ADMIN, USER, *Role.objects.values_list("name", flat=True)}
    return [(name, name) for name in sorted(names)]


class UserForm(forms.ModelForm[User]):
    """A person; the password can be replaced, never read."""

    role = forms.ChoiceField(choices=_role_choices, widget=UnfoldAdminSelectWidget)
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

    @override
    def clean(self) -> dict[str, Any]:
        """Refuse to demote or disable the last administrator."""
        fields = super().clean() or self.cleaned_data
        before = User.objects.filter(pk=self.instance.pk).first()
        stays = fields.get("role") == ADMIN and fields.get("is_active")
        if before is not None and not stays and is_last_admin(before):
            raise forms.ValidationError(_("This is the last administrator."))
        return fields


@admin.register(User)
class UserAdmin(ModelAdmin):
    form = UserForm
    list_display = ("email", "name", "role", "provider", "is_active", "created_at", "last_login")
    list_filter = ("role", "provider", "is_active", "email_verified", "created_at")
    search_fields = ("email", "name", "username", "=id")
    ordering = ("-created_at",)
    date_hierarchy = "created_at"
    list_per_page = 50
    actions = ("sign_out",)
    fields = (
        "email",
        "name",
        "username",
        "role",
        "is_active",
        "email_verified",
        "new_password",
        "provider",
        "created_at",
        "last_login",
    )
    readonly_fields = ("provider", "created_at", "last_login")

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given = form.cleaned_data
        if not change:
            obj.pk = user_add(
                email=given["email"],
                name=given["name"],
                password=given["new_password"],
                role=given["role"],
            ).pk
        before = User.objects.get(pk=obj.pk)
        role_change(user=before, role=given["role"])
        if before.is_active and not given["is_active"]:
            user_disable(user=before)
        if given["is_active"] and not before.is_active:
            user_enable(user=before)
        if change and given["new_password"]:
            password_change(user=before, password=given["new_password"])
        plain = {name: given[name] for name in PLAIN_FIELDS}
        User.objects.filter(pk=obj.pk).update(**plain, updated_at=clock.now())

    @override
    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and is_last_admin(obj))

    @override
    def delete_model(self, request: HttpRequest, obj: User) -> None:
        user_delete(user=obj)

    @override
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            try:
                user_delete(user=user)
            except LastAdminError as exc:
                self.message_user(request, f"{user}: {exc.message}", messages.ERROR)

    @admin.action(description=_("Sign out everywhere"))
    def sign_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            epoch_raise(user=user)
            sessions_close(user=user)
        self.message_user(request, _("Signed out."), messages.SUCCESS)
