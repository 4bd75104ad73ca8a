"""What an importer is: it knows a format and turns a file of it into neutral records."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, TypeAlias

from conversations.transfer.reading import Source
from conversations.transfer.reasons import Reason

Outcome: TypeAlias = Literal["created", "known", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class Note:
    """A record, or a part of one, that is not taken, or not as it was, and why.

    values: what the reason names, by name.
    """

    kind: str
    source_id: str
    reason: Reason
    outcome: Literal["skipped", "failed", "changed"] = "skipped"
    number: int = 1  # of records this is said about
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class ImportedMessage:
    """A message; ``parent_source_id`` is empty for a root.

    content: parts in LibreChat's shape. extra: further columns of a message, by name.
    row_id: the key it had, when keys are kept.
    """

    source_id: str
    parent_source_id: str = ""
    is_created_by_user: bool = False
    text: str = ""
    content: list[dict[str, Any]] = field(default_factory=list)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    sender: str = ""
    endpoint: str = ""
    model: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    row_id: str = ""


@dataclass(slots=True, kw_only=True)
class Imported:
    """What all records share.

    owner_id: whose it was, in a dump of many people; empty for whoever imports.
    row_id: the key it had, when keys are kept.
    """

    source_id: str
    owner_id: str = ""
    row_id: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class ImportedConversation(Imported):
    """A conversation with its messages, in any order.

    leaf_source_id: the end of the branch that was looked at. project_id: of an ImportedProject
    that came before. extra: further columns, by name. notes: what of it is left out.
    """

    title: str = ""
    endpoint: str = ""
    model: str = ""
    tags: list[str] = field(default_factory=list)
    project_id: str = ""
    leaf_source_id: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    messages: list[ImportedMessage] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def leave_out(self, kind: str, source_id: str, reason: Reason) -> None:
        """Note a part that is not taken."""
        self.notes.append(Note(kind, source_id, reason))


@dataclass(slots=True, kw_only=True)
class ImportedProject(Imported):
    """A folder of chats."""

    name: str
    description: str = ""
    instructions: str = ""


@dataclass(slots=True, kw_only=True)
class ImportedPrompt(Imported):
    """A prompt of the library; versions are (row id, text), the one in use first."""

    name: str
    oneliner: str = ""
    category: str = ""
    command: str = ""
    versions: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ImportedPreset(Imported):
    """Saved settings of a chat."""

    title: str
    endpoint: str = ""
    model: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class ImportedTag(Imported):
    """A bookmark's name."""

    tag: str
    description: str = ""
    position: int = 0


@dataclass(slots=True, kw_only=True)
class ImportedUser(Imported):
    """A person of a whole instance.

    identities: sign-in method → the provider's id. password: a bcrypt hash, if there is one.
    """

    email: str
    password: str = ""
    identities: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class ImportedBalance(Imported):
    """A person's credits; 1,000,000 are one dollar."""

    credits: int


Belonging: TypeAlias = ImportedProject | ImportedPrompt | ImportedPreset | ImportedTag
Record: TypeAlias = ImportedConversation | Belonging | ImportedUser | ImportedBalance | Note


class Importer(Protocol):
    """A format."""

    @property
    def name(self) -> str:
        """What is stored with every import; never changes."""
        ...

    @property
    def label(self) -> str:
        """What people call it."""
        ...

    @property
    def is_personal(self) -> bool:
        """Whether a file holds one person's chats, not those of a whole instance."""
        ...

    def detect(self, source: Source) -> bool:
        """Return whether a file is of this format; reads only its beginning."""
        ...

    def read(self, source: Source) -> Iterator[Record]:
        """Yield everything in the file in its order, the same at each call.

        Raises:
            ImportRefusedError: the file is damaged, or not what it seemed.
        """
        ...
