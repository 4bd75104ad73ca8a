"""Groups and their members in the admin."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.contrib.auth.models import Group as DjangoGroup
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.admin.asking import Words, actor_of
from accounts.admin.group_links import lines_for
from accounts.admin.rights import GovernedAdmin
from accounts.limits.caller import Caller
from accounts.models import Group, GroupMember, User
from accounts.models.group import LOCAL
from accounts.services.groups import (
    group_create,
    group_delete,
    group_update,
    members_add,
    members_remove,
)

admin.site.unregister(DjangoGroup)  # nobody can be in one: ours are the groups there are

SHOWN = 200
PLAIN = ("name", "description", "email", "avatar")
FROM_DIRECTORY = ("source", "external_id", "member_list")


def _people_field(label: Words) -> "forms.ModelMultipleChoiceField[User]":
    return forms.ModelMultipleChoiceField(
        User.objects.all(),
        label=label,
        required=False,
        widget=AutocompleteSelectMultiple(GroupMember.user.field, admin.site),
    )


class GroupForm(forms.ModelForm[Group]):
    """A group; people are named, not listed: there may be thousands."""

    add_people = _people_field(_("Add people"))
    remove_people = _people_field(_("Remove people"))

    class Meta:
        model = Group
        fields = PLAIN


@admin.register(Group)
class GroupAdmin(GovernedAdmin):
    read_capability = "read:groups"
    manage_capability = "manage:groups"
    list_display = ("name", "source", "people", "email", "updated_at")
    list_filter = ("source",)
    search_fields = ("name", "email", "external_id")
    list_per_page = 50
    form = GroupForm

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        groups: QuerySet[Any] = super().get_queryset(request)
        members = GroupMember.objects.filter(group=OuterRef("pk")).order_by().values("group")
        # Counted apart, so that only the groups of a page are.
        count = Subquery(members.annotate(number=Count("pk")).values("number"))
        counted: QuerySet[Any] = groups.annotate(member_count=Coalesce(count, 0))
        return counted

    @admin.display(description=_("people"), ordering="member_count")
    def people(self, group: Group) -> int:
        return int(getattr(group, "member_count", 0))

    @admin.display(description=_("Members"))
    def member_list(self, group: Group) -> SafeString | str:
        people = group.members.order_by("email").values_list("email")[:SHOWN]
        return format_html_join(", ", "{}", people) or "0"

    @override
    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if isinstance(obj, Group) and obj.source != LOCAL:
            return (*PLAIN, *FROM_DIRECTORY, *lines_for(request))
        shown = ("member_list", *lines_for(request)) if obj else ()
        return (*PLAIN, "add_people", "remove_people", *shown)

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if isinstance(obj, Group) and obj.source != LOCAL:
            return (*PLAIN, *FROM_DIRECTORY, *lines_for(request))  # the directory decides
        return ("member_list", *lines_for(request))

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if obj.source != LOCAL:
            return
        actor, caller = actor_of(request), Caller.of(request)
        fields = {name: getattr(obj, name) for name in PLAIN}
        if change:
            group = group_update(group=obj, fields=fields, actor=actor, caller=caller)
        else:
            group = group_create(fields=fields, actor=actor, caller=caller)
            obj.pk = group.pk
        given = form.cleaned_data
        members_add(group=group, people=given["add_people"], actor=actor, caller=caller)
        members_remove(group=group, people=given["remove_people"], actor=actor, caller=caller)

    @override
    def get_deleted_objects(
        self, objs: Sequence[Group] | QuerySet[Group], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Say what keeps a group, such as its credits, rather than who may delete that."""
        listed, counts, lacking, keeping = super().get_deleted_objects(objs, request)
        return listed, counts, set() if keeping else lacking, keeping

    @override
    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        group_delete(group=obj, actor=actor_of(request), caller=Caller.of(request))

    @override
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Group]) -> None:
        for group in queryset:
            self.delete_model(request, group)
