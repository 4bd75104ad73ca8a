"""People in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from typing_extensions import override
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget

from accounts.access.capabilities import outranks, rank_require
from accounts.admin.asking import actor_of
from accounts.admin.people_actions import ACTIONS
from accounts.admin.people_forms import role_choices
from accounts.admin.ranks import each_person
from accounts.admin.rights import GovernedAdmin
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.models import ADMIN, Ban, Group, PrincipalType, User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.people import (
    is_last_admin,
    role_change,
    user_add,
    user_delete,
    user_disable,
    user_enable,
)
from accounts.services.registration import password_problems
from accounts.services.sessions import password_change
from librechat.kernel import clock
from librechat.kernel.errors import AppError

# What changes nothing about who is signed in.
PLAIN_FIELDS = ("email", "name", "username", "email_verified")
MOST_GROUPS = 200


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


class BannedFilter(admin.SimpleListFilter):
    """Who is kept out now."""

    title = _("banned")
    parameter_name = "banned"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        banned = Ban.objects.in_force().exclude(user=None).values("user")
        match self.value():
            case "yes":
                return queryset.filter(pk__in=banned)
            case "no":
                return queryset.exclude(pk__in=banned)
            case _:
                return queryset


class GroupFilter(admin.SimpleListFilter):
    """Who belongs to a group."""

    title = _("group")
    parameter_name = "group"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Group.objects.values_list("pk", "name")[:MOST_GROUPS])

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        group = self.value()
        return queryset.filter(memberships__group=group) if group else queryset


@admin.register(User)
class UserAdmin(GovernedAdmin):
    read_capability = "read:users"
    manage_capability = "manage:users"
    form = UserForm
    list_display = ("email", "name", "role", "provider", "is_active", "created_at", "last_login")
    list_filter = (
        "role",
        "provider",
        "is_active",
        BannedFilter,
        GroupFilter,
        "email_verified",
        "created_at",
        "last_login",
    )
    search_fields = ("email", "name", "username", "=id")
    ordering = ("-created_at",)
    date_hierarchy = "created_at"
    list_per_page = 50
    actions = ACTIONS
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
    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.actor = actor_of(request)
        return form

    @override
    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Who may do more than the administrator is looked at, not changed.
        is_above = obj is not None and not outranks(actor_of(request), obj)
        return super().has_change_permission(request, obj) and not is_above

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given = form.cleaned_data
        if not change or given["new_password"] or given["role"] != form.initial.get("role"):
            step_up_check(request)
        by: dict[str, Any] = {"actor": actor_of(request), "caller": Caller.of(request)}
        if not change:
            obj.pk = user_add(
                email=given["email"],
                name=given["name"],
                password=given["new_password"],
                role=given["role"],
                **by,
            ).pk
        before = User.objects.get(pk=obj.pk)
        role_change(user=before, role=given["role"], **by)
        if before.is_active and not given["is_active"]:
            user_disable(user=before, **by)
        if given["is_active"] and not before.is_active:
            user_enable(user=before, **by)
        if change and given["new_password"]:
            password_change(user=before, password=given["new_password"])
            _record(request, "password.changed", before, {})
        plain = {name: given[name] for name in PLAIN_FIELDS}
        old = {name: getattr(before, name) for name in PLAIN_FIELDS}
        if plain != old:
            User.objects.filter(pk=obj.pk).update(**plain, updated_at=clock.now())
            changed = {name for name in PLAIN_FIELDS if plain[name] != old[name]}
            facts = {
                "before": {name: old[name] for name in changed},
                "after": {name: plain[name] for name in changed},
            }
            _record(request, "account.changed", before, facts)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if not super().has_delete_permission(request, obj) or obj is None:
            return super().has_delete_permission(request, obj)
        return outranks(actor_of(request), obj) and not is_last_admin(obj)

    @override
    def delete_model(self, request: HttpRequest, obj: User) -> None:
        step_up_check(request)
        user_delete(user=obj, actor=actor_of(request), caller=Caller.of(request))

    @override
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        step_up_check(request)
        each_person(self, request, queryset, lambda user: self.delete_model(request, user))


def _record(request: HttpRequest, action: str, user: User, facts: dict[str, Any]) -> None:
    act = Act(
        category="account",
        action=action,
        actor=actor_of(request),
        target=Target.person(user),
        metadata=facts,
        caller=Caller.of(request),
    )
    audit_record(act)
