"""Prompts."""

from typing import Any

from accounts.models import PrincipalType, User
from conversations.models import Prompt, PromptGroup
from conversations.models.prompt import RESOURCE
from conversations.services.prompt_groups import Described, prompt_group_create
from conversations.services.prompt_versions import prompt_version_add
from tests.factories.rights import entry


def prompt_make(
    user: User,
    name: str = "A letter",
    text: str = "Write a letter.",
    *more: str,
    **fields: Any,
) -> PromptGroup:
    """Return a prompt of a person with its versions, the first of them in production."""
    group = prompt_group_create(user=user, described=Described(name=name, **fields), text=text)
    for version in more:
        prompt_version_add(group=group, user=user, text=version)
    return group


def versions_of(group: PromptGroup) -> list[Prompt]:
    """Return the versions, oldest first."""
    return list(group.versions.order_by("created_at", "id"))


def shared(group: PromptGroup, user: User, level: str = "viewer") -> None:
    """Let somebody use, change or own a prompt."""
    entry(RESOURCE, group.pk, PrincipalType.USER, user.pk, level)
