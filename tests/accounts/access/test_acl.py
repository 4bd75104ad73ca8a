"""Who may do what with a shared thing."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.access.acl import (
    access_require,
    bits_by_id,
    bits_of,
    visible_ids_subquery,
)
from accounts.access.resources import (
    RESOURCE_TYPES,
    resource_owner,
    resource_register,
    resource_type,
)
from accounts.models import AclEntry, Group, GroupMember, PrincipalType, User
from accounts.models.acl import DELETE, EDIT, SHARE, VIEW
from conversations.models import Conversation
from librechat.kernel import clock
from librechat.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError
from tests.factories.people import person, role
from tests.factories.rights import AGENT, entry, grant, group, things
from tests.factories.threads import conversation_make

THING = "a" * 24
PERSON, GROUP, ROLE, PUBLIC = PrincipalType

pytestmark = pytest.mark.django_db


def test_each_kind_of_receiver_gives_access(owner: User) -> None:
    readers = group("Readers", owner)
    receivers = [(PERSON, owner.pk), (GROUP, readers.pk), (ROLE, "USER"), (PUBLIC, "")]
    for number, (kind, name) in enumerate(receivers):
        entry(AGENT, f"{number:024x}", kind, name)
    assert bits_by_id(owner, AGENT) == {f"{number:024x}": VIEW for number in range(4)}


def test_what_others_were_given_gives_nothing(owner: User, stranger: User) -> None:
    role("guest")
    for number, (kind, name) in enumerate(
        [(PERSON, stranger.pk), (GROUP, group("Others", stranger).pk), (ROLE, "guest")],
    ):
        entry(AGENT, f"{number:024x}", kind, name)
    entry(RESOURCE_TYPES["skill"], THING, PERSON, owner.pk)
    assert bits_by_id(owner, AGENT) == {}
    assert bits_of(owner, AGENT, THING) == 0


def test_rights_add_up_over_all_entries(owner: User) -> None:
    entry(AGENT, THING, PUBLIC, "")
    entry(AGENT, THING, GROUP, group("Editors", owner).pk, "editor")
    assert bits_of(owner, AGENT, THING) == VIEW | EDIT
    with pytest.raises(ForbiddenError):
        access_require(owner, AGENT, THING, SHARE)


def test_an_entry_that_ran_out_gives_nothing(owner: User) -> None:
    entry(AGENT, THING, PERSON, owner.pk, expires_at=clock.now() - timedelta(seconds=1))
    assert bits_of(owner, AGENT, THING) == 0
    AclEntry.objects.update(expires_at=clock.now() + timedelta(minutes=1))
    assert bits_of(owner, AGENT, THING) == VIEW


def test_who_does_not_see_a_thing_is_told_that_there_is_none(owner: User) -> None:
    with pytest.raises(NotFoundError):
        access_require(owner, AGENT, THING, VIEW)
    entry(AGENT, THING, PERSON, owner.pk)
    access_require(owner, AGENT, THING, VIEW)
    with pytest.raises(ForbiddenError):
        access_require(owner, AGENT, THING, DELETE)


def test_the_capability_of_the_kind_passes_every_check(owner: User) -> None:
    grant(owner, "manage:prompts")
    access_require(owner, RESOURCE_TYPES["promptGroup"], THING, DELETE)
    with pytest.raises(NotFoundError):
        access_require(owner, AGENT, THING, VIEW)
    grant(owner, "manage:agents")
    access_require(owner, RESOURCE_TYPES["remoteAgent"], THING, SHARE)


@pytest.mark.measures
def test_a_thousand_shared_things_and_fifty_groups_are_one_fast_query(owner: User) -> None:
    groups = Group.objects.bulk_create([Group(name=f"g{number}") for number in range(50)])
    GroupMember.objects.bulk_create([GroupMember(group=one, user=owner) for one in groups])
    author = person()
    template = conversation_make(author)
    rows = [
        Conversation(
            **{
                field.attname: getattr(template, field.attname)
                for field in Conversation._meta.concrete_fields
                if field.attname not in {"id", "conversation_id"}
            },
        )
        for _ in range(1_500)
    ]
    made = Conversation.objects.bulk_create(rows)
    AclEntry.objects.bulk_create(
        [
            AclEntry(
                resource_type="agent",
                resource_id=row.pk,
                principal_type=GROUP,
                principal_id=groups[number % 50].pk,
                bits=VIEW,
            )
            for number, row in enumerate(made[:1_000])
        ],
    )
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        seen = set(
            Conversation.objects.filter(
                pk__in=visible_ids_subquery(owner, AGENT),
            ).values_list("pk", flat=True),
        )
    assert time.perf_counter() - began < 0.5
    assert len(queries) == 1
    assert seen == {row.pk for row in made[:1_000]}
    assert not Conversation.objects.filter(
        pk__in=visible_ids_subquery(owner, AGENT, EDIT),
    ).exists()


RECEIVERS = ("me", "mine", "other", "theirs", "USER", "guest", "public")
ENTRIES = st.dictionaries(
    st.tuples(st.integers(0, 3), st.sampled_from(RECEIVERS)),
    st.tuples(st.integers(0, 15), st.sampled_from([None, -1, 1])),
    max_size=12,
)
HOLDS = {"me", "mine", "USER", "public"}


@given(ENTRIES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_effective_bits_are_the_union_of_what_is_in_force(
    owner: User,
    stranger: User,
    entries: dict[tuple[int, str], tuple[int, int | None]],
) -> None:
    AclEntry.objects.all().delete()
    Group.objects.all().delete()
    names = {
        "me": (PERSON, owner.pk),
        "other": (PERSON, stranger.pk),
        "mine": (GROUP, group("Mine", owner).pk),
        "theirs": (GROUP, group("Theirs", stranger).pk),
        "USER": (ROLE, "USER"),
        "guest": (ROLE, "guest"),
        "public": (PUBLIC, ""),
    }
    expected: dict[str, int] = {}
    for (thing, receiver), (bits, hours) in entries.items():
        kind, name = names[receiver]
        AclEntry.objects.create(
            resource_type="agent",
            resource_id=f"{thing:024x}",
            principal_type=kind,
            principal_id=name,
            bits=bits,
            expires_at=None if hours is None else clock.now() + timedelta(hours=hours),
        )
        if receiver in HOLDS and hours != -1:
            expected[f"{thing:024x}"] = expected.get(f"{thing:024x}", 0) | bits
    assert bits_by_id(owner, AGENT) == {name: bits for name, bits in expected.items() if bits}
    for bit in (VIEW, EDIT, DELETE, SHARE):
        visible = set(visible_ids_subquery(owner, AGENT, bit))
        assert visible == {name for name, bits in expected.items() if bits & bit}
    for thing in range(4):
        assert bits_of(owner, AGENT, f"{thing:024x}") == expected.get(f"{thing:024x}", 0)


def test_there_are_seventeen_access_roles() -> None:
    roles = [role for kind in RESOURCE_TYPES.values() for role in kind.roles]
    assert len(roles) == len({role.id for role in roles}) == 17
    assert [(one.id, one.bits) for one in resource_type("sharedLink").roles] == [
        ("sharedLink_viewer", 1),
        ("sharedLink_owner", 15),
    ]
    assert resource_type("mcpServer").roles[1].name == "com_ui_mcp_server_role_editor"


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="Known: agent"):
        resource_type("planet")
    with pytest.raises(LookupError):
        resource_register("planet", lambda _id: None)


def test_apps_tell_how_to_find_the_owner_of_their_things() -> None:
    skill = RESOURCE_TYPES["skill"]
    assert resource_owner(skill, THING) is None
    with things(AGENT):  # puts the table back afterwards
        resource_register("skill", {THING: "me"}.get)
        assert resource_owner(skill, THING) == "me"
        assert resource_owner(skill, "b" * 24) is None
    assert resource_owner(skill, THING) is None
