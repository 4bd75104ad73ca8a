"""Share links through the library: made, visited, continued, revoked."""

import pytest

from tests.fakes.client import Library
from tests.fakes.product import Product
from tests.reliability.client.conftest import Chat

pytestmark = [pytest.mark.services, pytest.mark.slow]

LIST = {"pageSize": 25, "sortBy": "createdAt", "sortDirection": "desc"}


def test_a_link_is_made_visited_continued_and_revoked(
    server: Product,
    ada: Library,
    bob: Library,
    chat: Chat,
) -> None:
    chat_id = chat("Name one prime above 90.")
    before = ada.call("getSharedLink", chat_id, shape="linkOfConversation")
    assert before == {"success": False, "shareId": None, "conversationId": chat_id}
    made = ada.call("createSharedLink", chat_id, shape="link")
    share_id = made["shareId"]
    again = ada.refusal("createSharedLink", chat_id)
    assert (again.status, bool(again.body["message"])) == (409, True)
    after = ada.call("getSharedLink", chat_id, shape="linkOfConversation")
    assert (after["success"], after["shareId"]) == (True, share_id)
    [row] = ada.call("listConversations", {"limit": 1}, shape="rowPage")["conversations"]
    assert (row["conversationId"], row["isShared"]) == (chat_id, True)
    page = ada.call("listSharedLinks", LIST, shape="linkPage")
    assert [(one["shareId"], one["conversationId"]) for one in page["links"]] == [
        (share_id, chat_id),
    ]

    seen = bob.call("getSharedMessages", share_id, shape="shared")
    assert chat_id not in str(seen)
    assert [one["isCreatedByUser"] for one in seen["messages"]] == [True, False]
    bob.call("getSharedStartupConfig", share_id, shape="shareConfig")
    asked = (share_id, 0, seen["updatedAt"])
    copy = bob.call("forkSharedConversation", *asked, shape="copy")
    assert (bob.status, len(copy["messages"])) == (201, 1)

    updated = ada.call("updateSharedLink", share_id, shape="link")
    assert (updated["_id"], updated["shareId"]) == (made["_id"], share_id)
    assert bob.refusal("forkSharedConversation", *asked).status == 409
    assert bob.refusal("updateSharedLink", share_id).status == 404
    assert bob.refusal("deleteSharedLink", share_id).status == 404
    visitor = Library(server.url)
    closed = visitor.refusal("getSharedMessages", share_id)
    visitor.close()
    assert (closed.status, list(closed.body)) == (401, ["message"])

    gone = ada.call("deleteSharedLink", share_id, shape="shareDeleted")
    assert gone["shareId"] == share_id
    assert bob.refusal("getSharedMessages", share_id).status == 404
    assert ada.call("listSharedLinks", LIST, shape="linkPage") == {
        "links": [],
        "nextCursor": None,
        "hasNextPage": False,
    }


def test_one_branch_is_shared_and_followed_by_its_link(ada: Library, chat: Chat) -> None:
    chat_id = chat("Where to?")
    question, answer = ada.call("getMessagesByConvoId", chat_id, shape="messages")
    to_question = (chat_id, question["messageId"], False)
    made = ada.call("createSharedLink", *to_question, shape="link")
    assert made["targetMessageId"] == question["messageId"]
    seen = ada.call("getSharedMessages", made["shareId"], shape="shared")
    assert [one["text"] for one in seen["messages"]] == ["Where to?"]
    to_answer = (made["shareId"], answer["messageId"], True)
    moved = ada.call("updateSharedLink", *to_answer, shape="link")
    assert moved["targetMessageId"] == answer["messageId"]
    seen = ada.call("getSharedMessages", made["shareId"], shape="shared")
    assert len(seen["messages"]) == 2
    link = ada.call("getSharedLink", chat_id, shape="linkOfConversation")
    assert (link["snapshotFiles"], link["targetMessageId"]) == (True, answer["messageId"])
    unknown = ada.refusal("createSharedLink", chat_id, "nothing")
    assert (unknown.status, list(unknown.body)) == (404, ["message"])
