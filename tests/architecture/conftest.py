"""What the access matrix is about."""

from collections.abc import Iterator

import pytest

from accounts.models import PrincipalType, User
from conversations.models import Conversation, Message
from tests.architecture.visits import THING
from tests.factories.people import person, role
from tests.factories.rights import AGENT, Things, entry, things
from tests.factories.threads import conversation_make, turn_make

SHARES = {
    "AGENTS": {"SHARE": True},
    "REMOTE_AGENTS": {"USE": True},
    "PROMPTS": {"USE": True, "CREATE": True},
    "BOOKMARKS": {"USE": True},
    "SHARED_LINKS": {"CREATE": True, "SHARE_PUBLIC": True},
}


@pytest.fixture
def people(owner: User, viewer: User, stranger: User, admin: User) -> dict[str, User]:
    """Return everybody of the matrix who has an account, by what they are."""
    editor = person("editor@example.org", name="Editor")
    return {
        "owner": owner,
        "viewer": viewer,
        "editor": editor,
        "stranger": stranger,
        "admin": admin,
    }


@pytest.fixture
def question(owner: User) -> Message:
    """Return a message of the owner, who may also share things and have access keys."""
    User.objects.filter(pk=owner.pk).update(role=role("sharers", **SHARES).name)
    owner.refresh_from_db()
    asked, answer = turn_make(conversation_make(owner))
    Conversation.objects.update(leaf_message_id=answer.message_id)
    return asked


@pytest.fixture
def thing(people: dict[str, User]) -> Iterator[Things]:
    """Let there be one thing: of the owner, for the viewer to see, for the editor to change."""
    with things(AGENT) as made:
        made.owners[THING] = people["owner"].pk
        for level in ("owner", "viewer", "editor"):
            entry(AGENT, THING, PrincipalType.USER, people[level].pk, level)
        yield made
