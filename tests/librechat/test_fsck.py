"""manage.py fsck: what it finds, prints and ends with."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import QuerySet

from accounts.models import User
from billing.models import Entry, Transaction
from billing.services.balances import balance_ensure, balance_grant
from conversations.models import Conversation, Message
from tests.factories.money import balances_on
from tests.factories.threads import conversation_make, generation_make, turn_make


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("fsck", *arguments, stdout=out)
    return out.getvalue()


def test_a_sound_database_has_no_faults(owner: User) -> None:
    _, answer = turn_make(conversation_make(owner))
    generation_make(answer)
    Conversation.objects.update(leaf_message_id=answer.message_id)
    assert run() == (
        "conversations: no faults\nbooks: no faults\nreceipts: no faults\nrelay: no faults\n"
        "jobs: no faults\n"
    )
    assert json.loads(run("--json")) == {
        "ok": True,
        "faults": {"conversations": [], "books": [], "receipts": [], "relay": [], "jobs": []},
    }


def test_each_fault_of_a_conversation_is_named(owner: User, stranger: User) -> None:
    chat = conversation_make(owner, leaf_message_id="gone")
    question, answer = turn_make(chat)
    orphan, below = turn_make(chat)
    foreign, _ = turn_make(chat)
    generation = generation_make(answer)
    Message.objects.filter(id=question.id).update(parent_message_id=answer.message_id)
    Message.objects.filter(id=orphan.id).update(parent_message_id="gone")
    Message.objects.filter(id=foreign.id).update(user=stranger)
    generation.response_message_id = "gone"
    generation.save()
    out = StringIO()
    with pytest.raises(CommandError, match="6 faults were found") as failed:
        call_command("fsck", "--json", stdout=out)
    assert failed.value.returncode == 1
    assert json.loads(out.getvalue()) == {
        "ok": False,
        "faults": {
            "conversations": [
                f"Message {question.message_id} of conversation {chat.id} hangs in the air.",
                f"Message {answer.message_id} of conversation {chat.id} hangs in the air.",
                f"Message {orphan.message_id} of conversation {chat.id} hangs in the air.",
                f"Message {foreign.message_id} belongs to somebody else than its conversation.",
                f"Conversation {chat.conversation_id} shows a branch whose end is gone.",
                f"Generation {generation.id} runs for a message that is gone.",
            ],
            "books": [],
            "receipts": [],
            "relay": [],
            "jobs": [],
        },
    }
    assert below.parent_message_id == orphan.message_id


def test_a_message_of_another_conversation_is_no_parent(owner: User) -> None:
    _, elsewhere = turn_make(conversation_make(owner))
    question, _ = turn_make(conversation_make(owner))
    Message.objects.filter(id=question.id).update(parent_message_id=elsewhere.message_id)
    with pytest.raises(CommandError, match="1 faults"):
        run()


def test_books_that_do_not_balance_are_named(owner: User) -> None:
    out = StringIO()
    with balances_on(startBalance=0):
        balance_ensure(user=owner)
        balance_grant(user=owner, amount=500, key="gift", context="A gift")
    forged = Entry.objects.filter(credits=500)
    QuerySet.update(forged, credits=700)  # the ledger's own refuses
    key = Transaction.objects.get().key
    with pytest.raises(CommandError):
        call_command("fsck", stdout=out)
    assert out.getvalue().splitlines() == [
        "conversations: no faults",
        "books: 3 faults",
        f"  Transaction {key} sums to 200, not 0.",
        f"  Balance of {owner.id}: credits is 500, booked are 700.",
        "  All entries sum to 200, not 0.",
        "receipts: no faults",
        "relay: no faults",
        "jobs: no faults",
    ]
