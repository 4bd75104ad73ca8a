"""How long a chat is kept that was started."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from accounts.models import ConfigOverride, User
from conversations.models import Conversation, Generation, State
from librechat.kernel import yaml_config
from tests.conversations.generation.starts import start


def test_a_temporary_chat_expires_and_its_time_starts_anew_with_each_turn(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    moment = datetime(2026, 11, 20, 9, tzinfo=UTC)
    clock_at(moment)
    generation = start(owner, is_temporary=True)
    conversation = Conversation.objects.get(id=generation.conversation_id)
    assert conversation.is_temporary
    assert conversation.expired_at == moment + timedelta(hours=720)
    assert generation.request["wants_title"] is False
    Generation.objects.update(state=State.DONE)
    clock_at(moment + timedelta(days=1))
    with yaml_config.override({"interface": {"temporaryChatRetention": 2}}):
        start(
            owner,
            conversation_id=conversation.conversation_id,
            parent_message_id=generation.response_message_id,
        )
    conversation.refresh_from_db()
    assert conversation.expired_at == moment + timedelta(days=1, hours=2)


def test_retention_can_be_for_every_chat(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    moment = datetime(2026, 11, 20, 9, tzinfo=UTC)
    clock_at(moment)
    with yaml_config.override({"interface": {"retentionMode": "all", "generalChatRetention": 5}}):
        generation = start(owner)
    stored = Conversation.objects.get(id=generation.conversation_id)
    assert (stored.is_temporary, stored.expired_at) == (False, moment + timedelta(hours=5))


def test_retention_follows_the_settings_of_the_person(
    owner: User,
    stranger: User,
    clock_at: Callable[[datetime], None],
) -> None:
    moment = datetime(2026, 11, 20, 9, tzinfo=UTC)
    clock_at(moment)
    ConfigOverride.objects.create(
        principal_type="user",
        principal_id=owner.pk,
        overrides={"interface": {"retentionMode": "all", "generalChatRetention": 5}},
    )
    mine, theirs = start(owner), start(stranger)
    assert mine.conversation.expired_at == moment + timedelta(hours=5)
    assert theirs.conversation.expired_at is None
