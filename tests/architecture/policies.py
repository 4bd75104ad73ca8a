"""Who may reach which route; a route that is missing here fails the access matrix."""

from dataclasses import dataclass, field
from typing import Any, Literal

Policy = Literal["public", "signed_in", "own_object", "admin", "capability"]


@dataclass(frozen=True)
class Route:
    """A method of a route.

    ``public``: anybody. ``signed_in``: 401 (API) or the sign-in page for others. ``own_object``:
    besides, everybody but the owner gets the same 404. ``admin``: the ADMIN role only.
    ``capability``: 403 for everybody without the capability, which the ADMIN role has.
    """

    policy: Policy
    method: str = "GET"
    body: dict[str, Any] = field(default_factory=dict)
    # "api": bearer and JSON; "page": session and forms.
    door: Literal["api", "page"] = "api"


CONVERSATION = {"arg": {"conversationId": "{conversation_id}", "title": "New", "isArchived": True}}
SIGNED_IN = (Route("signed_in"),)
CAPABILITY = (Route("capability"),)


def page(policy: Policy, method: str = "GET", **body: str) -> Route:
    """Return a route of a page."""
    return Route(policy, method, body, "page")


POLICIES: dict[str, tuple[Route, ...]] = {
    "health": (Route("public"),),
    "livez": (Route("public"),),
    "readyz": (Route("public"),),
    "metrics": (Route("public"),),
    "admin": (Route("public"),),
    "admin/login/": (Route("public"),),
    "admin/": (page("admin"),),
    "api/schema": (Route("public"),),
    "^api(/.*)?$": (Route("public"),),
    # People
    "settings/search": (page("signed_in"),),
    "banner/<str:banner_id>/close": (page("public", "POST"),),
    "api/auth/register": (Route("public", "POST"),),
    "api/auth/login": (Route("public", "POST"),),
    "api/auth/refresh": (Route("public", "POST"),),
    "api/auth/logout": (Route("public", "POST"),),
    "api/auth/requestPasswordReset": (Route("public", "POST"),),
    "api/auth/resetPassword": (Route("public", "POST"),),
    "api/auth/2fa/enable": (Route("signed_in", "POST"),),
    "api/auth/2fa/verify": (Route("signed_in", "POST"),),
    "api/auth/2fa/confirm": (Route("signed_in", "POST"),),
    "api/auth/2fa/disable": (Route("signed_in", "POST"),),
    "api/auth/2fa/backup/regenerate": (Route("signed_in", "POST"),),
    "api/auth/2fa/verify-temp": (Route("public", "POST"),),
    "api/auth/step-up": (Route("signed_in", "POST"),),
    "api/user": SIGNED_IN,
    "api/user/delete": (Route("signed_in", "DELETE"),),
    "api/user/preferences": (Route("signed_in", "PATCH"),),
    "api/user/terms": SIGNED_IN,
    "api/user/terms/accept": (Route("signed_in", "POST"),),
    "api/user/settings/favorites": (Route("signed_in"), Route("signed_in", "POST")),
    "api/user/settings/favorites/tools": SIGNED_IN,
    "api/user/settings/favorites/tools/<str:item_type>/<path:item_id>": (
        Route("signed_in", "PUT"),
        Route("signed_in", "DELETE"),
    ),
    "api/user/settings/pinned-order": (Route("signed_in"), Route("signed_in", "POST")),
    "api/user/settings/skills/active": (Route("signed_in"), Route("signed_in", "POST")),
    "api/user/verify": (Route("public", "POST"),),
    "api/user/verify/resend": (Route("public", "POST"),),
    "api/api-keys": (*CAPABILITY, Route("capability", "POST")),
    "api/api-keys/<str:key_id>": (*CAPABILITY, Route("capability", "DELETE")),
    "api/config": (Route("public"),),
    "api/banner": (Route("public"),),
    "api/roles/<str:name>": SIGNED_IN,
    "api/roles/<str:name>/<str:part>": (Route("capability", "PUT"),),
    "api/permissions/search-principals": (Route("capability"),),
    "api/permissions/<str:resource>/roles": SIGNED_IN,
    "api/permissions/<str:resource>/effective/all": SIGNED_IN,
    "api/permissions/<str:resource>/<str:resource_id>/effective": SIGNED_IN,
    "api/permissions/<str:resource>/<str:resource_id>": (
        Route("own_object"),
        Route("own_object", "PUT"),
    ),
    # Administration over the API
    "api/admin/users": CAPABILITY,
    "api/admin/users/search": CAPABILITY,
    "api/admin/groups": (*CAPABILITY, Route("capability", "POST")),
    "api/admin/groups/<str:group_id>": (
        *CAPABILITY,
        Route("capability", "PATCH"),
        Route("capability", "DELETE"),
    ),
    "api/admin/groups/<str:group_id>/members": (*CAPABILITY, Route("capability", "POST")),
    "api/admin/groups/<str:group_id>/members/<str:user_id>": (Route("capability", "DELETE"),),
    "api/admin/roles": (*CAPABILITY, Route("capability", "POST")),
    "api/admin/roles/<str:name>": (
        *CAPABILITY,
        Route("capability", "PATCH"),
        Route("capability", "DELETE"),
    ),
    "api/admin/roles/<str:name>/permissions": (Route("capability", "PATCH"),),
    "api/admin/roles/<str:name>/members": (*CAPABILITY, Route("capability", "POST")),
    "api/admin/roles/<str:name>/members/<str:user_id>": (Route("capability", "DELETE"),),
    "api/admin/grants": (*CAPABILITY, Route("capability", "POST")),
    "api/admin/grants/effective": SIGNED_IN,
    "api/admin/grants/<str:principal_type>/<str:principal_id>": CAPABILITY,
    "api/admin/grants/<str:principal_type>/<str:principal_id>/<str:capability>": (
        Route("capability", "DELETE"),
    ),
    "api/admin/audit-log": CAPABILITY,
    "api/admin/audit-log/export.csv": CAPABILITY,
    "api/admin/audit-log/verify": CAPABILITY,
    "api/admin/audit-log/<str:event_id>": CAPABILITY,
    "api/admin/config": CAPABILITY,
    "api/admin/config/base": CAPABILITY,
    "api/admin/config/<str:principal_type>/<str:principal_id>": (
        *CAPABILITY,
        Route("capability", "PUT"),
        Route("capability", "DELETE"),
    ),
    "api/admin/config/<str:principal_type>/<str:principal_id>/fields": (
        Route("capability", "PATCH"),
        Route("capability", "DELETE"),
    ),
    "api/admin/config/<str:principal_type>/<str:principal_id>/fields/tombstone": (
        Route("capability", "POST"),
    ),
    "api/admin/config/<str:principal_type>/<str:principal_id>/active": (
        Route("capability", "PATCH"),
    ),
    # Models and money
    "api/endpoints": SIGNED_IN,
    "api/endpoints/token-config": SIGNED_IN,
    "api/models": SIGNED_IN,
    "api/user/plugins": (Route("signed_in", "POST"),),
    "api/keys": (Route("signed_in"), Route("signed_in", "PUT"), Route("signed_in", "DELETE")),
    "api/keys/<path:name>": (Route("signed_in", "DELETE"),),
    "api/agents": SIGNED_IN,
    "api/agents/categories": SIGNED_IN,
    "api/agents/tools": SIGNED_IN,
    "api/agents/tools/calls": SIGNED_IN,
    "api/agents/tools/web_search/auth": SIGNED_IN,
    "api/mcp/servers": SIGNED_IN,
    "api/mcp/tools": SIGNED_IN,
    "api/mcp/connection/status": SIGNED_IN,
    "api/memories": SIGNED_IN,
    "api/balance": SIGNED_IN,
    # Chat
    "api/agents/chat": (Route("signed_in", "POST"),),
    "api/agents/chat/<path:endpoint>": (Route("signed_in", "POST"),),
    "api/agents/chat/active": SIGNED_IN,
    "api/agents/chat/stream/<str:stream_id>": SIGNED_IN,
    "api/agents/chat/status/<str:conversation_id>": SIGNED_IN,
    "api/agents/chat/abort": (Route("signed_in", "POST"),),
    "api/convos/gen_title/<str:conversation_id>": (Route("own_object"),),
    # Conversations and messages
    "api/convos": (Route("signed_in"), Route("own_object", "DELETE", CONVERSATION)),
    "api/convos/update": (Route("own_object", "POST", CONVERSATION),),
    "api/convos/archive": (Route("own_object", "POST", CONVERSATION),),
    "api/convos/archive/all": (Route("signed_in", "POST"),),
    "api/convos/pin": (
        Route(
            "own_object",
            "POST",
            {"arg": {"conversationId": "{conversation_id}", "pinned": True}},
        ),
    ),
    "api/convos/all": (Route("signed_in", "DELETE"),),
    "api/convos/<str:conversation_id>": (Route("own_object"),),
    "api/messages": SIGNED_IN,
    "api/messages/<str:conversation_id>": (Route("own_object"),),
    "api/messages/<str:conversation_id>/<str:message_id>": (
        Route("own_object"),
        Route("own_object", "PUT", {"text": "New words"}),
        Route("own_object", "DELETE"),
    ),
    "api/messages/<str:conversation_id>/<str:message_id>/feedback": (
        Route(
            "own_object", "PUT", {"feedback": {"rating": "thumbsUp", "tag": "accurate_reliable"}}
        ),
    ),
    # Boot endpoints of features to come
    "api/search/enable": SIGNED_IN,
    "api/tags": SIGNED_IN,
    "api/presets": SIGNED_IN,
    "api/projects": SIGNED_IN,
    "api/share/link/<str:conversation_id>": SIGNED_IN,
    "api/prompts/groups": SIGNED_IN,
    "api/prompts/all": SIGNED_IN,
    "api/categories": SIGNED_IN,
    "api/files": SIGNED_IN,
    "api/files/config": SIGNED_IN,
    "api/files/speech/config/get": SIGNED_IN,
    # Pages
    "login": (page("public"),),
    "signup": (page("public"),),
    "register": (page("public"),),
    "oauth/error": (page("public"),),
    "oauth/<str:name>": (page("public"),),
    "oauth/<str:name>/callback": (page("public"), page("public", "POST")),
    "login/second-factor": (page("public"),),
    "login/passkey": (page("public", "POST"),),
    "passkeys/options": (page("public", "POST", purpose="nothing"),),
    "logout": (page("public", "POST"),),
    "impersonation/stop": (page("signed_in", "POST"),),
    "forgot": (page("public"),),
    "reset-password": (page("public"),),
    "reset/<str:token>": (page("public"),),
    "settings": (page("public"),),
    "settings/account": (page("signed_in"),),
    "verify": (page("public"),),
    "confirm-email/<str:token>": (page("public"),),
    "restore": (page("public"),),
    "restore/<str:token>": (page("public"),),
    "terms": (page("signed_in"),),
    "avatars/<str:name>": (page("public"),),
    "settings/account/avatar": (page("signed_in", "POST"),),
    "settings/account/email": (page("signed_in", "POST", email="new@example.org"),),
    "settings/account/linked/<str:linked_id>/unlink": (page("signed_in", "POST"),),
    "settings/data": (page("signed_in"),),
    "settings/data/export": (page("signed_in", "POST"),),
    "settings/keys": (page("signed_in"),),
    "settings/keys/<str:key_id>/end": (page("signed_in", "POST"),),
    "settings/notifications": (page("signed_in"),),
    "settings/security": (page("signed_in"),),
    "settings/appearance": (page("signed_in"),),
    "settings/api-keys": (page("signed_in"),),
    "settings/api-keys/remove": (page("signed_in", "POST", name="openAI"),),
    "settings/confirm": (page("signed_in"), page("signed_in", "POST", again="1")),
    "settings/security/two-factor": (page("signed_in"), page("signed_in", "POST", code="000000")),
    "settings/security/two-factor/start": (page("signed_in", "POST"),),
    "settings/security/two-factor/finish": (page("signed_in", "POST", kept="on"),),
    "settings/security/two-factor/off": (page("signed_in", "POST"),),
    "settings/security/backup-codes": (page("signed_in", "POST"),),
    "settings/security/passkeys/new": (page("signed_in"),),
    "settings/security/passkeys/<str:passkey_id>/rename": (page("signed_in", "POST", name="x"),),
    "settings/security/passkeys/<str:passkey_id>/remove": (page("signed_in", "POST"),),
    "settings/security/sessions/end": (page("signed_in", "POST"),),
    "settings/security/sessions/<str:session_id>/end": (page("signed_in", "POST"),),
    "": (page("signed_in"),),
    "c/new": (page("signed_in"),),
    "models": (page("signed_in"),),
    "c/<str:conversation_id>": (page("own_object"), page("own_object", "POST", text="Hi")),
    "c/<str:conversation_id>/options": (page("own_object"),),
    "c/<str:conversation_id>/stop": (page("own_object", "POST"),),
    "c/<str:conversation_id>/rename": (page("own_object", "POST", title="New"),),
    "c/<str:conversation_id>/archive": (page("own_object", "POST"),),
    "c/<str:conversation_id>/unarchive": (page("own_object", "POST"),),
    "c/<str:conversation_id>/delete": (page("own_object", "POST"),),
    "c/<str:conversation_id>/restore": (page("own_object", "POST"),),
    "c/<str:conversation_id>/seen": (page("own_object", "POST"),),
    "c/<str:conversation_id>/m/<str:message_id>/edit": (
        page("own_object", "POST", text="New words", mode="save"),
    ),
    "c/<str:conversation_id>/m/<str:message_id>/regenerate": (page("own_object", "POST"),),
    "c/<str:conversation_id>/m/<str:message_id>/continue": (page("own_object", "POST"),),
    "c/<str:conversation_id>/m/<str:message_id>/rate": (
        page("own_object", "POST", rating="thumbsUp"),
    ),
    "c/<str:conversation_id>/m/<str:message_id>/select": (page("own_object", "POST"),),
    "_/rows": (page("signed_in"),),
    "_/picker": (page("signed_in"),),
    "_/thread/<str:conversation_id>": (page("own_object"),),
    "_/message/<str:conversation_id>/<str:message_id>": (page("own_object"),),
    "_/message/<str:conversation_id>/<str:message_id>/edit": (page("own_object"),),
}
SOCKETS = {"ws": "signed_in"}
