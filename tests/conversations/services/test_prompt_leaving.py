"""Prompts of somebody who leaves: what goes, what stays, what they take along."""

from accounts.models import AclEntry, User
from accounts.services.export import EXPORTERS
from accounts.services.people import user_delete
from conversations.models import PromptGroup
from tests.conversations.services.test_prompts import levels
from tests.factories.prompts import prompt_make, shared


def test_with_an_account_go_the_prompts_that_were_its_alone(
    owner: User,
    viewer: User,
    stranger: User,
) -> None:
    alone = prompt_make(owner, "Alone")
    shared(alone, viewer, "editor")
    together = prompt_make(owner, "Together")
    shared(together, viewer, "owner")
    written = prompt_make(stranger, "Written by another")
    AclEntry.objects.filter(resource_id=written.pk).delete()
    shared(written, owner, "owner")
    kept = prompt_make(stranger, "Kept")
    receipt = user_delete(user=owner)
    assert receipt["promptgroup"] == 1
    names = set(PromptGroup.objects.values_list("name", "author_id", "author_name"))
    assert names == {
        ("Together", viewer.pk, "Viewer"),
        ("Written by another", stranger.pk, "Stranger"),
        ("Kept", stranger.pk, "Stranger"),
    }
    assert levels(together) == {viewer.pk: "promptGroup_owner"}
    assert levels(written) == {stranger.pk: "promptGroup_owner"}
    assert levels(kept) == {stranger.pk: "promptGroup_owner"}
    assert levels(alone) == {}


def test_a_persons_prompts_are_in_their_export(owner: User, viewer: User) -> None:
    group = prompt_make(owner, "Mine", "One", "Two")
    shared(prompt_make(viewer, "Not mine"), owner)
    exporter = EXPORTERS.get("prompts")
    assert exporter is not None
    [(path, content)] = list(exporter(owner))
    assert path == f"{group.pk}.json"
    assert isinstance(content, dict)
    assert content["name"] == "Mine"
    assert [version["prompt"] for version in content["versions"]] == ["Two", "One"]
