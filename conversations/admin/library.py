"""What people keep around their conversations, in the admin: whose and when, not what it says."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.admin.asking import Given, actor_of, asks, each
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.limits.caller import Caller
from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from conversations.models import (
    DeletedItem,
    MoveIn,
    Preset,
    Project,
    Prompt,
    PromptGroup,
    QueuedTurn,
    SearchTask,
    SharedLink,
    Tag,
)
from conversations.services.shares import share_delete

READ = "read:conversations"


@asks(_("Revoke these links"), _("Whoever opens them finds nothing. Their owners can undo it."))
def revoke(
    desk: ModelAdmin,
    request: HttpRequest,
    chosen: QuerySet[SharedLink],
    _given: Given,
) -> None:
    """Take share links away; they go into their owners' bins."""
    actor, caller = actor_of(request), Caller.of(request)

    def work(link: SharedLink) -> None:
        share_delete(link=link)
        _record(link, actor, caller)

    each(desk, request, chosen.select_related("user", "conversation"), work)


@admin.register(SharedLink)
class SharedLinkAdmin(ReadOnlyAdmin):
    """Links to frozen copies: whose, until when."""

    read_capability = "read:sharedlinks"
    manage_capability = "manage:sharedlinks"
    fields = ("share_id", "user", "snapshot_files", "created_at", "updated_at", "expired_at")
    list_display = ("share_id", "user", "snapshot_files", "created_at", "expired_at")
    list_filter = ("created_at", "expired_at", "snapshot_files")
    list_select_related = ("user",)
    search_fields = ("=share_id", "user__email")
    ordering = ("-pk",)
    actions = (revoke,)


@admin.register(PromptGroup)
class PromptGroupAdmin(ReadOnlyAdmin):
    """Prompts that people wrote and share."""

    read_capability = "read:prompts"
    manage_capability = "manage:prompts"
    fields = (
        "name",
        "author",
        "oneliner",
        "category",
        "command",
        "number_of_generations",
        "created_at",
        "updated_at",
    )
    list_display = ("name", "author", "category", "number_of_generations", "updated_at")
    list_filter = ("category", "created_at")
    list_select_related = ("author",)
    search_fields = ("name", "author__email", "command")
    ordering = ("-pk",)


@admin.register(Prompt)
class PromptAdmin(ReadOnlyAdmin):
    """The versions of prompts, with their text."""

    read_capability = "read:prompts"
    manage_capability = "manage:prompts"
    fields = ("group", "author", "type", "labels", "prompt", "created_at")
    list_display = ("group", "author", "type", "created_at")
    list_filter = ("type", "created_at")
    list_select_related = ("group", "author")
    search_fields = ("group__name", "author__email")
    ordering = ("-pk",)


@admin.register(Project)
class ProjectAdmin(ReadOnlyAdmin):
    """Folders of conversations."""

    read_capability = manage_capability = READ
    fields = ("id", "user", "created_at", "updated_at")
    list_display = ("id", "user", "created_at", "updated_at")
    list_filter = ("created_at",)
    list_select_related = ("user",)
    search_fields = ("=id", "user__email")
    ordering = ("-pk",)


@admin.register(Preset)
class PresetAdmin(ReadOnlyAdmin):
    """Settings of a chat that people keep."""

    read_capability = manage_capability = READ
    fields = ("preset_id", "user", "endpoint", "model", "is_default", "created_at", "updated_at")
    list_display = ("preset_id", "user", "endpoint", "model", "is_default", "updated_at")
    list_filter = ("endpoint", "is_default")
    list_select_related = ("user",)
    search_fields = ("=preset_id", "user__email", "model")
    ordering = ("-pk",)


@admin.register(Tag)
class TagAdmin(ReadOnlyAdmin):
    """Bookmarks."""

    read_capability = manage_capability = READ
    fields = ("id", "user", "position", "created_at", "updated_at")
    list_display = ("id", "user", "created_at", "updated_at")
    list_filter = ("created_at",)
    list_select_related = ("user",)
    search_fields = ("=id", "user__email")
    ordering = ("-pk",)


@admin.register(MoveIn)
class MoveInAdmin(ReadOnlyAdmin):
    """Imports: where from, how far, what went wrong."""

    read_capability = manage_capability = READ
    fields = (
        "user",
        "source",
        "size_bytes",
        "state",
        "cursor",
        "total",
        "counts",
        "failure",
        "created_at",
        "finished_at",
    )
    list_display = ("created_at", "user", "source", "state", "cursor", "total", "finished_at")
    list_filter = ("source", "state", "created_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "=sha256")
    ordering = ("-pk",)


@admin.register(DeletedItem)
class DeletedItemAdmin(ReadOnlyAdmin):
    """The bin: what can still come back."""

    read_capability = manage_capability = READ
    fields = ("kind", "user", "source_id", "deleted_at")
    list_display = ("kind", "user", "source_id", "deleted_at")
    list_filter = ("kind", "deleted_at")
    list_select_related = ("user",)
    search_fields = ("=source_id", "user__email")
    ordering = ("-pk",)


@admin.register(QueuedTurn)
class QueuedTurnAdmin(ReadOnlyAdmin):
    """Messages that wait for the answer before them."""

    read_capability = manage_capability = READ
    fields = ("id", "user", "position", "failure", "created_at")
    list_display = ("id", "user", "position", "failure", "created_at")
    list_filter = ("created_at",)
    list_select_related = ("user",)
    search_fields = ("=id", "user__email")
    ordering = ("-pk",)


@admin.register(SearchTask)
class SearchTaskAdmin(ReadOnlyAdmin):
    """What the search server has not been told yet."""

    read_capability = "read:system"
    manage_capability = "manage:system"
    fields = list_display = ("subject", "attempts", "created_at")
    list_filter = ("attempts",)
    search_fields = ("=subject",)
    ordering = ("-pk",)


def _record(link: SharedLink, actor: User, caller: Caller) -> None:
    audit_record(
        Act(
            category="share",
            action="share.revoked",
            severity="warning",
            actor=actor,
            target=Target("sharedLink", link.share_id, link.user.email),
            caller=caller,
        ),
    )
