"""Made-up conversations for demonstrations and measurements."""

from datetime import timedelta

from django.db import transaction

from accounts.models import User
from conversations.models import Conversation, Message
from conversations.search.indexing import conversation_index, messages_index
from librechat.kernel import clock
from librechat.kernel.ids import NO_PARENT, new_uuid

BATCH = 500
TOPICS = (
    "Slow join on the events table",
    "Rewrite the onboarding email",
    "Compare two vendor contracts",
    "Regex for invoice numbers",
    "Trip plan, Lisbon to Porto",
    "Naming the metrics service",
    "Explain rank fusion simply",
)
QUESTION = "Can you explain step {number} once more, with a small example?"
ANSWER = """Step {number} takes the result of the step before it and **checks it twice**.

| Input | Output |
|---|---|
| {number} | {square} |

```python
def step(value: int) -> int:
    return value * value
```

Then it goes on."""


def conversations_seed(*, user: User, count: int) -> None:
    """Add short conversations, each an hour older than the one before."""
    now = clock.now()
    for start in range(0, count, BATCH):
        Conversation.objects.bulk_create(
            Conversation(
                user=user,
                title=f"{TOPICS[number % len(TOPICS)]} {number + 1}",
                endpoint="demo",
                model="demo",
                created_at=now - timedelta(hours=number),
                updated_at=now - timedelta(hours=number),
            )
            for number in range(start, min(start + BATCH, count))
        )


@transaction.atomic
def conversation_seed(*, user: User, messages: int) -> Conversation:
    """Add one conversation with a single branch of this many messages."""
    conversation = Conversation.objects.create(
        user=user,
        title=f"A conversation of {messages} messages",
        endpoint="demo",
        model="demo",
    )
    begun = clock.now() - timedelta(seconds=messages)
    rows: list[Message] = []
    parent = NO_PARENT
    for number in range(messages):
        row = _message(conversation, number, parent)
        row.created_at = row.updated_at = begun + timedelta(seconds=number)
        rows.append(row)
        parent = row.message_id
    Message.objects.bulk_create(rows, batch_size=BATCH)
    messages_index(rows)
    conversation_index(conversation)
    Conversation.objects.filter(pk=conversation.pk).update(leaf_message_id=parent)
    return conversation


def _message(conversation: Conversation, number: int, parent: str) -> Message:
    is_question = number % 2 == 0
    text = ANSWER.format(number=number, square=number * number)
    return Message(
        message_id=new_uuid(),
        conversation=conversation,
        user=conversation.user,
        parent_message_id=parent,
        is_created_by_user=is_question,
        sender="User" if is_question else "Demo",
        text=QUESTION.format(number=number) if is_question else "",
        content=[] if is_question else [{"type": "text", "text": text}],
        endpoint="demo",
        model="" if is_question else "demo",
    )
