import re

from django.test import Client

from accounts.models import Role, User
from conversations.models import Conversation, Preset, Project, Tag
from tests.conversations.web.conftest import field, inline_code, text_of
from tests.factories.threads import bookmark, conversation_make, turn_make

SCRIPT = {"HX-Request": "true"}


def path_of(conversation: Conversation) -> str:
    return f"/c/{conversation.conversation_id}"


def test_a_pinned_chat_stands_only_in_the_pinned_group(owner_client: Client, owner: User) -> None:
    chat = conversation_make(owner, title="Kept on top")
    conversation_make(owner, title="Another")
    assert owner_client.post(f"{path_of(chat)}/pin")["Location"] == path_of(chat)
    html = text_of(owner_client.get("/_/rows"))
    pinned, _today = html.split('data-group="today"')
    assert 'data-group="pinned"' in pinned
    assert "Kept on top" in pinned
    assert html.count("data-row-title") == 2
    row = text_of(owner_client.post(f"{path_of(chat)}/unpin", headers=SCRIPT))
    assert "data-pinned" not in row
    assert 'data-group="pinned"' not in text_of(owner_client.get("/_/rows"))


def test_many_pinned_chats_come_a_page_at_a_time(owner_client: Client, owner: User) -> None:
    for n in range(31):
        conversation_make(owner, title=f"Pin {n}", is_pinned=True)
    html = text_of(owner_client.get("/_/rows"))
    assert html.count("data-row-title") == 30
    more = html.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
    rest = text_of(owner_client.get(more))
    assert rest.count("data-row-title") == 1
    assert "<h2" not in rest


def test_the_list_is_narrowed_to_a_bookmark(owner_client: Client, owner: User) -> None:
    bookmark(conversation_make(owner, title="Marked"), "Q&A")
    conversation_make(owner, title="Unmarked")
    html = text_of(owner_client.get("/_/rows", {"tag": "Q&A"}))
    assert "Marked" in html
    assert "Unmarked" not in html
    assert "?tag=Q%26A" in html
    assert "Show all chats" in text_of(owner_client.get("/c/new", {"tag": "Q&A"}))


def test_only_the_list_itself_is_narrowed(owner_client: Client, owner: User) -> None:
    conversation_make(owner, title="Unmarked")
    assert "Unmarked" in text_of(owner_client.get("/bookmarks", {"tag": "Q"}))


def test_a_project_that_is_not_theirs_narrows_nothing(
    owner_client: Client,
    owner: User,
    stranger: User,
) -> None:
    conversation_make(owner, title="Mine")
    theirs = Project.objects.create(user=stranger, name="Secret")
    html = text_of(owner_client.get("/_/rows", {"project": theirs.pk}))
    assert "Mine" in html
    assert "Secret" not in html
    assert owner_client.get("/c/new", {"project": theirs.pk}).status_code == 404


def test_a_chat_is_moved_into_a_project_and_out_of_it(owner_client: Client, owner: User) -> None:
    chat = conversation_make(owner)
    project = Project.objects.create(user=owner, name="Garden")
    move = f"{path_of(chat)}/move"
    assert "Garden" in text_of(owner_client.get(move))
    answer = owner_client.post(move, {"project": project.pk, "next": "/projects"})
    assert answer["Location"] == "/projects"
    assert project.conversations.get() == chat
    assert owner_client.post(move, {"project": ""})["Location"] == path_of(chat)
    assert not project.conversations.exists()
    owner_client.post(move, {"name": "Kitchen"})
    assert Project.objects.get(name="Kitchen").conversations.get() == chat


def test_a_way_back_to_another_site_is_not_taken(owner_client: Client, owner: User) -> None:
    chat = conversation_make(owner)
    answer = owner_client.post(f"{path_of(chat)}/move", {"next": "https://evil.example/x"})
    assert answer["Location"] == path_of(chat)


def test_somebody_elses_project_is_no_choice(
    owner_client: Client,
    owner: User,
    stranger: User,
) -> None:
    chat = conversation_make(owner)
    theirs = Project.objects.create(user=stranger, name="Secret")
    answer = owner_client.post(f"{path_of(chat)}/move", {"project": theirs.pk})
    assert answer.status_code == 400
    assert "Secret" not in text_of(answer)
    chat.refresh_from_db()
    assert chat.project is None


def test_a_chat_gets_the_bookmarks_that_were_ticked(owner_client: Client, owner: User) -> None:
    chat = bookmark(conversation_make(owner), "Old", "Kept")
    path = f"{path_of(chat)}/bookmarks"
    assert text_of(owner_client.get(path)).count("checked") == 2
    owner_client.post(path, {"tags": ["Kept"], "name": "New"})
    assert set(chat.tags.values_list("tag", flat=True)) == {"Kept", "New"}


def test_bookmarks_are_closed_to_roles_without_them(owner_client: Client, owner: User) -> None:
    chat = conversation_make(owner)
    Role.objects.create(name="plain", permissions={"BOOKMARKS": {"USE": False}})
    User.objects.filter(pk=owner.pk).update(role="plain")
    for path in ("/bookmarks", f"{path_of(chat)}/bookmarks", "/_/choices/tag"):
        assert owner_client.get(path).status_code == 403
    assert owner_client.get("/filter").status_code == 200


def test_a_duplicate_is_opened(owner_client: Client, owner: User) -> None:
    chat = conversation_make(owner, title="Twin")
    turn_make(chat)
    url = owner_client.post(f"{path_of(chat)}/duplicate", headers=SCRIPT).json()["url"]
    copy = Conversation.objects.get(title="Twin (copy)")
    assert url == path_of(copy)
    assert copy.messages.count() == 2
    assert owner_client.post(f"{path_of(chat)}/duplicate").status_code == 302


def test_a_chats_statistics_are_shown(owner_client: Client, owner: User) -> None:
    chat = conversation_make(owner)
    question, _answer = turn_make(chat)
    question.refresh_from_db()
    html = text_of(owner_client.get(f"{path_of(chat)}/stats"))
    assert re.search(r"Messages</dt>\s*<dd>\s*2\s*</dd>", html)
    assert "gpt-4o" in html
    fragment = text_of(owner_client.get(f"{path_of(chat)}/stats", headers=SCRIPT))
    assert "<html" not in fragment


def test_the_menu_without_a_script_offers_every_act(owner_client: Client, owner: User) -> None:
    chat = conversation_make(owner)
    html = text_of(owner_client.get(f"{path_of(chat)}/options"))
    for act in (
        "rename",
        "pin",
        "move",
        "bookmarks",
        "share",
        "export",
        "duplicate",
        "preset",
        "stats",
        "archive",
        "delete",
    ):
        assert f"{path_of(chat)}/{act}" in html
    assert inline_code(html) == []


def test_a_new_chat_begins_in_its_project(owner_client: Client, owner: User) -> None:
    project = Project.objects.create(user=owner, name="Garden")
    html = text_of(owner_client.get("/c/new", {"project": project.pk}))
    assert field(html, "project") == project.pk


def test_a_new_chat_begins_with_the_default_preset(owner_client: Client, owner: User) -> None:
    preset = Preset.objects.create(
        user=owner,
        title="Poet",
        endpoint="openAI",
        model="gpt-4o",
        parameters={"temperature": 0.25, "spec": "gone"},
        is_default=True,
    )
    html = text_of(owner_client.get("/c/new"))
    assert field(html, "preset") == preset.preset_id
    assert "&quot;temperature&quot;: 0.25" in html
    assert "gone" not in html
    html = text_of(owner_client.get("/c/new", {"endpoint": "openAI", "model": "gpt-4o"}))
    assert preset.preset_id not in html


def test_somebody_elses_preset_begins_nothing(owner_client: Client, stranger: User) -> None:
    theirs = Preset.objects.create(user=stranger, title="Secret")
    assert owner_client.get("/c/new", {"preset": theirs.preset_id}).status_code == 404


def test_choices_for_many_chats_are_ones_own(
    owner_client: Client,
    owner: User,
    stranger: User,
) -> None:
    Project.objects.create(user=owner, name="Mine")
    Project.objects.create(user=stranger, name="Theirs")
    Tag.objects.create(user=stranger, tag="Theirs")
    moves = text_of(owner_client.get("/_/choices/move"))
    assert "Mine" in moves
    assert "Theirs" not in moves + text_of(owner_client.get("/_/choices/tag"))
    assert owner_client.get("/_/choices/burn").status_code == 404
