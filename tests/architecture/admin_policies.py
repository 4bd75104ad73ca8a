"""What the admin lets administrators do to many objects at once; what is missing here fails.

The admin is open to who has ``access:admin``; each page to who has its model's capability.
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
    "accounts.Job": frozenset({"cancel", "retry"}),
    "accounts.OneTimeToken": frozenset(),
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
    "agents.PluginCredential": frozenset(),
    "billing.Account": frozenset(),
    "billing.Balance": frozenset({"add_credits", "set_credits"}),
    "billing.Budget": frozenset(),
    "billing.BudgetRequest": frozenset(
        {"decline", "grant_credits", "grant_once", "raise_limit"},
    ),
    "billing.Hold": frozenset(),
    "billing.Price": frozenset({"end"}),
    "billing.PriceImport": frozenset(),
    "billing.Transaction": frozenset({"export"}),
    "billing.UsageDay": frozenset(),
    "billing.UsageHour": frozenset(),
    "conversations.Conversation": frozenset(),
    "conversations.DeletedItem": frozenset(),
    "conversations.Generation": frozenset(),
    "conversations.Message": frozenset(),
    "conversations.MoveIn": frozenset(),
    "conversations.Preset": frozenset(),
    "conversations.Project": frozenset(),
    "conversations.Prompt": frozenset(),
    "conversations.PromptGroup": frozenset(),
    "conversations.QueuedTurn": frozenset(),
    "conversations.SearchTask": frozenset(),
    "conversations.SharedLink": frozenset({"revoke"}),
    "conversations.Tag": frozenset(),
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
        "live/",
        "live/now/",
        "live/stop/",
        "system/",
        "charts/<str:name>.csv",
    },
)
# Who may open a page of the site; every other one is open to all who may come in.
SITE_CAPABILITIES = {
    "live/": "read:system",
    "live/now/": "read:system",
    "live/stop/": "manage:system",
    "system/": "read:system",
}
# Models without a list of their own, and why.
NOT_LISTED: dict[str, str] = {
    "accounts.AuditHead": "one row, the end of the chain",
    "accounts.GroupMember": "on the page of the group",
    "accounts.ProviderToken": "secrets, with the life of their session",
    "billing.BudgetBucket": "the counters of a budget, on its page",
    "billing.BudgetReservation": "promises of running calls to budgets",
    "billing.Entry": "on the page of the transaction",
    "billing.UsageView": "links above the usage explorer",
    "conversations.MessageVersion": "texts of people, which no list shows",
    "conversations.MovedRecord": "which row an import made, for its undo",
    "conversations.SearchDocument": "a copy of texts of people",
}
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
    "billing.Budget": frozenset({"<path:object_id>/simulate/"}),
    "billing.Price": frozenset({"lookup/", "unpriced/", "<path:object_id>/simulate/"}),
    "billing.PriceImport": frozenset({"<path:object_id>/simulate/"}),
    "billing.UsageHour": frozenset(
        {"export/<str:kind>/", "views/", "views/<str:view_id>/delete/"},
    ),
    "accounts.AuditEvent": frozenset({"verify/", "export/<str:kind>/"}),
    "accounts.Job": frozenset({"schedules/"}),
}
