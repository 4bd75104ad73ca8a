"""Bookmarks, presets, projects and prompts through the library."""

import pytest

from tests.fakes.client import Library
from tests.reliability.client.conftest import Chat

pytestmark = [pytest.mark.services, pytest.mark.slow]

NO_PROJECT = "0" * 24


def test_bookmarks_are_made_put_on_a_chat_renamed_and_deleted(ada: Library, chat: Chat) -> None:
    chat_id = chat("Keep this.")
    asked = {"tag": "Saved", "addToConversation": True, "conversationId": chat_id}
    made = ada.call("createConversationTag", asked, shape="tag")
    assert (made["tag"], made["count"], ada.status) == ("Saved", 1, 200)
    named = {"tags": ["Saved", "Work & play/1"]}
    assert ada.call("addTagToConversation", chat_id, named, shape="tagNames") == named["tags"]
    change = {"tag": "Work?", "description": "of weekdays", "position": 0}
    renamed = ada.call("updateConversationTag", "Work & play/1", change, shape="tag")
    assert (renamed["tag"], renamed["description"]) == ("Work?", "of weekdays")
    tags = ada.call("getConversationTags", shape="tags")
    assert [(tag["tag"], tag["count"]) for tag in tags] == [("Work?", 1), ("Saved", 1)]
    found = ada.call("listConversations", {"tags": ["Work?"]}, shape="rowPage")
    assert [row["conversationId"] for row in found["conversations"]] == [chat_id]
    assert ada.call("deleteConversationTag", "Work?", shape="tag")["tag"] == "Work?"
    read = ada.call("getConversationById", chat_id, shape="conversation")
    assert read["tags"] == ["Saved"]
    gone = ada.refusal("updateConversationTag", "Work?", {"tag": "x"})
    assert (gone.status, list(gone.body)) == (404, ["error"])


def test_presets_are_saved_replaced_and_deleted(ada: Library) -> None:
    settings = {"title": "Poet", "endpoint": "Fake", "model": "echo", "temperature": 0.9}
    made = ada.call("createPreset", settings | {"presetId": None}, shape="preset")
    assert (made["title"], made["temperature"], ada.status) == ("Poet", 0.9, 201)
    changed = ada.call("updatePreset", made | {"title": "Bard"}, shape="preset")
    assert (changed["presetId"], changed["title"]) == (made["presetId"], "Bard")
    assert ada.call("getPresets", shape="presets") == [changed]
    gone = ada.call("deletePreset", changed, shape="presetsDeleted")
    assert (gone["deletedCount"], ada.status) == (1, 201)
    ada.call("createPreset", settings, shape="preset")
    assert ada.call("deletePreset", {}, shape="presetsDeleted")["deletedCount"] == 1
    assert ada.call("getPresets", shape="presets") == []


def test_a_project_takes_a_chat_in_and_lets_it_go(ada: Library, chat: Chat) -> None:
    chat_id = chat("Which trees?")
    made = ada.call("createProject", {"name": "Garden", "description": "Trees"}, shape="project")
    assert (made["name"], made["conversationCount"], ada.status) == ("Garden", 0, 201)
    project_id = made["_id"]
    assigned = {"conversationId": chat_id, "projectId": project_id}
    moved = ada.call("assignConversationToProject", assigned, shape="moved")
    assert (moved["projectId"], moved["previousProjectId"]) == (project_id, None)
    read = ada.call("getProjectById", project_id, shape="project")
    assert (read["conversationCount"], read["lastConversationId"]) == (1, chat_id)
    found = ada.call("listConversations", {"projectId": project_id}, shape="rowPage")
    assert [row["chatProjectId"] for row in found["conversations"]] == [project_id]
    loose = ada.call("listConversations", {"projectId": "unassigned"}, shape="rowPage")
    assert chat_id not in [row["conversationId"] for row in loose["conversations"]]
    renamed = {"projectId": project_id, "name": "Orchard"}
    assert ada.call("updateProject", renamed, shape="project")["name"] == "Orchard"
    order = {"sortBy": "name", "sortDirection": "asc", "limit": 1}
    page = ada.call("listProjects", order, shape="projectPage")
    assert [row["name"] for row in page["projects"]] == ["Orchard"]
    out = {"conversationId": chat_id, "projectId": None}
    moved = ada.call("assignConversationToProject", out, shape="moved")
    assert (moved["projectId"], moved["previousProjectId"]) == (None, project_id)
    gone = ada.call("deleteProject", project_id, shape="projectDeleted")
    assert gone == {"deletedCount": 1, "modifiedCount": 0}
    assert ada.refusal("getProjectById", project_id).status == 404
    assert ada.refusal("listConversations", {"projectId": "nope"}).body == {
        "error": "Invalid project ID",
    }
    lost = {"conversationId": chat_id, "projectId": NO_PROJECT}
    assert ada.refusal("assignConversationToProject", lost).status == 404


def test_a_prompt_lives_through_its_versions(ada: Library, bob: Library) -> None:
    text = {"type": "text", "prompt": "Write a {{kind}} letter."}
    group = {"name": "Letter", "category": "write", "oneliner": "For mail", "command": "letter"}
    made = ada.call("createPrompt", {"prompt": text, "group": group}, shape="promptMade")
    group_id, first = made["group"]["_id"], made["prompt"]["_id"]
    assert (made["group"]["productionId"], ada.status) == (first, 200)
    assert ada.call("getPromptGroup", group_id, shape="group") == made["group"]
    later = {"prompt": {"type": "text", "prompt": "Write.", "groupId": group_id}}
    second = ada.call("addPromptToGroup", group_id, later, shape="prompt")["prompt"]
    versions = ada.call("getPrompts", {"groupId": group_id}, shape="prompts")
    assert [one["_id"] for one in versions] == [second["_id"], first]
    assert ada.call("getPrompt", second["_id"], shape="prompt")["prompt"] == second
    assert ada.call("makePromptProduction", second["_id"], shape="message")["message"]
    labels = {"id": second["_id"], "payload": {"labels": ["short"]}}
    assert ada.call("updatePromptLabels", labels, shape="message")["message"]
    change = {"id": group_id, "payload": {"name": "Note", "category": "code"}}
    assert ada.call("updatePromptGroup", change, shape="group")["name"] == "Note"
    used = ada.call("recordPromptGroupUsage", group_id, shape="numberOfGenerations")
    assert used == {"numberOfGenerations": 1}
    asked = {"name": "note", "category": "code", "limit": "10"}
    [row] = ada.call("getPromptGroups", asked, shape="groupPage")["promptGroups"]
    assert row["productionPrompt"] == {"prompt": "Write."}
    assert [one["_id"] for one in ada.call("getAllPromptGroups", shape="groups")] == [group_id]
    assert {"label": "com_ui_code", "value": "code"} in ada.call(
        "getCategories", shape="categories"
    )
    refused = bob.refusal("getPromptGroup", group_id)
    assert (refused.status, list(refused.body)) == (403, ["error", "message"])
    named = {"_id": first, "groupId": group_id}
    assert "promptGroup" not in ada.call("deletePrompt", named, shape="promptDeleted")
    named = {"_id": second["_id"], "groupId": group_id}
    gone = ada.call("deletePrompt", named, shape="promptDeleted")
    assert gone["promptGroup"]["id"] == group_id
    made = ada.call("createPrompt", {"prompt": text, "group": group}, shape="promptMade")
    assert ada.call("deletePromptGroup", made["group"]["_id"], shape="message")["message"]
    page = ada.call("getPromptGroups", {"limit": 10}, shape="groupPage")
    assert (page["promptGroups"], page["has_more"], page["after"]) == ([], False, None)
