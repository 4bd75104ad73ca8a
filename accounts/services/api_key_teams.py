"""Who may make access keys for a team."""

from django.utils.translation import gettext as _

from accounts.access.capabilities import capability_allows
from accounts.models import Group, GroupMember, User
from librechat.kernel.errors import ForbiddenError, NotFoundError

TEAM_RIGHTS = ("manage:groups", "manage:relay")


def team_require(user: User, group: Group, actor: User | None) -> None:
    """Pass when there may be a key for a team that this person answers for.

    Who makes it needs the capability to manage groups or the relay.

    Raises:
        ForbiddenError: who asks may not make keys for teams.
        NotFoundError: the person is not in the team.
    """
    if not GroupMember.objects.filter(group=group, user=user).exists():
        raise NotFoundError(_("There is no such team."))
    if actor is not None and not any(capability_allows(actor, name) for name in TEAM_RIGHTS):
        raise ForbiddenError(_("You may not make keys for a team. Ask an administrator for one."))


def teams_for_keys(user: User) -> list[Group]:
    """Return the teams a person may make keys for."""
    if not any(capability_allows(user, name) for name in TEAM_RIGHTS):
        return []
    return list(Group.objects.filter(memberships__user=user))
