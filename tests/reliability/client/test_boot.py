"""Start of the client, and its token: everything it asks has its type."""

import pytest

from tests.fakes.client import Library
from tests.fakes.product import Product
from tests.reliability.client.conftest import PASSWORD

pytestmark = [pytest.mark.services, pytest.mark.slow]


def test_everything_the_client_asks_at_boot_has_its_type(server: Product, ada: Library) -> None:
    visitor = Library(server.url)
    assert visitor.call("getStartupConfig", shape="startup")["appTitle"] == "LibreChat"
    assert visitor.refusal("getUser").status == 401
    visitor.close()
    assert ada.call("getUser", shape="user")["email"] == "ada@example.org"
    endpoints = ada.call("getAIEndpoints")
    assert endpoints["Fake"]["type"] == "custom"
    assert set(ada.call("getModels", shape="models")) >= set(endpoints)
    assert ada.call("getRole", "USER", shape="role")["name"] == "USER"
    assert ada.call("getSearchEnabled", shape="boolean") is True
    assert ada.call("getUserBalance", shape="balance")["tokenCredits"] > 0
    assert ada.call("healthCheck") == "OK"
    for bare in ("getFavorites", "getFiles", "getPresets", "getConversationTags"):
        assert ada.call(bare) == []
    ada.call("getAllPromptGroups", shape="groups")
    ada.call("getPromptGroups", {"limit": "10"}, shape="groupPage")
    ada.call("listProjects", {"sortBy": "lastConversationAt"}, shape="projectPage")
    ada.call("listConversations", {"pinned": True, "limit": 100}, shape="rowPage")


def test_a_refused_token_is_renewed_by_the_library_itself(server: Product, ada: Library) -> None:
    ada.use_token("e30.e30.e30")
    assert ada.call("getUser", shape="user")["email"] == "ada@example.org"
    assert ada.call("getUser", shape="user")["email"] == "ada@example.org"
    other = Library(server.url)
    other.call("login", {"email": "ada@example.org", "password": PASSWORD}, shape="login")
    assert other.call("logout", shape="message")["message"]
    assert other.refusal("login", {"email": "ada@example.org", "password": "x"}).status == 404
    other.use_token("e30.e30.e30")
    assert other.refusal("getUser").status == 401
    other.close()


def test_an_answer_of_another_type_is_noticed(ada: Library) -> None:
    with pytest.raises(AssertionError, match="position: Required"):
        ada.call("getUser", shape="tag")
    with pytest.raises(AssertionError, match="refused"):
        ada.call("getConversationById", "nope")
