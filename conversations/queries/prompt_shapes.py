"""Prompts as LibreChat's JSON shows them."""

from conversations.models import Prompt, PromptGroup
from librechat.kernel import clock


def prompt_group_json(group: PromptGroup) -> dict[str, object]:
    """Return a group; one that is ``flagged`` says whether it is public."""
    live = group.production
    return {
        "_id": group.pk,
        "name": group.name,
        "numberOfGenerations": group.number_of_generations,
        "oneliner": group.oneliner,
        "category": group.category,
        "command": group.command,
        "productionId": group.production_id,
        "productionPrompt": {"prompt": live.prompt} if live else None,
        "author": group.author_id,
        "authorName": group.author_name,
        "isPublic": bool(getattr(group, "is_public", False)),
        "createdAt": clock.iso(group.created_at),
        "updatedAt": clock.iso(group.updated_at),
    }


def prompt_json(version: Prompt) -> dict[str, object]:
    """Return a version."""
    return {
        "_id": version.pk,
        "groupId": version.group_id,
        "author": version.author_id or "",
        "prompt": version.prompt,
        "type": version.type,
        "labels": version.labels,
        "createdAt": clock.iso(version.created_at),
        "updatedAt": clock.iso(version.updated_at),
    }
