"""What the page of one prompt shows: rights, versions, the text in parts."""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Q

from accounts.access.acl import bits_of
from accounts.access.capabilities import capability_allows
from accounts.access.permissions import permissions_of
from accounts.models import User
from accounts.models.acl import ALL_BITS, DELETE, EDIT, SHARE
from conversations.models import PromptGroup
from conversations.models.prompt import RESOURCE

VARIABLE = re.compile(r"(\{\{[^{}]+\}\})")
VERSIONS = 10


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person may do with a prompt, by its entries and by their role."""

    add: bool
    edit: bool
    delete: bool
    share: bool
    publish: bool


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version."""

    id: str
    text: str
    author: str
    created_at: datetime
    labels: tuple[str, ...]
    is_live: bool
    is_latest: bool


@dataclass(frozen=True, slots=True)
class VersionPage:
    """Versions, newest first; ``more_url`` is empty at the end."""

    rows: tuple[VersionRow, ...]
    more_url: str


@dataclass(frozen=True, slots=True)
class VersionQuery:
    """Which versions: those older than the one of this id, or the newest."""

    before: str = ""
    limit: int = VERSIONS


def rights_on(user: User, group: PromptGroup) -> Rights:
    """Return what a person may do with a prompt."""
    is_manager = capability_allows(user, RESOURCE.capability)
    bits = ALL_BITS if is_manager else bits_of(user, RESOURCE, group.pk)
    allowed = permissions_of(user.role)["PROMPTS"]
    shares = allowed["SHARE"] or is_manager
    return Rights(
        add=bool(bits & EDIT),
        edit=bool(bits & EDIT) and allowed["CREATE"],
        delete=bool(bits & DELETE) and allowed["CREATE"],
        share=bool(bits & SHARE) and shares,
        publish=allowed["SHARE_PUBLIC"],
    )


def version_page(group: PromptGroup, query: VersionQuery) -> VersionPage:
    """Return one page of a prompt's versions."""
    newest = group.versions.values_list("pk", flat=True).first()
    rows = group.versions.select_related("author")
    last = group.versions.filter(pk=query.before).first() if query.before else None
    if last is not None:
        older = Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk)
        rows = rows.filter(older)
    found = list(rows[: query.limit + 1])
    shown = found[: query.limit]
    has_more = len(found) > query.limit
    return VersionPage(
        rows=tuple(
            VersionRow(
                id=version.pk,
                text=version.prompt,
                author=version.author.display_name if version.author else "",
                created_at=version.created_at,
                labels=tuple(version.labels),
                is_live=version.pk == group.production_id,
                is_latest=version.pk == newest,
            )
            for version in shown
        ),
        more_url=f"?{urlencode({'before': shown[-1].pk})}" if has_more else "",
    )


def text_parts(text: str) -> list[tuple[bool, str]]:
    """Return a text in pieces: (whether it is a variable, the piece)."""
    pieces = VARIABLE.split(text)
    return [(place % 2 == 1, piece) for place, piece in enumerate(pieces) if piece]
