"""People in the admin."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from typing_extensions import override

from accounts.access.capabilities import outranks
from accounts.admin.asking import actor_of
from accounts.admin.people_actions import ACTIONS
from accounts.admin.ranks import each_person
from accounts.admin.user_form import UserForm
from accounts.admin.user_list import PeopleList
from accounts.admin.user_tabs import NAME, PROFILE_ACTS, person_acts, person_tab, tab_links
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.people import (
    is_last_admin,
    role_change,
    user_add,
    user_delete,
    user_disable,
    user_enable,
)
from accounts.services.sessions import password_change
from librechat.kernel import clock

# What changes nothing about who is signed in.
PLAIN_FIELDS = ("email", "name", "username", "email_verified")


@admin.register(User)
class UserAdmin(PeopleList):
    """The list of people, and a page with tabs for each."""

    read_capability = "read:users"
    manage_capability = "manage:users"
    form = UserForm
    change_form_template = "admin/accounts/user_form.html"
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
    def get_urls(self) -> list[URLPattern]:
        """Add the tabs of a person."""
        inside = self.admin_site.admin_view
        tab = path("<path:object_id>/tab/<slug:name>/", inside(self.tab), name=NAME)
        return [tab, *super().get_urls()]

    def tab(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Show one of the tabs."""
        return person_tab(self, request, object_id, name)

    @override
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> TemplateResponse:
        """Show the form as the first of the tabs."""
        user = User.objects.filter(pk=object_id).first() if object_id else None
        beside: dict[str, Any] = dict(extra_context or {})
        if user is not None:
            beside["person_tabs"] = tab_links(request, user, "")
            beside["person_acts"] = person_acts(self, request, PROFILE_ACTS)
        page: TemplateResponse = super().changeform_view(request, object_id, form_url, beside)
        return page

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
    def get_deleted_objects(
        self, objs: Sequence[User] | QuerySet[User], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Count what goes along, whoever may delete that by itself; say what keeps them."""
        _listed, counts, lacking, keeping = super().get_deleted_objects(objs, request)
        people = lacking & {self.opts.verbose_name}
        return [str(one) for one in objs], counts, people, keeping

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
