"""Whatever people do in whatever order, the tree stays a tree and every run ends."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from agents.engine.offload import offload
from agents.llm.wire import neutral
from conversations import tree
from conversations.eventlog.log import EventLog
from conversations.generation import dispatch
from conversations.generation.cancel import generation_stop
from conversations.models import ACTIVE, Conversation, Generation, Message
from conversations.services.messages import message_delete, message_edit
from librechat.kernel.errors import AppError, NotFoundError
from librechat.kernel.ids import NO_PARENT
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.turns import begin, until
from tests.factories.chats import Gate, answer_events

ACTS = ("send", "send", "edit", "regenerate", "overwrite", "stop", "let_on", "rewrite", "delete")


class Person:
    """Somebody who does things to one conversation, some of which are refused."""

    def __init__(self, user: User, endpoint: Endpoint, chance: random.Random) -> None:
        self.user = user
        self.endpoint = endpoint
        self.chance = chance
        self.gates: list[Gate] = []
        self.conversation: Conversation | None = None

    async def act(self, name: str) -> None:
        acts: dict[str, Callable[[], Awaitable[object]]] = {
            "send": self.send,
            "edit": self.edit,
            "regenerate": lambda: self.again("_"),
            "overwrite": lambda: self.again(""),
            "stop": self.stop,
            "let_on": self.let_on,
            "rewrite": self.rewrite,
            "delete": self.delete,
        }
        with suppress(AppError):
            await acts[name]()

    async def send(self) -> None:
        answers = await self.messages(is_created_by_user=False)
        parent = self.chance.choice(answers).message_id if answers else NO_PARENT
        await self.begin("Next?", parent_message_id=parent)

    async def edit(self) -> None:
        question = await self.some(is_created_by_user=True)
        await self.begin("Better?", parent_message_id=question.parent_message_id)

    async def again(self, ending: str) -> None:
        answer = await self.some(is_created_by_user=False)
        await self.begin(
            "",
            is_regenerate=True,
            override_parent_message_id=answer.parent_message_id,
            response_message_id=answer.message_id + ending,
        )

    async def stop(self) -> None:
        running = [one async for one in Generation.objects.filter(state__in=ACTIVE)]
        if running:
            await generation_stop(self.user, generation=self.chance.choice(running))

    async def let_on(self) -> None:
        for gate in self.gates:
            gate.opened.set()
        await asyncio.sleep(0.005)

    async def rewrite(self) -> None:
        message = await self.some()
        await offload(message_edit, message=message, text="Rewritten")

    async def delete(self) -> None:
        message = await self.some()
        await offload(message_delete, message=message)

    async def begin(self, text: str, **fields: object) -> None:
        gate = Gate()
        self.gates.append(gate)
        self.endpoint.model.say(neutral.TextDelta("One"), gate, *answer_events(" two."))
        if self.conversation is not None:
            fields["conversation_id"] = self.conversation.conversation_id
        generation = await begin(self.user, text, **fields)
        self.conversation = await Conversation.objects.aget(id=generation.conversation_id)

    async def some(self, **fields: bool) -> Message:
        messages = await self.messages(**fields)
        if not messages:
            raise NotFoundError("Nothing is left.")
        return self.chance.choice(messages)

    async def messages(self, **fields: bool) -> list[Message]:
        found = Message.objects.filter(conversation=self.conversation, **fields)
        return [message async for message in found.in_order()]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=st.lists(st.sampled_from(ACTS), max_size=10), seed=st.integers(0, 1_000))
@pytest.mark.slow
async def test_any_order_of_acts_leaves_a_sound_tree_and_nothing_running(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
    acts: list[str],
    seed: int,
) -> None:
    person = Person(owner, endpoint, random.Random(seed))
    await person.act("send")
    for name in acts:
        await person.act(name)
    await person.let_on()
    await until(lambda: not dispatch._process.tasks)
    messages = await person.messages()
    nodes = [tree.Node(one.message_id, one.parent_message_id) for one in messages]
    assert tree.broken_nodes(nodes) == []
    places = {node.message_id: number for number, node in enumerate(nodes)}
    for number, node in enumerate(nodes):
        assert places.get(node.parent_message_id, -1) < number
    assert not await Generation.objects.filter(state__in=ACTIVE).aexists()
    for message in messages:
        if not message.is_created_by_user and not message.unfinished:
            assert message.content[-1]["text"].endswith(("One two.", "Rewritten"))
