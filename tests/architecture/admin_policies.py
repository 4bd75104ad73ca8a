"""What the admin lets administrators do to many objects at once; what is missing here fails.

Everything in the admin is open to the ADMIN role only: its pages and its actions.
"""

# The model's label → the names of its actions.
ACTIONS: dict[str, frozenset[str]] = {
    "accounts.AclEntry": frozenset({"revoke"}),
    "accounts.ApiKey": frozenset({"revoke"}),
    "accounts.AuditEvent": frozenset(),
    "accounts.AuthSession": frozenset({"end"}),
    "accounts.Ban": frozenset({"lift"}),
    "accounts.Banner": frozenset({"delete_selected"}),
    "accounts.ConfigOverride": frozenset({"delete_selected"}),
    "accounts.Grant": frozenset({"delete_selected"}),
    "accounts.Group": frozenset({"delete_selected"}),
    "accounts.Role": frozenset(),
    "accounts.User": frozenset(
        {
            "act_as",
            "add_to_group",
            "ban",
            "change_role",
            "delete_selected",
            "disable",
            "enable",
            "export",
            "reset_factors",
            "send_reset",
            "sign_out",
            "unban",
        },
    ),
    "accounts.Violation": frozenset(),
    "agents.Credential": frozenset({"delete_selected"}),
    "billing.Balance": frozenset(),
    "billing.Hold": frozenset(),
    "billing.Transaction": frozenset(),
    "conversations.Conversation": frozenset(),
    "conversations.Generation": frozenset(),
    "conversations.Message": frozenset(),
    "mfa.Authenticator": frozenset(),
    "socialaccount.SocialAccount": frozenset(),
}
# Pages of the site itself; those of the models follow from the table.
SITE_PAGES = frozenset(
    {
        "",
        "search/",
        "login/",
        "logout/",
        "password_change/",
        "password_change/done/",
        "autocomplete/",
        "jsi18n/",
        "r/<path:content_type_id>/<path:object_id>/",
    },
)
MODEL_PAGES = frozenset(
    {
        "",
        "add/",
        "<path:object_id>/history/",
        "<path:object_id>/delete/",
        "<path:object_id>/change/",
        "<path:object_id>/",
    },
)
OWN_PAGES: dict[str, frozenset[str]] = {
    "accounts.AuditEvent": frozenset({"verify/", "export/<str:kind>/"}),
}
