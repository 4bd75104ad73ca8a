"""Role permissions: what each role may do, by permission type."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from accounts.models import ADMIN, USER, Role, User
from librechat.kernel.errors import ForbiddenError

Matrix = dict[str, dict[str, bool]]

# type → (every permission of the type, those a USER has by default); ADMIN has them all.
TYPES: dict[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "PROMPTS": (("USE", "CREATE", "SHARE", "SHARE_PUBLIC"), frozenset({"USE", "CREATE"})),
    "BOOKMARKS": (("USE",), frozenset({"USE"})),
    "AGENTS": (("USE", "CREATE", "SHARE", "SHARE_PUBLIC"), frozenset({"USE", "CREATE"})),
    "MEMORIES": (
        ("USE", "CREATE", "UPDATE", "READ", "OPT_OUT"),
        frozenset({"USE", "CREATE", "UPDATE", "READ", "OPT_OUT"}),
    ),
    "MULTI_CONVO": (("USE",), frozenset({"USE"})),
    "TEMPORARY_CHAT": (("USE",), frozenset({"USE"})),
    "RUN_CODE": (("USE",), frozenset({"USE"})),
    "WEB_SEARCH": (("USE",), frozenset({"USE"})),
    "FILE_SEARCH": (("USE",), frozenset({"USE"})),
    "FILE_CITATIONS": (("USE",), frozenset({"USE"})),
    "PEOPLE_PICKER": (("VIEW_USERS", "VIEW_GROUPS", "VIEW_ROLES"), frozenset()),
    "MARKETPLACE": (("USE",), frozenset()),
    "MCP_SERVERS": (
        ("USE", "CREATE", "SHARE", "SHARE_PUBLIC", "CONFIGURE_OBO"),
        frozenset({"USE"}),
    ),
    "REMOTE_AGENTS": (("USE", "CREATE", "SHARE", "SHARE_PUBLIC"), frozenset()),
    "SKILLS": (("USE", "CREATE", "SHARE", "SHARE_PUBLIC"), frozenset({"USE", "CREATE"})),
    "SHARED_LINKS": (
        ("CREATE", "SHARE", "SHARE_PUBLIC"),
        frozenset({"CREATE", "SHARE", "SHARE_PUBLIC"}),
    ),
    "SCHEDULES": (("USE", "CREATE"), frozenset()),
}
# The field of the yaml's `interface` section that sets a type.
INTERFACE_FIELDS = {
    "PROMPTS": "prompts",
    "BOOKMARKS": "bookmarks",
    "AGENTS": "agents",
    "MEMORIES": "memories",
    "MULTI_CONVO": "multiConvo",
    "TEMPORARY_CHAT": "temporaryChat",
    "RUN_CODE": "runCode",
    "WEB_SEARCH": "webSearch",
    "FILE_SEARCH": "fileSearch",
    "FILE_CITATIONS": "fileCitations",
    "PEOPLE_PICKER": "peoplePicker",
    "MARKETPLACE": "marketplace",
    "MCP_SERVERS": "mcpServers",
    "REMOTE_AGENTS": "remoteAgents",
    "SKILLS": "skills",
    "SHARED_LINKS": "sharedLinks",
    "SCHEDULES": "schedules",
}
# The words of that section that are not the permission's name in lower case.
INTERFACE_WORDS = {
    "public": "SHARE_PUBLIC",
    "configureObo": "CONFIGURE_OBO",
    "users": "VIEW_USERS",
    "groups": "VIEW_GROUPS",
    "roles": "VIEW_ROLES",
}


def permission_defaults(role_name: str) -> Matrix:
    """Return the permissions a role starts with; a new custom role starts with none."""
    return {
        kind: {
            name: role_name == ADMIN or (role_name == USER and name in allowed) for name in names
        }
        for kind, (names, allowed) in TYPES.items()
    }


def permissions_from_interface(interface: Mapping[str, object]) -> Matrix:
    """Return the permissions that the yaml's ``interface`` section states, and only those.

    interface: field → a yes or no for USE, or word → yes or no, in the yaml's own spelling.
    """
    stated: Matrix = {}
    for kind, field in INTERFACE_FIELDS.items():
        names = TYPES[kind][0]
        match interface.get(field):
            case bool() as answer:
                words: Iterable[tuple[str, object]] = [("USE", answer)]
            case Mapping() as answers:
                words = [
                    (INTERFACE_WORDS.get(str(word), str(word).upper()), value)
                    for word, value in answers.items()
                ]
            case _:
                continue
        found = {name: value for name, value in words if name in names and isinstance(value, bool)}
        if found:
            stated[kind] = found
    return stated


def permissions_merge(below: Matrix, above: Mapping[str, Mapping[str, bool]]) -> Matrix:
    """Return the lower matrix with the answers of the upper one laid over it."""
    merged = {kind: dict(answers) for kind, answers in below.items()}
    for kind, answers in above.items():
        merged[kind] = {**merged.get(kind, {}), **answers}
    return merged


def permissions_of(role_name: str) -> Matrix:
    """Return what a role allows, with every known type in it; an unknown role allows nothing."""
    stored = Role.objects.filter(name=role_name).values_list("permissions", flat=True).first()
    return permissions_merge(permission_defaults(role_name), stored or {})


def role_exists(role_name: str) -> bool:
    """Return whether there is such a role; the system's own are always there."""
    return role_name in {ADMIN, USER} or Role.objects.filter(name=role_name).exists()


def role_allows(user: User, kind: str, *permissions: str) -> bool:
    """Return whether the person's role has all the permissions of this type."""
    answers = permissions_of(user.role).get(kind, {})
    return all(answers.get(name, False) for name in permissions)


def role_require(user: User, kind: str, *permissions: str) -> None:
    """Pass when the person's role has all the permissions of this type.

    Raises:
        ForbiddenError: it lacks one.
    """
    if not role_allows(user, kind, *permissions):
        raise ForbiddenError(_("Forbidden: Insufficient permissions"))
