"""Whatever is done to a tree of messages in whatever order, it is the tree the model says."""

from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from typing_extensions import override

from accounts.models import User
from conversations.models import Conversation, Message
from conversations.queries.integrity import conversations_check
from conversations.services.bin import bin_restore
from conversations.services.forks import ForkOption, conversation_duplicate, conversation_fork
from conversations.services.message_additions import Addition, message_add
from conversations.services.message_versions import message_version_restore
from conversations.services.messages import message_delete, message_edit
from librechat.kernel.ids import NO_PARENT
from tests.factories.people import person

MOST_MESSAGES = 14
OPTIONS: list[ForkOption] = ["directPath", "includeBranches", "targetLevel"]
PICK = st.integers(0, 1_000)


@dataclass
class Known:
    """A message: what it says, what it said, and where it belongs when nothing is deleted."""

    parent: str
    text: str
    said: list[str] = field(default_factory=list)
    bin_item: str = ""


@dataclass
class Model:
    """The tree as a dictionary; a deleted message keeps its place for when it comes back."""

    messages: dict[str, Known] = field(default_factory=dict)

    def here(self) -> list[str]:
        return [one for one, known in self.messages.items() if not known.bin_item]

    def parent_of(self, message_id: str) -> str:
        parent = self.messages[message_id].parent
        while parent != NO_PARENT and self.messages[parent].bin_item:
            parent = self.messages[parent].parent
        return parent

    def tree(self) -> dict[str, tuple[str, str]]:
        """Return message id → (parent, text) of what is to be seen."""
        return {one: (self.parent_of(one), self.messages[one].text) for one in self.here()}

    def path(self, message_id: str) -> list[str]:
        path: list[str] = []
        while message_id != NO_PARENT:
            path.append(message_id)
            message_id = self.parent_of(message_id)
        return path

    def forked(self, target: str, option: ForkOption) -> set[str]:
        path = self.path(target)
        match option:
            case "directPath":
                return set(path)
            case "includeBranches":
                parents = {self.parent_of(one) for one in path}
                return {one for one in self.here() if self.parent_of(one) in parents}
            case "targetLevel":
                return {one for one in self.here() if len(self.path(one)) <= len(path)}


class Trees(RuleBasedStateMachine):
    """One person writes, edits, regenerates, deletes, takes back and forks."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.number = 0
        self.before = transaction.savepoint()

    @initialize()
    def begin(self) -> None:
        self.user: User = person(f"{id(self)}@example.org")
        self.chat = Conversation.objects.create(user=self.user)
        self.write(0, is_root=True)

    @override
    def teardown(self) -> None:
        transaction.savepoint_rollback(self.before)

    def words(self) -> str:
        self.number += 1
        return f"Words {self.number}"

    def some(self, pick: int) -> str:
        here = self.model.here()
        return here[pick % len(here)]

    def stored(self, message_id: str) -> Message:
        return self.chat.messages.get(message_id=message_id)

    def has_room(self) -> bool:
        return len(self.model.messages) < MOST_MESSAGES

    @precondition(has_room)
    @rule(pick=PICK, is_root=st.booleans())
    def write(self, pick: int, *, is_root: bool) -> None:
        here = self.model.here()
        parent = NO_PARENT if is_root or not here else self.some(pick)
        self.add(parent)

    @precondition(lambda self: self.has_room() and self.model.here())
    @rule(pick=PICK)
    def answer_again(self, pick: int) -> None:
        """Add a sibling, as a regenerated answer or a question sent anew is one."""
        self.add(self.model.parent_of(self.some(pick)))

    def add(self, parent: str) -> None:
        text = self.words()
        addition = Addition(parent_message_id=parent, text=text)
        added = message_add(conversation=self.chat, addition=addition)
        self.model.messages[added.message_id] = Known(parent, text)

    @precondition(lambda self: self.model.here())
    @rule(pick=PICK)
    def edit(self, pick: int) -> None:
        known = self.model.messages[self.some(pick)]
        message = self.stored(self.some(pick))
        text = self.words()
        message_edit(message=message, text=text)
        known.said.append(known.text)
        known.text = text

    @precondition(lambda self: any(self.model.messages[one].said for one in self.model.here()))
    @rule(pick=PICK)
    def take_words_back(self, pick: int) -> None:
        edited = [one for one in self.model.here() if self.model.messages[one].said]
        message_id = edited[pick % len(edited)]
        known = self.model.messages[message_id]
        revision = pick % len(known.said)
        if known.said[revision] == known.text:
            return  # nothing is kept of an edit that changes nothing
        message_version_restore(message=self.stored(message_id), revision=revision)
        known.said.append(known.text)
        known.text = known.said[revision]

    @precondition(lambda self: self.model.here())
    @rule(pick=PICK)
    def delete(self, pick: int) -> None:
        message_id = self.some(pick)
        item = message_delete(message=self.stored(message_id))
        self.model.messages[message_id].bin_item = item.id

    @precondition(lambda self: any(one.bin_item for one in self.model.messages.values()))
    @rule(pick=PICK)
    def bring_back(self, pick: int) -> None:
        deleted = [one for one in self.model.messages.values() if one.bin_item]
        known = deleted[pick % len(deleted)]
        bin_restore(user=self.user, item_id=known.bin_item)
        known.bin_item = ""

    @precondition(lambda self: self.model.here())
    @rule(pick=PICK, option=st.sampled_from(OPTIONS))
    def fork(self, pick: int, option: ForkOption) -> None:
        target = self.some(pick)
        fork = conversation_fork(
            user=self.user,
            conversation=self.chat,
            message_id=target,
            option=option,
        )
        tree = self.model.tree()
        kept = self.model.forked(target, option)
        assert texts_of(fork) == expected_texts(tree, kept)
        fork.delete()

    @rule()
    def duplicate(self) -> None:
        copy = conversation_duplicate(conversation=self.chat)
        tree = self.model.tree()
        assert texts_of(copy) == expected_texts(tree, set(tree))
        copy.delete()

    @invariant()
    def the_stored_tree_is_the_models(self) -> None:
        rows = self.chat.messages.values_list("message_id", "parent_message_id", "text")
        stored = {message_id: (parent, text) for message_id, parent, text in rows}
        assert stored == self.model.tree()

    @invariant()
    def everything_fits_together(self) -> None:
        assert conversations_check() == []

    @invariant()
    def earlier_words_are_kept(self) -> None:
        for message in self.chat.messages.prefetch_related("versions"):
            said = self.model.messages[message.message_id].said
            assert [one.text for one in message.versions.all()] == said[::-1]


def texts_of(conversation: Conversation) -> dict[str, str]:
    """Return text → parent's text; every text is another."""
    rows = list(conversation.messages.all())
    texts = {row.message_id: row.text for row in rows} | {NO_PARENT: ""}
    return {row.text: texts[row.parent_message_id] for row in rows}


def expected_texts(tree: dict[str, tuple[str, str]], kept: set[str]) -> dict[str, str]:
    texts = {one: text for one, (_, text) in tree.items()} | {NO_PARENT: ""}
    return {texts[one]: texts[tree[one][0]] for one in kept}


@pytest.mark.slow
@pytest.mark.django_db
def test_in_any_order_of_acts_the_tree_is_the_one_of_the_model() -> None:
    run_state_machine_as_test(
        Trees,
        settings=settings(
            max_examples=15,
            stateful_step_count=18,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
