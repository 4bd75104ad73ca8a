"""Making, describing, counting and deleting prompts, and bringing them back."""

from typing import Any

import pytest

from accounts.access.resources import resource_owner
from accounts.models import AclEntry, PrincipalType, User
from accounts.services.people import user_delete
from conversations.models import DeletedItem, Prompt, PromptGroup
from conversations.models.prompt import RESOURCE
from conversations.services.bin import bin_restore
from conversations.services.prompt_groups import (
    Described,
    prompt_group_change,
    prompt_group_create,
    prompt_group_delete,
    prompt_group_use,
)
from conversations.services.prompt_versions import (
    prompt_version_add,
    prompt_version_delete,
    prompt_version_label,
    prompt_version_publish,
)
from librechat.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from tests.factories.prompts import prompt_make, shared, versions_of
from tests.factories.rights import group as people_group


def levels(group: PromptGroup) -> dict[str, str]:
    rows = AclEntry.objects.of(RESOURCE.name, group.pk)
    return dict(rows.values_list("principal_id", "access_role"))


def test_a_new_prompt_is_its_makers_and_in_production(owner: User, stranger: User) -> None:
    group = prompt_make(owner, "  Two   words ", "Text", oneliner=" a  b ", command="/two-2")
    assert (group.name, group.oneliner, group.command) == ("Two words", "a b", "two-2")
    assert group.production is not None
    assert (group.production.prompt, group.production.author_id) == ("Text", owner.pk)
    assert levels(group) == {owner.pk: "promptGroup_owner"}
    assert resource_owner(RESOURCE, group.pk) == owner.pk
    assert resource_owner(RESOURCE, "x") is None
    assert list(PromptGroup.objects.visible_to(owner, "share")) == [group]
    assert not PromptGroup.objects.visible_to(stranger).exists()


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"name": "  "}, "Text"),
        ({"name": "x" * 257}, "Text"),
        ({"name": "A", "command": "Two words"}, "Text"),
        ({"name": "A", "command": "ä"}, "Text"),
        ({"name": "A", "command": "x" * 57}, "Text"),
        ({"name": "A", "category": "x" * 65}, "Text"),
        ({"name": "A", "oneliner": "x" * 257}, "Text"),
        ({"name": "A"}, " \n"),
        ({"name": "A"}, "x" * 100_001),
        ({"name": "A"}, "a\x00b"),
    ],
)
def test_what_is_no_prompt_is_refused_and_nothing_is_made(
    owner: User,
    fields: dict[str, Any],
    text: str,
) -> None:
    with pytest.raises(InvalidInputError):
        prompt_group_create(user=owner, described=Described(**fields), text=text)
    assert PromptGroup.objects.count() == Prompt.objects.count() == AclEntry.objects.count() == 0


def test_only_what_is_given_changes(owner: User) -> None:
    group = prompt_make(owner, category="write", command="letter")
    before = group.updated_at
    prompt_group_change(group=group, name="Another", command="")
    group = PromptGroup.objects.get()
    assert (group.name, group.category, group.command) == ("Another", "write", "")
    assert group.updated_at > before
    with pytest.raises(InvalidInputError):
        prompt_group_change(group=group, name="")
    group.refresh_from_db()
    assert group.name == "Another"


def test_uses_add_up_from_stale_copies_too(owner: User) -> None:
    group = prompt_make(owner)
    stale = PromptGroup.objects.get()
    assert prompt_group_use(group=group) == 1
    assert prompt_group_use(group=stale) == 2


def test_a_further_version_waits_until_it_is_put_into_production(owner: User) -> None:
    group = prompt_make(owner, "A", "First")
    version = prompt_version_add(group=group, user=owner, text="Second")
    group.refresh_from_db()
    assert group.production != version
    assert prompt_version_publish(version=version).production == version
    first = versions_of(group)[0]
    assert prompt_version_publish(version=first).production == first


def test_versions_have_an_end(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conversations.services.prompt_versions.MAX_VERSIONS", 1)
    group = prompt_make(owner)
    with pytest.raises(InvalidInputError, match="1 versions"):
        prompt_version_add(group=group, user=owner, text="Second")
    assert group.versions.count() == 1


def test_prompts_of_one_person_have_an_end(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("conversations.services.prompt_groups.MAX_GROUPS", 1)
    prompt_make(owner)
    with pytest.raises(InvalidInputError, match="1 prompts"):
        prompt_make(owner)
    assert PromptGroup.objects.count() == 1


def test_labels_are_kept_once_each(owner: User) -> None:
    [version] = versions_of(prompt_make(owner))
    labelled = prompt_version_label(version=version, labels=[" b ", "a", "b"])
    assert labelled.labels == ["b", "a"]
    for wrong in (["a", " "], ["x" * 65], [str(number) for number in range(21)]):
        with pytest.raises(InvalidInputError):
            prompt_version_label(version=version, labels=wrong)
    version.refresh_from_db()
    assert version.labels == ["b", "a"]


def test_without_its_production_version_a_prompt_uses_the_latest(owner: User) -> None:
    group = prompt_make(owner, "A", "One", "Two", "Three")
    one, _two, three = versions_of(group)
    first = one.pk
    item = prompt_version_delete(version=one, user=owner)
    group.refresh_from_db()
    assert group.production == three
    assert [version.prompt for version in versions_of(group)] == ["Two", "Three"]
    bin_restore(user=owner, item_id=item.pk)
    group.refresh_from_db()
    assert group.production_id == first
    assert [version.prompt for version in versions_of(group)] == ["One", "Two", "Three"]


def test_a_version_comes_back_beside_the_one_chosen_meanwhile(owner: User) -> None:
    group = prompt_make(owner, "A", "One", "Two", "Three")
    one, two, _three = versions_of(group)
    item = prompt_version_delete(version=one, user=owner)
    prompt_version_publish(version=two)
    bin_restore(user=owner, item_id=item.pk)
    group.refresh_from_db()
    assert group.production == two


def test_the_last_version_takes_the_prompt_along(owner: User) -> None:
    group = prompt_make(owner)
    [version] = versions_of(group)
    item = prompt_version_delete(version=version, user=owner)
    assert (item.kind, item.source_id) == (DeletedItem.Kind.PROMPT_GROUP, group.pk)
    assert PromptGroup.objects.count() == Prompt.objects.count() == AclEntry.objects.count() == 0


def test_a_deleted_prompt_comes_back_shared_as_it_was(owner: User, viewer: User) -> None:
    group = prompt_make(owner, "A", "One", "Two", command="a")
    shared(group, viewer)
    prompt_version_label(version=versions_of(group)[0], labels=["good"])
    before = list(versions_of(group)), levels(group)
    item = prompt_group_delete(group=PromptGroup.objects.get(), user=owner)
    assert AclEntry.objects.count() == Prompt.objects.count() == 0
    bin_restore(user=owner, item_id=item.pk)
    back = PromptGroup.objects.get()
    assert (back.pk, back.command, back.author_id) == (group.pk, "a", owner.pk)
    assert back.production_id == group.production_id
    assert (list(versions_of(back)), levels(back)) == before
    assert versions_of(back)[0].labels == ["good"]
    assert list(PromptGroup.objects.visible_to(viewer)) == [back]
    with pytest.raises(NotFoundError):
        bin_restore(user=owner, item_id=item.pk)


def test_a_prompt_whose_author_is_gone_comes_back_to_who_restores_it(
    owner: User,
    viewer: User,
    admin: User,
) -> None:
    group = prompt_make(owner)
    shared(group, viewer)
    item = prompt_group_delete(group=group, user=admin)
    user_delete(user=owner)
    user_delete(user=viewer)
    bin_restore(user=admin, item_id=item.pk)
    back = PromptGroup.objects.get()
    assert (back.author, back.author_name) == (admin, "Admin")
    assert levels(back) == {admin.pk: "promptGroup_owner"}
    assert [version.author for version in versions_of(back)] == [None]


def test_a_version_cannot_come_back_without_its_prompt(owner: User) -> None:
    group = prompt_make(owner, "A", "One", "Two")
    version_item = prompt_version_delete(version=versions_of(group)[0], user=owner)
    group_item = prompt_group_delete(group=PromptGroup.objects.get(), user=owner)
    with pytest.raises(ConflictError):
        bin_restore(user=owner, item_id=version_item.pk)
    assert DeletedItem.objects.count() == 2
    bin_restore(user=owner, item_id=group_item.pk)
    bin_restore(user=owner, item_id=version_item.pk)
    assert Prompt.objects.count() == 2


def test_who_lost_the_right_cannot_bring_a_version_back(owner: User, viewer: User) -> None:
    group = prompt_make(owner, "A", "One", "Two")
    shared(group, viewer, "owner")
    item = prompt_version_delete(version=versions_of(group)[0], user=viewer)
    AclEntry.objects.filter(principal_id=viewer.pk).delete()
    with pytest.raises(ConflictError):
        bin_restore(user=viewer, item_id=item.pk)
    assert Prompt.objects.count() == 1


def test_a_group_of_people_shares_what_its_members_see(owner: User, viewer: User) -> None:
    group = prompt_make(owner)
    team = people_group("Team", viewer)
    AclEntry.objects.create(
        resource_type=RESOURCE.name,
        resource_id=group.pk,
        principal_type=PrincipalType.GROUP,
        principal_id=team.pk,
        bits=1,
        access_role="promptGroup_viewer",
    )
    assert list(PromptGroup.objects.visible_to(viewer)) == [group]
    assert not PromptGroup.objects.visible_to(viewer, "edit").exists()
    item = prompt_group_delete(group=group, user=owner)
    bin_restore(user=owner, item_id=item.pk)
    assert PromptGroup.objects.visible_to(viewer).count() == 1


def test_what_somebody_just_deleted_is_not_found(owner: User) -> None:
    """The first of two deletions wins; a late change finds nothing."""
    group = prompt_make(owner, "A", "One", "Two")
    one, two = versions_of(group)
    late = Prompt.objects.get(pk=one.pk)
    prompt_version_delete(version=one, user=owner)
    with pytest.raises(NotFoundError):
        prompt_version_delete(version=late, user=owner)
    with pytest.raises(NotFoundError):
        prompt_version_label(version=late, labels=["a"])
    with pytest.raises(NotFoundError):
        prompt_version_publish(version=late)
    prompt_version_delete(version=two, user=owner)
    with pytest.raises(NotFoundError):
        prompt_group_delete(group=group, user=owner)
    with pytest.raises(NotFoundError):
        prompt_group_change(group=group, name="B")
    with pytest.raises(NotFoundError):
        prompt_version_add(group=group, user=owner, text="Three")
    assert prompt_group_use(group=group) == 0
    assert DeletedItem.objects.count() == 2
