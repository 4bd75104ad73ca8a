"""Writes to who may do what with a shared thing."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from accounts.access.acl import bits_of
from accounts.access.resources import RESOURCE_TYPES
from accounts.errors import LastOwnerError, OwnerStaysError
from accounts.models import AclEntry, AuditEvent, PrincipalType, Role, User
from accounts.models.acl import ALL_BITS, EDIT, VIEW
from accounts.services.roles import role_permissions_set
from accounts.services.sharing import (
    EVERYBODY,
    Changes,
    Receiver,
    Share,
    entry_revoke,
    resource_forget,
    resource_own,
    resource_publish,
    sharing_require,
    sharing_update,
)
from librechat.kernel import clock
from librechat.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError
from tests.factories.people import person, role
from tests.factories.rights import AGENT, LINK, Things, entry, grant, group, things

pytestmark = pytest.mark.django_db

SHARING = {"AGENTS": {"SHARE": True}}
OPEN = {"AGENTS": {"SHARE": True, "SHARE_PUBLIC": True}}


@pytest.fixture
def agents() -> Iterator[Things]:
    with things(AGENT) as made:
        yield made


@pytest.fixture
def author(agents: Things) -> User:
    return person("author@example.org", role=role("author", **SHARING).name)


def to(user: User, level: str = "viewer", expires_at: datetime | None = None) -> Share:
    return Share(Receiver(PrincipalType.USER, user.pk), f"agent_{level}", expires_at)


def give(actor: User, thing: str, *shares: Share) -> list[AclEntry]:
    changes = Changes(given=shares)
    return sharing_update(actor=actor, kind=AGENT, resource_id=thing, changes=changes)


def take(actor: User, thing: str, *users: User) -> None:
    receivers = [Receiver(PrincipalType.USER, user.pk) for user in users]
    changes = Changes(taken=receivers)
    sharing_update(actor=actor, kind=AGENT, resource_id=thing, changes=changes)


def test_an_owner_shares_with_people_groups_and_roles(
    agents: Things,
    author: User,
    viewer: User,
    stranger: User,
) -> None:
    thing = agents.make(author)
    readers = group("Readers", stranger)
    end = clock.now() + timedelta(days=1)
    granted = give(
        author,
        thing,
        to(viewer, "editor", expires_at=end),
        Share(Receiver(PrincipalType.GROUP, readers.pk), "agent_viewer"),
        Share(Receiver(PrincipalType.ROLE, "author"), "agent_viewer"),
    )
    assert [one.granted_by for one in granted] == [author] * 3
    assert bits_of(viewer, AGENT, thing) == VIEW | EDIT
    assert bits_of(stranger, AGENT, thing) == VIEW
    event = AuditEvent.objects.latest("sequence")
    assert (event.action, event.target_type, event.target_id) == ("sharing.changed", "agent", thing)
    assert event.metadata["given"][0] == {
        "type": "user",
        "id": viewer.pk,
        "role": "agent_editor",
        "before": "",
    }


def test_an_entry_is_changed_and_taken_away(agents: Things, author: User, viewer: User) -> None:
    thing = agents.make(author)
    give(author, thing, to(viewer, "editor"))
    give(author, thing, to(viewer))
    assert bits_of(viewer, AGENT, thing) == VIEW
    take(author, thing, viewer)
    take(author, thing, viewer)
    assert bits_of(viewer, AGENT, thing) == 0
    assert AuditEvent.objects.latest("sequence").metadata["taken"] == []


def test_the_bit_and_the_permission_of_the_role_are_both_needed(
    agents: Things,
    owner: User,
    author: User,
    viewer: User,
) -> None:
    thing = agents.make(owner)
    with pytest.raises(ForbiddenError):
        give(owner, thing, to(viewer))  # USER may not share agents
    with pytest.raises(NotFoundError):
        give(author, thing, to(viewer))  # the role may, but the thing is not theirs
    entry(AGENT, thing, PrincipalType.USER, author.pk, "editor")
    with pytest.raises(ForbiddenError):
        give(author, thing, to(viewer))
    assert bits_of(viewer, AGENT, thing) == 0


def test_a_thing_that_is_gone_cannot_be_shared(agents: Things, author: User, viewer: User) -> None:
    thing = agents.make(author)
    del agents.owners[thing]
    with pytest.raises(NotFoundError):
        give(author, thing, to(viewer))
    with pytest.raises(NotFoundError):
        sharing_require(actor=author, kind=RESOURCE_TYPES["skill"], resource_id=thing)


def test_sharing_with_everybody_needs_its_own_permission(agents: Things, author: User) -> None:
    thing = agents.make(author)
    public = Share(EVERYBODY, "agent_viewer")
    with pytest.raises(ForbiddenError):
        give(author, thing, public)
    assert not AclEntry.objects.filter(principal_type="public").exists()
    opener = person(role=role("opener", **OPEN).name)
    entry(AGENT, thing, PrincipalType.USER, opener.pk, "owner")
    give(opener, thing, public)
    give(author, thing, public)  # nothing opens that was not open
    with pytest.raises(ForbiddenError):
        give(author, thing, Share(EVERYBODY, "agent_editor"))
    changes = Changes(taken=[EVERYBODY])
    sharing_update(actor=author, kind=AGENT, resource_id=thing, changes=changes)
    assert not AclEntry.objects.filter(principal_type="public").exists()


def test_the_capability_stands_in_for_all_but_sharing_with_everybody(
    agents: Things,
    author: User,
    owner: User,
    viewer: User,
) -> None:
    thing = agents.make(author)
    grant(owner, "manage:agents")
    give(owner, thing, to(viewer))
    assert bits_of(viewer, AGENT, thing) == VIEW
    with pytest.raises(ForbiddenError):
        give(owner, thing, Share(EVERYBODY, "agent_viewer"))


@pytest.mark.parametrize(
    "share",
    [
        Share(Receiver(PrincipalType.USER, "f" * 24), "agent_viewer"),
        Share(Receiver(PrincipalType.GROUP, "f" * 24), "agent_viewer"),
        Share(Receiver(PrincipalType.ROLE, "planets"), "agent_viewer"),
        Share(Receiver(PrincipalType.ROLE, "USER"), "skill_viewer"),
        Share(Receiver(PrincipalType.ROLE, "USER"), "agent_god"),
    ],
)
def test_unknown_receivers_and_roles_change_nothing(
    agents: Things,
    author: User,
    viewer: User,
    share: Share,
) -> None:
    thing = agents.make(author)
    with pytest.raises(InvalidInputError):
        give(author, thing, to(viewer), share)
    assert bits_of(viewer, AGENT, thing) == 0
    assert AclEntry.objects.count() == 1


def test_too_many_changes_at_once_are_refused(agents: Things, author: User, viewer: User) -> None:
    thing = agents.make(author)
    with pytest.raises(InvalidInputError, match="500"):
        give(author, thing, *[to(viewer)] * 501)


def test_the_last_owner_stays_until_somebody_else_owns_it(
    agents: Things,
    author: User,
    viewer: User,
) -> None:
    thing = agents.make(author)
    soon = clock.now() + timedelta(days=1)
    for shares in ([to(author)], [to(author, "owner", expires_at=soon)]):
        with pytest.raises(LastOwnerError):
            give(author, thing, *shares)
    with pytest.raises(LastOwnerError):
        take(author, thing, author)
    assert bits_of(author, AGENT, thing) == ALL_BITS
    give(author, thing, to(viewer, "owner"), to(author))
    assert (bits_of(author, AGENT, thing), bits_of(viewer, AGENT, thing)) == (VIEW, ALL_BITS)


def test_the_owner_of_a_share_link_keeps_their_entry(owner: User, viewer: User) -> None:
    with things(LINK) as links:
        thing = links.make(owner)
        mine = Receiver(PrincipalType.USER, owner.pk)
        theirs = Share(Receiver(PrincipalType.USER, viewer.pk), "sharedLink_owner")
        for changes in (
            Changes(given=[theirs, Share(mine, "sharedLink_viewer")]),
            Changes(given=[theirs], taken=[mine]),
        ):
            with pytest.raises(OwnerStaysError):
                sharing_update(actor=owner, kind=LINK, resource_id=thing, changes=changes)
        assert bits_of(viewer, LINK, thing) == 0
        changes = Changes(given=[theirs, Share(mine, "sharedLink_owner")])
        sharing_update(actor=owner, kind=LINK, resource_id=thing, changes=changes)
    assert bits_of(viewer, LINK, thing) == ALL_BITS


def test_a_new_thing_is_published_only_with_the_permission(owner: User, viewer: User) -> None:
    resource_own(owner=owner, kind=LINK, resource_id="a" * 24)
    resource_publish(owner=owner, kind=LINK, resource_id="a" * 24)
    assert bits_of(viewer, LINK, "a" * 24) == VIEW
    with pytest.raises(ForbiddenError):
        resource_publish(owner=owner, kind=AGENT, resource_id="b" * 24)
    assert resource_forget(kind=LINK, resource_id="a" * 24) == 2
    assert not AclEntry.objects.exists()


def test_a_right_of_the_role_that_is_taken_away_ends_at_once(
    agents: Things,
    author: User,
    viewer: User,
) -> None:
    thing = agents.make(author)
    role_permissions_set(
        role=Role.objects.get(name="author"),
        permissions={"AGENTS": {"SHARE": False}},
    )
    with pytest.raises(ForbiddenError):
        give(author, thing, to(viewer))


def test_an_administrator_revokes_one_entry(
    agents: Things,
    author: User,
    viewer: User,
    admin: User,
) -> None:
    thing = agents.make(author)
    [shared] = give(author, thing, to(viewer))
    mine = AclEntry.objects.get(principal_id=author.pk)
    with pytest.raises(LastOwnerError):
        entry_revoke(actor=admin, entry=mine)
    entry_revoke(actor=admin, entry=shared)
    entry_revoke(actor=admin, entry=mine)  # nobody else has it any more
    assert not AclEntry.objects.exists()
    event = AuditEvent.objects.latest("sequence")
    assert event.metadata == {"taken": [{"type": "user", "id": author.pk}]}
    assert event.actor_id == admin.pk
