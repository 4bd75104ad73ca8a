"""Writes to prompt groups: make, describe, count, delete."""

import re
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import AclEntry, Group, PrincipalType, User
from accounts.models.acl import ALL_BITS
from accounts.services.sharing import resource_forget, resource_own
from conversations.models import DeletedItem, Prompt, PromptGroup
from conversations.models.prompt import RESOURCE
from conversations.services.bin import bin_put, rows_kept, rows_put_back
from conversations.services.texts import check_text
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError, NotFoundError

MAX_NAME = 256
MAX_CATEGORY = 64
MAX_COMMAND = 56
MAX_PROMPT = 100_000  # characters of one version
MAX_GROUPS = 2_000
COMMAND = re.compile(r"[a-z0-9-]*")
# The categories a prompt can be put in; clients translate them.
CATEGORIES = (
    "idea",
    "travel",
    "teach_or_explain",
    "write",
    "shop",
    "code",
    "misc",
    "roleplay",
    "finance",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a group is called and found by; ``command`` is what follows the slash."""

    name: str
    oneliner: str = ""
    category: str = ""
    command: str = ""


@transaction.atomic
def prompt_group_create(
    *,
    user: User,
    described: Described,
    text: str,
    kind: str = Prompt.Kind.TEXT,
) -> PromptGroup:
    """Make a group with its first version in production; whoever makes it owns it.

    Raises:
        InvalidInputError: a text is empty or too long, the command is none, or there are too
            many.
    """
    if PromptGroup.objects.filter(author=user).count() >= MAX_GROUPS:
        raise InvalidInputError(
            _("%(most)s prompts are the most one person can have.") % {"most": f"{MAX_GROUPS:,}"}
        )
    group = PromptGroup(author=user, author_name=user.display_name)
    _describe(group, described)
    check_prompt(text)
    group.save(force_insert=True)
    group.production = Prompt.objects.create(group=group, author=user, prompt=text, type=kind)
    group.save(update_fields=["production"])
    resource_own(owner=user, kind=RESOURCE, resource_id=group.pk)
    return group


@transaction.atomic
def prompt_group_change(
    *,
    group: PromptGroup,
    name: str | None = None,
    oneliner: str | None = None,
    category: str | None = None,
    command: str | None = None,
) -> PromptGroup:
    """Change what a group is called and found by; None leaves a field as it is.

    Raises:
        InvalidInputError: a text is empty or too long, or the command is none.
        NotFoundError: somebody deleted it meanwhile.
    """
    group = prompt_group_lock(group)
    described = Described(
        name=group.name if name is None else name,
        oneliner=group.oneliner if oneliner is None else oneliner,
        category=group.category if category is None else category,
        command=group.command if command is None else command,
    )
    _describe(group, described)
    group.updated_at = clock.now()
    group.save(update_fields=["name", "oneliner", "category", "command", "updated_at"])
    return group


def prompt_group_use(*, group: PromptGroup) -> int:
    """Count one use and return how many there are; none for a group deleted meanwhile."""
    counted = PromptGroup.objects.filter(pk=group.pk)
    counted.update(number_of_generations=F("number_of_generations") + 1)
    return counted.values_list("number_of_generations", flat=True).first() or 0


@transaction.atomic
def prompt_group_delete(*, group: PromptGroup, user: User) -> DeletedItem:
    """Take a group with its versions and whom it was shared with into the person's bin.

    Raises:
        NotFoundError: somebody else just did.
    """
    group = prompt_group_lock(group)
    entries = AclEntry.objects.of(RESOURCE.name, group.pk)
    item = bin_put(
        user=user,
        kind=DeletedItem.Kind.PROMPT_GROUP,
        source_id=group.pk,
        title=group.name,
        content={
            "group": rows_kept([group]),
            "versions": rows_kept(group.versions.all()),
            "entries": rows_kept(entries),
        },
    )
    resource_forget(kind=RESOURCE, resource_id=group.pk)
    group.delete()
    return item


def prompt_group_put_back(content: dict[str, Any], user: User) -> None:
    """Bring a group back from the bin, shared as it was; without an owner it is the person's.

    Of authors and receivers who are gone only the text they wrote stays.
    """
    [group] = content["group"]
    if not User.objects.filter(pk=group["fields"]["author"]).exists():
        group["fields"] |= {"author": user.pk, "author_name": user.display_name}
    authors = {row["fields"]["author"] for row in content["versions"]}
    known = set(User.objects.filter(pk__in=authors - {None}).values_list("pk", flat=True))
    for row in content["versions"]:
        if row["fields"]["author"] not in known:
            row["fields"]["author"] = None
    rows_put_back(content["group"])
    rows_put_back(content["versions"])
    entries = _entries_alive(content["entries"])
    rows_put_back(entries)
    if not any(_is_owner(row["fields"]) for row in entries):
        resource_own(owner=user, kind=RESOURCE, resource_id=group["pk"])


def prompt_group_lock(group: PromptGroup) -> PromptGroup:
    """Return the group as it is stored; others wait until the transaction ends.

    Raises:
        NotFoundError: somebody deleted it meanwhile.
    """
    rows = PromptGroup.objects.flagged().select_for_update(of=("self",))
    stored = rows.filter(pk=group.pk).first()
    if stored is None:
        raise NotFoundError(_("This prompt does not exist."))
    return stored


def prompt_group_author(group_id: str) -> str | None:
    """Return the id of the person a group belongs to; None when there is no such group."""
    found = PromptGroup.objects.filter(pk=group_id)
    return found.values_list("author_id", flat=True).first()


def check_prompt(text: str) -> None:
    """Do nothing, unless a version's text is empty or too long.

    Raises:
        InvalidInputError: it is.
    """
    if not text.strip():
        raise InvalidInputError(_("A prompt needs a text."), field="prompt")
    check_text("prompt", text, longest=MAX_PROMPT)


def _describe(group: PromptGroup, described: Described) -> None:
    name, oneliner = (" ".join(text.split()) for text in (described.name, described.oneliner))
    if not name:
        raise InvalidInputError(_("A prompt needs a name."), field="name")
    check_text("name", name, longest=MAX_NAME)
    check_text("oneliner", oneliner, longest=MAX_NAME)
    check_text("category", described.category, longest=MAX_CATEGORY)
    command = described.command.strip().removeprefix("/")
    check_text("command", command, longest=MAX_COMMAND)
    if not COMMAND.fullmatch(command):
        raise InvalidInputError(
            _("A command has only the letters a to z, digits and hyphens."),
            field="command",
        )
    group.name, group.oneliner = name, oneliner
    group.category, group.command = described.category.strip(), command


def _entries_alive(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the access entries whose receivers still exist."""
    ids = {row["fields"]["principal_id"] for row in entries}
    people = set(User.objects.filter(pk__in=ids).values_list("pk", flat=True))
    groups = set(Group.objects.filter(pk__in=ids).values_list("pk", flat=True))
    for row in entries:
        if row["fields"]["granted_by"] not in people:
            row["fields"]["granted_by"] = None
    alive = {PrincipalType.USER: people, PrincipalType.GROUP: groups}
    return [
        row
        for row in entries
        if row["fields"]["principal_id"] in alive.get(row["fields"]["principal_type"], ids)
    ]


def _is_owner(fields: dict[str, Any]) -> bool:
    kind, bits, end = fields["principal_type"], fields["bits"], fields["expires_at"]
    return (kind, bits, end) == (PrincipalType.USER, ALL_BITS, None)
