"""Finding people, groups and roles by a few letters."""

from collections.abc import Callable, Iterable

from django.db.models import Count, Q

from accounts.models import Group, PrincipalType, Role, User
from accounts.queries.sharing import group_json, person_json, role_json

MAX_FOUND, MAX_LETTERS = 50, 200
Found = dict[str, object]


def principals_search(text: str, kinds: Iterable[PrincipalType], limit: int) -> list[Found]:
    """Return who matches, best first: the same name, then one that begins like it, then others.

    One query for each kind, each with the limit.
    """
    found = [row for kind in kinds for row in _SEARCHES[kind](text, limit)]
    found.sort(key=lambda row: (_distance(row, text), str(row["name"]).casefold(), str(row["id"])))
    return found[:limit]


def _distance(row: Found, text: str) -> int:
    wanted = text.casefold()
    names = [str(row.get(field) or "").casefold() for field in ("name", "email", "username")]
    if wanted in names:
        return 0
    return 1 if any(name.startswith(wanted) for name in names) else 2


def people_matching(text: str) -> Q:
    """Return the condition for people whose name, user name or address holds a text."""
    return Q(name__icontains=text) | Q(email__icontains=text) | Q(username__icontains=text)


def _people(text: str, limit: int) -> list[Found]:
    rows = User.objects.filter(people_matching(text), is_active=True, delete_after=None)
    return [
        {**person_json(user), "username": user.username, "provider": user.provider}
        for user in rows.order_by("name", "id")[:limit]
    ]


def _groups(text: str, limit: int) -> list[Found]:
    fields = Q(name__icontains=text) | Q(email__icontains=text) | Q(description__icontains=text)
    rows = Group.objects.filter(fields).annotate(member_count=Count("memberships"))
    return [
        {**group_json(group), "memberCount": group.member_count}
        for group in rows.order_by("name", "id")[:limit]
    ]


def _roles(text: str, limit: int) -> list[Found]:
    rows = Role.objects.filter(Q(name__icontains=text) | Q(description__icontains=text))
    return [{**role_json(role.name), "description": role.description} for role in rows[:limit]]


_SEARCHES: dict[PrincipalType, Callable[[str, int], list[Found]]] = {
    PrincipalType.USER: _people,
    PrincipalType.GROUP: _groups,
    PrincipalType.ROLE: _roles,
}
