"""Short ways to start an answer, and to see that nothing was started."""

from typing import Any

import pytest

from accounts.models import User
from conversations.generation.start import (
    generation_start,
)
from conversations.models import Conversation, Generation, Message
from librechat.kernel.errors import AppError
from tests.conversations.generation.turns import request

REQUEST_ID = "5e1b6a77-3c0f-4b5e-8a10-6a4c2b9d7f13"


def start(user: User, text: str = "Name a prime.", **fields: Any) -> Generation:
    return generation_start(user, body=request(text, **fields)).generation


def message(message_id: str) -> Message:
    return Message.objects.get(message_id=message_id)


def assert_nothing_happened(refused: type[AppError], user: User, **fields: Any) -> AppError:
    before = Conversation.objects.count(), Message.objects.count(), Generation.objects.count()
    with pytest.raises(refused) as caught:
        start(user, **fields)
    after = Conversation.objects.count(), Message.objects.count(), Generation.objects.count()
    assert after == before
    return caught.value
