"""Routes below ``/api/admin``."""

from django.urls import path

from accounts.api import (
    admin_audit,
    admin_config,
    admin_grants,
    admin_groups,
    admin_roles,
    admin_users,
)

RECEIVER = "<str:principal_type>/<str:principal_id>"

urlpatterns = [
    path("users", admin_users.UsersView.as_view()),
    path("users/search", admin_users.UserSearchView.as_view()),
    path("groups", admin_groups.GroupsView.as_view()),
    path("groups/<str:group_id>", admin_groups.GroupView.as_view()),
    path("groups/<str:group_id>/members", admin_groups.GroupMembersView.as_view()),
    path("groups/<str:group_id>/members/<str:user_id>", admin_groups.GroupMemberView.as_view()),
    path("roles", admin_roles.RolesView.as_view()),
    path("roles/<str:name>", admin_roles.AdminRoleView.as_view()),
    path("roles/<str:name>/permissions", admin_roles.AdminRolePermissionsView.as_view()),
    path("roles/<str:name>/members", admin_roles.RoleMembersView.as_view()),
    path("roles/<str:name>/members/<str:user_id>", admin_roles.RoleMemberView.as_view()),
    path("grants", admin_grants.GrantsView.as_view()),
    path("grants/effective", admin_grants.EffectiveGrantsView.as_view()),
    path(f"grants/{RECEIVER}", admin_grants.PrincipalGrantsView.as_view()),
    path(f"grants/{RECEIVER}/<str:capability>", admin_grants.GrantView.as_view()),
    path("config", admin_config.ConfigsView.as_view()),
    path("config/base", admin_config.BaseConfigView.as_view()),
    path(f"config/{RECEIVER}", admin_config.PrincipalConfigView.as_view()),
    path(f"config/{RECEIVER}/fields", admin_config.ConfigFieldsView.as_view()),
    path(f"config/{RECEIVER}/fields/tombstone", admin_config.ConfigTombstoneView.as_view()),
    path(f"config/{RECEIVER}/active", admin_config.ConfigActiveView.as_view()),
    path("audit-log", admin_audit.AuditLogView.as_view()),
    path("audit-log/export.csv", admin_audit.AuditExportView.as_view()),
    path("audit-log/verify", admin_audit.AuditVerifyView.as_view()),
    path("audit-log/<str:event_id>", admin_audit.AuditEntryView.as_view()),
]
