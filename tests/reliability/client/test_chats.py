"""Chats and messages through the library: read, changed, copied, moved in, deleted."""

from typing import Any

import pytest

from tests.fakes.client import Library, Refused
from tests.reliability.client.conftest import Chat

pytestmark = [pytest.mark.services, pytest.mark.slow]


def ids(rows: list[dict[str, Any]], name: str = "conversationId") -> list[str]:
    return [row[name] for row in rows]


def test_a_chat_is_listed_renamed_pinned_and_archived(ada: Library, chat: Chat) -> None:
    chat_id = chat("Name one prime above 90.")
    page = ada.call("listConversations", {"limit": 25}, shape="rowPage")
    assert chat_id in ids(page["conversations"])
    read = ada.call("getConversationById", chat_id, shape="conversation")
    assert (read["endpoint"], read["endpointType"], read["model"]) == ("Fake", "custom", "echo")
    one = {"conversationId": chat_id}
    renamed = ada.call("updateConversation", one | {"title": "Primes"}, shape="conversation")
    assert (renamed["title"], ada.status) == ("Primes", 201)
    pinned = ada.call("pinConversation", one | {"pinned": True}, shape="conversation")
    assert pinned["pinned"] is True
    found = ada.call("listConversations", {"pinned": True, "limit": 100}, shape="rowPage")
    assert ids(found["conversations"]) == [chat_id]
    away = ada.call("archiveConversation", one | {"isArchived": True}, shape="conversation")
    assert (away["isArchived"], away["updatedAt"]) == (True, renamed["updatedAt"])
    archive = {"isArchived": True, "sortBy": "archivedAt", "sortDirection": "desc"}
    found = ada.call("listConversations", archive, shape="rowPage")
    assert ids(found["conversations"]) == [chat_id]
    back = ada.call("archiveConversation", one | {"isArchived": False}, shape="conversation")
    assert back["isArchived"] is False
    searched = ada.call("listConversations", {"search": "prime"}, shape="rowPage")
    assert ids(searched["conversations"]) == [chat_id]
    unknown = {"conversationId": "00000000-0000-4000-8000-000000000000", "title": "x"}
    assert ada.refusal("updateConversation", unknown).status == 404
    assert ada.refusal("getConversationById", "nope") == Refused(404, "")


def test_a_chat_is_copied_forked_and_deleted(ada: Library, chat: Chat) -> None:
    chat_id = chat("Name one prime above 80.")
    question, answer = ada.call("getMessagesByConvoId", chat_id, shape="messages")
    copy = ada.call("duplicateConversation", {"conversationId": chat_id}, shape="copy")
    assert (ada.status, len(copy["messages"])) == (201, 2)
    fork = ada.call(
        "forkConversation",
        {
            "conversationId": chat_id,
            "messageId": question["messageId"],
            "option": "directPath",
            "splitAtTarget": False,
            "latestMessageId": answer["messageId"],
        },
        shape="copy",
    )
    assert (ada.status, len(fork["messages"])) == (200, 1)
    copies = [one["conversation"]["conversationId"] for one in (copy, fork)]
    for copied in copies:
        gone = ada.call("deleteConversation", {"conversationId": copied}, shape="deleted")
        assert (ada.status, gone["deletedCount"]) == (201, 1)
        assert ada.refusal("getConversationById", copied).status == 404
    nothing = ada.refusal("deleteConversation", {})
    assert nothing == Refused(400, {"error": "no parameters provided"})
    assert ada.call("getConversationById", chat_id, shape="conversation")


def test_messages_are_read_edited_rated_and_found(ada: Library, chat: Chat) -> None:
    chat_id = chat("Where is the lighthouse?")
    question, answer = ada.call("getMessagesByConvoId", chat_id, shape="messages")
    assert answer["parentMessageId"] == question["messageId"]
    assert ada.call("getMessagesByConvoId", "new") == []
    one = {"conversationId": chat_id, "messageId": question["messageId"]}
    [read] = ada.call("getMessageById", *one.values(), shape="messageAlone")
    assert read == question
    edited = one | {"text": "Where is the harbour?", "model": "echo"}
    assert ada.call("updateMessage", edited, shape="stored")["text"] == edited["text"]
    part = {"conversationId": chat_id, "messageId": answer["messageId"], "index": 0}
    changed = ada.call("updateMessageContent", part | {"text": "Here."}, shape="stored")
    assert changed["content"][0] == {"type": "text", "text": "Here."}
    assert list(ada.refusal("updateMessageContent", part | {"index": 9, "text": "x"}).body) == [
        "error",
    ]
    rating = {"rating": "thumbsDown", "tag": "inaccurate", "text": "It is not."}
    rated = (chat_id, answer["messageId"], {"feedback": rating})
    assert ada.call("updateFeedback", *rated, shape="feedback")["feedback"] == rating
    stored = ada.call("getMessagesByConvoId", chat_id, shape="messages")
    assert stored[1]["feedback"] == rating
    cleared = ada.call("updateFeedback", *rated[:2], {}, shape="feedback")
    assert "feedback" not in cleared
    found = ada.call("listMessages", {"search": "harbour"}, shape="messagePage")
    assert ids(found["messages"], "messageId") == [question["messageId"]]


def test_a_file_of_chats_is_moved_in(ada: Library) -> None:
    exported = (
        '{"conversationId": "old", "endpoint": "openAI", "title": "Moved in", "options": {},'
        ' "messages": [{"messageId": "a", "parentMessageId": null, "text": "Hello",'
        ' "sender": "User", "isCreatedByUser": true}]}'
    )
    done = ada.call(
        "importConversationsFile",
        {"file": exported, "name": "chats.json"},
        shape="message",
    )
    assert (ada.status, bool(done["message"])) == (201, True)
    found = ada.call("listConversations", {"search": "Moved in"}, shape="rowPage")
    assert [row["title"] for row in found["conversations"]] == ["Moved in"]


def test_everything_is_archived_and_deleted_at_once(ada: Library, chat: Chat) -> None:
    chat("Goodbye.")
    assert ada.call("archiveAllConversations", shape="archivedCount")["archivedCount"] >= 1
    assert ada.call("listConversations", shape="rowPage")["conversations"] == []
    ada.call("clearAllConversations", shape="deleted")
    assert ada.status == 201
    archived = ada.call("listConversations", {"isArchived": True}, shape="rowPage")
    assert archived == {"conversations": [], "nextCursor": None}
