"""Importers of JSON: a file, or a zip of files, whose items one function recognises."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from conversations.transfer.cleaning import id_of
from conversations.transfer.importer import ImportedConversation, Note, Record
from conversations.transfer.reading import Member, Source
from conversations.transfer.reasons import Reason
from librechat.kernel.ids import derived_uuid

SAMPLED_ITEMS = 20
SAMPLED_MEMBERS = 500
SHORT = 1_000


@dataclass(frozen=True, slots=True)
class JsonFormat:
    """A format of JSON.

    recognises: whether an object is an item of it. records: what an item becomes.
    """

    name: str
    label: str
    recognises: Callable[[Mapping[str, Any]], bool]
    records: Callable[[Mapping[str, Any]], Iterator[Record]]
    is_personal: bool = True

    def detect(self, source: Source) -> bool:
        """Return whether one of the first items of a file inside is recognised."""
        files = (member for member in source.members if member.is_json)
        return any(
            self._knows(list(islice(source.items(member), SAMPLED_ITEMS)))
            for member in islice(files, SAMPLED_MEMBERS)
        )

    def read(self, source: Source) -> Iterator[Record]:
        """Yield the records of every file inside; what is none is noted."""
        for member in source.members:
            if member.is_json:
                yield from self._read_member(source, member)
            else:
                yield Note("file", id_of(member.name), Reason.ATTACHED)

    def _read_member(self, source: Source, member: Member) -> Iterator[Record]:
        items = source.items(member)
        first = list(islice(items, SAMPLED_ITEMS))
        if member.name and not self._knows(first):
            yield Note("file", id_of(member.name), Reason.NO_CHATS)
            return
        for number, item in enumerate(chain(first, items), start=1):
            if isinstance(item, dict) and self.recognises(item):
                yield from map(_identified, self.records(item))
            else:
                place = id_of(f"{member.name}#{number}")
                yield Note("conversation", place, Reason.NO_CHAT, "failed")

    def _knows(self, items: list[object]) -> bool:
        return any(isinstance(item, dict) and self.recognises(item) for item in items)


def _identified(record: Record) -> Record:
    """Give a record without an id one that its content always leads to."""
    if isinstance(record, Note) or record.source_id:
        return record
    if isinstance(record, ImportedConversation):
        first = [f"{one.source_id}{one.text[:SHORT]}" for one in record.messages[:1]]
        record.source_id = derived_uuid(record.title, str(record.created_at), *first)
    else:
        record.source_id = derived_uuid(repr(record)[:SHORT])
    return record
