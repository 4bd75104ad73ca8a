"""Who sees which endpoint and which model, wherever models are offered or asked for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, GroupMember, User
from accounts.services.groups import group_delete
from agents import errors, visibility
from agents.llm import available
from agents.models import ModelVisibility
from agents.services.credentials import credential_set
from agents.services.visibility import Place, visibility_set
from librechat.kernel import yaml_config
from librechat.kernel.errors import InvalidInputError, NotFoundError
from tests.factories.people import bearer, person
from tests.factories.rights import group

pytestmark = pytest.mark.django_db

HOUSE = {
    "name": "House",
    "apiKey": "sk-house",
    "baseURL": "https://models.example.org/v1",
    "models": {"default": ["small", "large"]},
}
OTHER = HOUSE | {"name": "Other", "models": {"default": ["plain"]}}
ALL = {"House": ["small", "large"], "Other": ["plain"]}


@pytest.fixture(autouse=True)
def _two_endpoints(settings: LazySettings) -> Iterator[None]:
    settings.PROVIDER_VARIABLES = {}
    settings.ENDPOINTS = []
    with yaml_config.override({"endpoints": {"custom": [HOUSE, OTHER]}}):
        yield


@dataclass
class People:
    """``role``: who has the role ADMIN. ``group``: who is in the group. ``none``: neither."""

    role: User
    group: User
    none: User
    staff: str


@pytest.fixture
def people(admin: User, owner: User, stranger: User) -> People:
    return People(admin, owner, stranger, group("Staff", owner).pk)


def only(people: People, place: Place, *, to: str) -> None:
    """Restrict a place to a role, a group, or to both."""
    visibility_set(
        place=place,
        roles=["ADMIN"] if "role" in to else [],
        groups=[people.staff] if "group" in to else [],
        actor=people.role,
    )


# --- The matrix: who, what is restricted, where it is asked --------------------------------


def by_list(user: User) -> dict[str, list[str]]:
    return available.models_for(user)


def by_picker(user: User) -> dict[str, list[str]]:
    return {one.endpoint: [m.id for m in one.models] for one in available.picker_for(user)}


def by_windows(user: User) -> dict[str, list[str]]:
    return {name: list(models) for name, models in available.token_config_for(user).items()}


def by_api(user: User) -> dict[str, list[str]]:
    client, headers = Client(), bearer(user)
    found: dict[str, list[str]] = client.get("/api/models", headers=headers).json()
    assert set(client.get("/api/endpoints", headers=headers).json()) == set(found)
    return found


def by_resolving(user: User) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for endpoint, models in ALL.items():
        for model in models:
            try:
                available.resolve(user, endpoint, model)
            except errors.UnknownEndpointError:
                with pytest.raises(errors.UnknownEndpointError):
                    available.check_offered(user, endpoint)
                continue
            except errors.IllegalModelError:
                available.check_offered(user, endpoint)
                continue
            found.setdefault(endpoint, []).append(model)
    return found


WAYS = [by_list, by_picker, by_windows, by_api, by_resolving]
ENDPOINT, MODEL = Place("House"), Place("House", "large")
WITHOUT_HOUSE = {"Other": ["plain"]}
WITHOUT_LARGE = {"House": ["small"], "Other": ["plain"]}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("who", ["role", "group", "none"])
@pytest.mark.parametrize("to", ["role", "group", "role and group"])
@pytest.mark.parametrize(("place", "rest"), [(ENDPOINT, WITHOUT_HOUSE), (MODEL, WITHOUT_LARGE)])
def test_only_those_named_see_it(
    people: People,
    way: Callable[[User], dict[str, list[str]]],
    who: str,
    to: str,
    place: Place,
    rest: dict[str, list[str]],
) -> None:
    user: User = getattr(people, who)
    assert way(user) == ALL
    only(people, place, to=to)
    assert way(user) == (ALL if who in to else rest)
    visibility_set(place=place, roles=[], groups=[], actor=people.role)
    assert way(user) == ALL


# --- The rule ------------------------------------------------------------------------------


def test_a_restricted_model_of_a_restricted_endpoint_wants_both(people: People) -> None:
    only(people, ENDPOINT, to="group")
    only(people, MODEL, to="role")
    assert by_list(people.group) == WITHOUT_LARGE
    assert by_list(people.role) == WITHOUT_HOUSE
    GroupMember.objects.create(group_id=people.staff, user=people.role)
    cache.clear()  # memberships count within seconds; this is later
    assert by_list(people.role) == ALL


def test_a_model_posted_by_hand_is_refused_in_librechat_s_words(people: People) -> None:
    only(people, MODEL, to="group")
    with pytest.raises(errors.IllegalModelError) as refused:
        available.resolve(people.none, "House", "large")
    assert refused.value.data["body"] == {
        "type": "illegal_model_request",
        "info": "House|large",
    }


def test_an_address_of_one_s_own_opens_no_model_that_is_closed(people: People) -> None:
    own = HOUSE | {"apiKey": "user_provided", "baseURL": "user_provided"}
    value = '{"apiKey": "k", "baseURL": "https://own.example.com/v1"}'
    credential_set(people.none, name="House", value=value)
    with yaml_config.override({"endpoints": {"custom": [own]}}):
        assert available.resolve(people.none, "House", "their-own").model == "their-own"
        only(people, MODEL, to="group")
        with pytest.raises(errors.IllegalModelError):
            available.resolve(people.none, "House", "large")


def test_the_name_of_a_model_is_restricted_at_its_endpoint_only(people: People) -> None:
    twin = OTHER | {"models": {"default": ["large"]}}
    with yaml_config.override({"endpoints": {"custom": [HOUSE, twin]}}):
        only(people, MODEL, to="group")
        assert by_list(people.none) == {"House": ["small"], "Other": ["large"]}


def test_an_endpoint_whose_models_are_all_for_others_is_not_in_the_picker(people: People) -> None:
    only(people, Place("Other", "plain"), to="group")
    assert by_picker(people.none) == {"House": ["small", "large"]}
    assert by_picker(people.group) == ALL
    assert by_list(people.none) == {"House": ["small", "large"], "Other": []}


def test_the_demo_does_not_stand_in_for_what_is_closed(people: People) -> None:
    for name in ALL:
        only(people, Place(name), to="group")
    assert available.endpoints_for(people.none) == {}


def test_titles_are_made_by_no_model_that_is_for_others(people: People) -> None:
    titled = HOUSE | {"titleModel": "large"}
    elsewhere = OTHER | {"titleModel": "large", "titleEndpoint": "House"}
    with yaml_config.override({"endpoints": {"custom": [titled, elsewhere]}}):
        assert available.resolve(people.none, "House", "small").title.model == "large"
        only(people, MODEL, to="group")
        own = available.resolve(people.none, "House", "small").title
        other = available.resolve(people.none, "Other", "plain").title
        theirs = available.resolve(people.group, "Other", "plain").title
    assert (own.endpoint, own.model) == ("House", "small")
    assert (other.endpoint, other.model) == ("Other", "plain")
    assert (theirs.endpoint, theirs.model) == ("House", "large")


# --- Changes -------------------------------------------------------------------------------


def test_a_change_counts_at_once_and_is_on_record(people: People) -> None:
    assert by_list(people.none) == ALL
    only(people, ENDPOINT, to="group")
    assert by_list(people.none) == WITHOUT_HOUSE
    only(people, ENDPOINT, to="role")
    assert by_list(people.group) == WITHOUT_HOUSE
    acts = AuditEvent.objects.filter(action="model_visibility.changed").order_by("sequence")
    assert [(one.metadata["before"], one.metadata["after"]) for one in acts] == [
        ([], [f"group:{people.staff}"]),
        ([f"group:{people.staff}"], ["role:ADMIN"]),
    ]
    assert acts[0].actor_id == people.role.pk


def test_saving_the_same_again_is_no_act(people: People) -> None:
    only(people, ENDPOINT, to="group")
    only(people, ENDPOINT, to="group")
    assert AuditEvent.objects.filter(action="model_visibility.changed").count() == 1


def test_what_was_closed_for_a_group_stays_closed_without_it(people: People) -> None:
    only(people, ENDPOINT, to="group")
    staff = people.group.member_groups.get(pk=people.staff)
    group_delete(group=staff, actor=people.role)
    cache.clear()
    assert by_list(people.group) == WITHOUT_HOUSE
    # The form sends back what it showed, the group that is gone among it.
    visibility_set(place=ENDPOINT, roles=["ADMIN"], groups=[people.staff], actor=people.role)
    assert by_list(people.role) == ALL


@pytest.mark.parametrize(("roles", "groups"), [(["Nobodies"], []), ([], ["0" * 24])])
def test_nobody_is_no_receiver(people: People, roles: list[str], groups: list[str]) -> None:
    only(people, ENDPOINT, to="group")
    with pytest.raises(NotFoundError):
        visibility_set(place=ENDPOINT, roles=roles, groups=groups, actor=people.role)
    assert ModelVisibility.objects.get().principal_id == people.staff
    assert AuditEvent.objects.filter(action="model_visibility.changed").count() == 1


def test_a_rule_without_an_endpoint_or_with_too_many_receivers_is_refused(people: People) -> None:
    many = [f"role {number}" for number in range(201)]
    for place, roles in ((Place(" "), ["ADMIN"]), (ENDPOINT, many)):
        with pytest.raises(InvalidInputError):
            visibility_set(place=place, roles=roles, groups=[], actor=people.role)
    assert not ModelVisibility.objects.exists()


# --- What it costs ---------------------------------------------------------------------------


def queries_of(user: User) -> int:
    with CaptureQueriesContext(connection) as queries:
        available.resolve(user, "Other", "plain")
        available.models_for(user)
        available.check_offered(user, "Other")
    return len(queries)


def test_what_is_known_costs_no_query(people: People) -> None:
    available.resolve(people.none, "Other", "plain")
    assert queries_of(people.none) == 0
    only(people, MODEL, to="role and group")
    for number in range(20):
        extra = group(f"Group {number}", people.none).pk
        place = Place("House", f"model-{number}")
        visibility_set(place=place, roles=[], groups=[extra], actor=people.role)
    assert queries_of(people.none) == 2  # the rules and their groups, however many there are
    assert queries_of(people.none) == 0
    assert queries_of(person()) == 1  # only somebody else's groups


def test_without_a_cache_the_rules_count_too(
    people: People,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    only(people, ENDPOINT, to="group")
    monkeypatch.setattr(visibility, "_stamp", lambda: None)
    assert by_list(people.none) == WITHOUT_HOUSE
    assert by_list(people.group) == ALL
