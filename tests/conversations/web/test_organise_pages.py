from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Conversation, DeletedItem, Preset, Project, Tag
from conversations.services.conversations import conversation_delete
from conversations.services.tags import tag_delete
from librechat.kernel import clock
from tests.conversations.web.conftest import inline_code, text_of
from tests.factories.threads import bookmark, conversation_make, turn_make

PAGES = (
    "/archive",
    "/archive/all",
    "/bin",
    "/bin/empty",
    "/projects",
    "/projects/new",
    "/bookmarks",
    "/presets",
    "/filter",
)


def undo_of(html: str) -> str:
    """Return where the toast of a page posts to."""
    return html.partition("data-toast")[2].partition('action="')[2].partition('"')[0]


@pytest.mark.parametrize("path", PAGES)
def test_an_empty_page_says_what_it_is_for(owner_client: Client, path: str) -> None:
    answer = owner_client.get(path)
    assert answer.status_code == 200
    assert inline_code(text_of(answer)) == []


def test_the_archive_is_searched_sorted_and_paged(owner_client: Client, owner: User) -> None:
    for n in range(31):
        conversation_make(owner, title=f"Old {n:02}", is_archived=True, archived_at=clock.now())
    conversation_make(owner, title="Still listed", is_archived=False)
    first = text_of(owner_client.get("/archive", {"sort": "title"}))
    main = first.partition("<main")[2]
    assert main.count("organise-title") == 30
    assert "Old 00" in main
    assert "Still listed" not in main
    more = main.partition('href="?')[2].partition('"')[0].replace("&amp;", "&")
    assert "Old 30" in text_of(owner_client.get(f"/archive?{more}")).partition("<main")[2]
    found = text_of(owner_client.get("/archive", {"q": "Old 07"})).partition("<main")[2]
    assert found.count("organise-title") == 1
    assert "No archived chat matches" in text_of(owner_client.get("/archive", {"q": "nothing"}))


def test_an_archived_chat_is_taken_out_and_deleted_there(owner_client: Client, owner: User) -> None:
    chat = conversation_make(owner, is_archived=True)
    base = f"/archive/{chat.conversation_id}"
    html = text_of(owner_client.post(f"{base}/unarchive", follow=True))
    assert undo_of(html) == f"/c/{chat.conversation_id}/archive"
    html = text_of(owner_client.post(f"{base}/delete", follow=True))
    assert undo_of(html) == f"/c/{chat.conversation_id}/restore"
    chat.refresh_from_db()
    assert (chat.is_archived, chat.deleted_at is None) == (False, False)


def test_every_chat_is_archived_only_after_a_question(owner_client: Client, owner: User) -> None:
    conversation_make(owner)
    conversation_make(owner)
    owner_client.get("/archive/all")
    assert not Conversation.objects.filter(is_archived=True).exists()
    assert "2 chats archived" in text_of(owner_client.post("/archive/all", follow=True))
    assert Conversation.objects.filter(is_archived=True).count() == 2


def test_the_bin_says_how_long_things_stay(owner_client: Client, owner: User) -> None:
    chat = conversation_make(owner, title="Gone soon")
    conversation_delete(conversation=chat)
    Conversation.objects.update(deleted_at=clock.now() - timedelta(days=29, hours=1))
    html = text_of(owner_client.get("/bin"))
    assert "Gone soon" in html
    assert "1 day left" in html


def test_things_come_back_from_the_bin(owner_client: Client, owner: User) -> None:
    chat = conversation_make(owner, title="A chat")
    conversation_delete(conversation=chat)
    item = tag_delete(tag=Tag.objects.create(user=owner, tag="A mark"))
    for path in (f"/bin/conversation/{chat.conversation_id}", f"/bin/tag/{item.pk}"):
        assert owner_client.post(f"{path}/restore")["Location"] == "/bin"
        assert owner_client.post(f"{path}/restore").status_code == 404
    assert Tag.objects.get().tag == "A mark"
    assert Conversation.objects.visible_to(owner).get() == chat


def test_a_thing_goes_for_good_only_after_a_question(owner_client: Client, owner: User) -> None:
    chat = conversation_make(owner, title="A <chat>")
    conversation_delete(conversation=chat)
    item = tag_delete(tag=Tag.objects.create(user=owner, tag="A mark"))
    for path in (f"/bin/conversation/{chat.conversation_id}", f"/bin/tag/{item.pk}"):
        assert "for good" in text_of(owner_client.get(f"{path}/delete"))
        assert owner_client.post(f"{path}/delete")["Location"] == "/bin"
        assert owner_client.get(f"{path}/delete").status_code == 404
    assert not Conversation.objects.exists()
    assert not DeletedItem.objects.exists()


def test_other_peoples_deleted_things_are_out_of_reach(
    owner_client: Client,
    stranger: User,
) -> None:
    chat = conversation_make(stranger, title="Not for you")
    conversation_delete(conversation=chat)
    item = tag_delete(tag=Tag.objects.create(user=stranger, tag="Not yours"))
    for path in (f"/bin/conversation/{chat.conversation_id}", f"/bin/tag/{item.pk}"):
        for act in ("restore", "delete"):
            assert owner_client.post(f"{path}/{act}").status_code == 404
    owner_client.post("/bin/empty")
    assert Conversation.objects.filter(pk=chat.pk).exists()
    assert DeletedItem.objects.filter(pk=item.pk).exists()


def test_emptying_the_bin_asks_first(owner_client: Client, owner: User) -> None:
    conversation_delete(conversation=conversation_make(owner))
    assert "cannot be brought back" in text_of(owner_client.get("/bin/empty"))
    assert Conversation.objects.exists()
    assert "1 thing deleted for good" in text_of(owner_client.post("/bin/empty", follow=True))
    assert not Conversation.objects.exists()


def test_a_project_is_made_changed_deleted_and_brought_back(
    owner_client: Client,
    owner: User,
) -> None:
    fields = {"name": "Garden", "description": "Green", "instructions": "Be brief."}
    owner_client.post("/projects/new", fields)
    project = Project.objects.get()
    assert (project.name, project.instructions) == ("Garden", "Be brief.")
    chat = conversation_make(owner, title="Roses", project=project)
    path = f"/projects/{project.pk}"
    assert "Roses" in text_of(owner_client.get(path)).partition("<main")[2]
    owner_client.post(path, fields | {"name": "Trees"})
    project.refresh_from_db()
    assert project.name == "Trees"
    assert owner_client.post(path, {"name": ""}).status_code == 422
    html = text_of(owner_client.post(f"{path}/delete", follow=True))
    assert "Its chat is kept" in html
    assert Conversation.objects.get(pk=chat.pk).project is None
    assert owner_client.post(undo_of(html))["Location"] == "/projects"
    assert Project.objects.get().conversations.get() == chat


def test_a_project_of_somebody_else_does_not_exist(owner_client: Client, stranger: User) -> None:
    path = f"/projects/{Project.objects.create(user=stranger, name='Theirs').pk}"
    assert owner_client.get(path).status_code == 404
    assert owner_client.post(path, {"name": "Mine"}).status_code == 404
    assert owner_client.post(f"{path}/delete").status_code == 404


def test_bookmarks_are_counted_ordered_renamed_and_deleted(
    owner_client: Client,
    owner: User,
) -> None:
    for name in ("First", "Second"):
        owner_client.post("/bookmarks", {"name": name, "description": "why"})
    first, second = Tag.objects.all()
    bookmark(conversation_make(owner), "Second")
    assert "1 chat" in text_of(owner_client.get("/bookmarks"))
    owner_client.post(f"/bookmarks/{second.pk}/order", {"to": "up"})
    assert [tag.tag for tag in Tag.objects.all()] == ["Second", "First"]
    owner_client.post(f"/bookmarks/{second.pk}/order", {"to": "down"})
    assert [tag.tag for tag in Tag.objects.all()] == ["First", "Second"]
    owner_client.post(f"/bookmarks/{first.pk}", {"name": "Zeroth"})
    assert Tag.objects.get(pk=first.pk).tag == "Zeroth"
    taken = owner_client.post(f"/bookmarks/{first.pk}", {"name": "Second"})
    assert (taken.status_code, "of that name already" in text_of(taken)) == (422, True)
    html = text_of(owner_client.post(f"/bookmarks/{second.pk}/delete", follow=True))
    assert owner_client.post(undo_of(html))["Location"] == "/bookmarks"
    assert Tag.objects.get(pk=second.pk).conversations.count() == 1


def test_a_bookmark_of_somebody_else_does_not_exist(owner_client: Client, stranger: User) -> None:
    path = f"/bookmarks/{Tag.objects.create(user=stranger, tag='Theirs').pk}"
    assert owner_client.get(path).status_code == 404
    for act in ("order", "delete"):
        assert owner_client.post(f"{path}/{act}").status_code == 404


def test_a_preset_is_saved_from_a_chat_made_default_and_deleted(
    owner_client: Client,
    owner: User,
) -> None:
    chat = conversation_make(owner, parameters={"temperature": 0.25})
    turn_make(chat)
    owner_client.post(f"/c/{chat.conversation_id}/preset", {"title": "Cool"})
    preset = Preset.objects.get()
    assert (preset.title, preset.model) == ("Cool", "gpt-4o")
    assert preset.parameters == {"temperature": 0.25}
    path = f"/presets/{preset.preset_id}"
    owner_client.post(f"{path}/default", {"default": "1"})
    assert Preset.objects.get().is_default
    assert Preset.objects.get().parameters == {"temperature": 0.25}
    owner_client.post(f"{path}/default", {"default": "0"})
    assert not Preset.objects.get().is_default
    html = text_of(owner_client.post(f"{path}/delete", follow=True))
    assert not Preset.objects.exists()
    assert owner_client.post(undo_of(html))["Location"] == "/presets"
    assert Preset.objects.get().title == "Cool"


def test_a_preset_of_somebody_else_does_not_exist(owner_client: Client, stranger: User) -> None:
    path = f"/presets/{Preset.objects.create(user=stranger, title='Theirs').preset_id}"
    for act in ("default", "delete"):
        assert owner_client.post(f"{path}/{act}").status_code == 404
