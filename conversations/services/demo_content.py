"""Made-up conversations for demonstrations and measurements."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from conversations.models import Conversation, Message
from conversations.search.indexing import conversations_index, messages_index
from librechat.kernel import clock
from librechat.kernel.ids import NO_PARENT, new_uuid
from librechat.kernel.inserting import rows_insert

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


def conversations_seed(*, user: User, count: int, messages: int = 0) -> None:
    """Add conversations, each an hour older than the one before.

    ``messages``: how many there are in all of them together, spread evenly.
    """
    now = clock.now()
    for start in range(0, count, BATCH):
        with transaction.atomic():
            numbers = range(start, min(start + BATCH, count))
            made = [
                _conversation(user, number, now - timedelta(hours=number)) for number in numbers
            ]
            rows: list[Message] = []
            for number, conversation in zip(numbers, made, strict=True):
                share = messages * (number + 1) // count - messages * number // count
                branch = _branch(conversation, share, conversation.updated_at)
                conversation.leaf_message_id = branch[-1].message_id if branch else ""
                rows += branch
            rows_insert(made)
            rows_insert(rows)
            conversations_index(made)
            messages_index(rows)


@transaction.atomic
def conversation_seed(*, user: User, messages: int) -> Conversation:
    """Add one conversation with a single branch of this many messages."""
    conversation = Conversation(
        user=user,
        title=f"A conversation of {messages} messages",
        endpoint="demo",
        model="demo",
    )
    rows = _branch(conversation, messages, clock.now())
    conversation.leaf_message_id = rows[-1].message_id if rows else ""
    rows_insert([conversation])
    rows_insert(rows)
    messages_index(rows)
    conversations_index([conversation])
    return conversation


def _conversation(user: User, number: int, moment: datetime) -> Conversation:
    return Conversation(
        user=user,
        title=f"{TOPICS[number % len(TOPICS)]} {number + 1}",
        endpoint="demo",
        model="demo",
        created_at=moment,
        updated_at=moment,
    )


def _branch(conversation: Conversation, messages: int, end: datetime) -> list[Message]:
    """Return questions and answers in turn, a second apart, the last one at ``end``."""
    rows: list[Message] = []
    for number in range(messages):
        row = _message(conversation, number, rows[-1].message_id if rows else NO_PARENT)
        row.created_at = row.updated_at = end - timedelta(seconds=messages - 1 - number)
        rows.append(row)
    return rows


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
