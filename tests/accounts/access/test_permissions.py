"""Role permissions."""

import pytest

from accounts.access.permissions import (
    TYPES,
    permissions_from_interface,
    permissions_of,
    role_allows,
    role_require,
)
from accounts.models import Role, User
from accounts.services.roles import role_permissions_set, roles_seed
from librechat.kernel import yaml_config
from librechat.kernel.errors import ForbiddenError
from tests.factories.people import person, role

pytestmark = pytest.mark.django_db


def test_every_type_is_answered_for_a_role_without_a_row() -> None:
    user, admin, unknown = (permissions_of(name) for name in ("USER", "ADMIN", "nobody"))
    assert set(user) == set(admin) == set(unknown) == set(TYPES)
    assert user["PEOPLE_PICKER"] == {
        "VIEW_USERS": False,
        "VIEW_GROUPS": False,
        "VIEW_ROLES": False,
    }
    assert user["SHARED_LINKS"] == {"CREATE": True, "SHARE": True, "SHARE_PUBLIC": True}
    assert all(all(answers.values()) for answers in admin.values())
    assert not any(any(answers.values()) for answers in unknown.values())


def test_all_permissions_asked_for_must_be_allowed(owner: User) -> None:
    assert role_allows(owner, "AGENTS", "USE", "CREATE")
    assert not role_allows(owner, "AGENTS", "USE", "SHARE")
    assert not role_allows(owner, "PLANETS", "USE")
    assert not role_allows(owner, "AGENTS", "FLY")


def test_what_a_role_lacks_is_refused() -> None:
    guest = person(role=role("guest", AGENTS={"USE": True}).name)
    role_require(guest, "AGENTS", "USE")
    with pytest.raises(ForbiddenError, match="Insufficient permissions"):
        role_require(guest, "AGENTS", "CREATE")


def test_the_yaml_states_use_with_a_yes_or_no_and_more_with_words() -> None:
    stated = permissions_from_interface(
        {
            "bookmarks": False,
            "prompts": {"share": True, "public": False, "flight": True, "use": None},
            "peoplePicker": {"users": True, "groups": False},
            "mcpServers": {"configureObo": True, "placeholder": "x"},
            "agents": None,
            "customWelcome": "hello",
            "marketplace": {"other": True},
        },
    )
    assert stated == {
        "BOOKMARKS": {"USE": False},
        "PROMPTS": {"SHARE": True, "SHARE_PUBLIC": False},
        "PEOPLE_PICKER": {"VIEW_USERS": True, "VIEW_GROUPS": False},
        "MCP_SERVERS": {"CONFIGURE_OBO": True},
    }


def test_seeding_adds_the_system_roles_and_keeps_what_an_administrator_changed() -> None:
    roles_seed()
    user = Role.objects.get(name="USER")
    user.permissions["AGENTS"]["CREATE"] = False
    user.permissions["RUN_CODE"]["USE"] = False
    user.save()
    with yaml_config.override({"interface": {"runCode": True, "agents": {"share": True}}}):
        roles_seed()
    assert set(Role.objects.values_list("name", flat=True)) == {"USER", "ADMIN"}
    allowed = permissions_of("USER")
    assert allowed["RUN_CODE"] == {"USE": True}
    assert allowed["AGENTS"] == {
        "USE": True,
        "CREATE": False,
        "SHARE": True,
        "SHARE_PUBLIC": False,
    }
    assert permissions_of("ADMIN")["AGENTS"]["CREATE"] is True


def test_seeding_twice_writes_nothing_the_second_time() -> None:
    roles_seed()
    before = list(Role.objects.values_list("name", "updated_at"))
    roles_seed()
    assert list(Role.objects.values_list("name", "updated_at")) == before


def test_unknown_types_are_not_stored() -> None:
    guest = role("guest")
    role_permissions_set(role=guest, permissions={"AGENTS": {"USE": True}, "PLANETS": {"X": True}})
    guest.refresh_from_db()
    assert set(guest.permissions) == set(TYPES)
    assert permissions_of("guest")["AGENTS"]["USE"] is True
