"""A person's prompts, for the export of everything they have."""

from collections.abc import Iterator

from accounts.models import User
from conversations.models import PromptGroup
from conversations.queries.prompt_shapes import prompt_group_json, prompt_json


def prompts_export(user: User) -> Iterator[tuple[str, object]]:
    """Yield one file per prompt the person is the author of, with all its versions."""
    mine = PromptGroup.objects.filter(author=user).select_related("production")
    for group in mine.prefetch_related("versions").iterator(chunk_size=100):
        versions = [prompt_json(version) for version in group.versions.all()]
        yield f"{group.pk}.json", {**prompt_group_json(group), "versions": versions}
