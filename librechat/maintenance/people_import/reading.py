"""A CSV file as a table: its coding, its delimiter, its lines."""

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from django.utils.translation import gettext as _

from librechat.maintenance.people_import.columns import AMOUNTS, column_named, known_count
from librechat.maintenance.people_import.errors import PeopleFileError, PeopleFileTooLargeError

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 10_000
MAX_COLUMNS = 50
MAX_CELL = 2_000
LONGEST_HEAD = 10_000
DELIMITERS = ",;\t"
# How files begin that a spreadsheet saves when asked for something else.
OTHER_TYPES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b", b"<")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: where it begins in the file, and our column → its text."""

    number: int
    cells: dict[str, str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of people; ignored: headings that mean nothing here."""

    lines: list[Line]
    columns: tuple[str, ...]
    ignored: tuple[str, ...]


def sheet_read(raw: bytes) -> Sheet:
    """Return the table in a file.

    Raises:
        PeopleFileTooLargeError: it has too many bytes, rows or columns.
        PeopleFileError: it is no such table.
    """
    if len(raw) > MAX_BYTES:
        raise PeopleFileTooLargeError(
            _("The file is larger than %(most)d MB. Nothing was changed; split it.")
            % {"most": MAX_BYTES // 1024 // 1024}
        )
    text = _decoded(raw)
    skipped = 0
    if text[:4].lower() == "sep=":  # what Excel writes and reads
        text, skipped = text.partition("\n")[2], 1
    rows = _rows(text, _delimiter(text), skipped)
    head = next(rows, (0, []))[1]
    columns = _columns(head)
    lines: list[Line] = []
    for number, row in rows:
        if len(lines) >= MAX_ROWS:
            raise PeopleFileTooLargeError(
                _("The file has more than %(most)d rows. Nothing was changed; split it.")
                % {"most": MAX_ROWS}
            )
        lines.append(_line(number, row, columns))
    if not lines:
        raise PeopleFileError(_("There is nobody in this file. Nothing was changed."))
    unknown = (title.strip() for title in head if not column_named(title))
    return Sheet(lines, tuple(filter(None, columns)), tuple(text[:60] for text in unknown if text))


def _decoded(raw: bytes) -> str:
    if not raw.strip():
        raise PeopleFileError(_("The file is empty. Nothing was changed."))
    if raw.startswith(OTHER_TYPES):
        raise PeopleFileError(
            _("This is no CSV file. Save the table as “CSV UTF-8” and upload that.")
        )
    wide = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    try:
        text = raw.decode("utf-16" if raw.startswith(wide) else _coding(raw))
    except UnicodeDecodeError as exc:
        raise PeopleFileError(
            _("The letters cannot be read: the file is neither UTF-8 nor UTF-16.")
            + " "
            + _("Save the table as “CSV UTF-8” and upload that.")
        ) from exc
    if "\0" in text:
        raise PeopleFileError(_("The file holds bytes that no text has. Nothing was changed."))
    return text


def _coding(raw: bytes) -> str:
    """Tell UTF-16 without a mark by the zero bytes that its Latin letters have."""
    beginning = raw[:200]
    if beginning[1::2].count(0) > len(beginning) // 4:
        return "utf-16-le"
    if beginning[::2].count(0) > len(beginning) // 4:
        return "utf-16-be"
    return "utf-8-sig"


def _delimiter(text: str) -> str:
    """Return what divides the headings into most that are known."""
    first = re.split(r"[\r\n]", text.lstrip()[:LONGEST_HEAD], maxsplit=1)[0]
    heads = {mark: next(csv.reader([first], delimiter=mark), []) for mark in DELIMITERS}
    return max(DELIMITERS, key=lambda mark: (known_count(heads[mark]), len(heads[mark])))


def _rows(text: str, delimiter: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Yield (number of the line it begins in, cells) of every row that is not blank."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = skipped + 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            raise PeopleFileError(
                _("Line %(line)d cannot be read: a quotation mark is missing or out of place.")
                % {"line": begins}
            ) from exc
        if any(value.strip() for value in row):
            yield begins, row
        begins = skipped + reader.line_num + 1


def _columns(head: list[str]) -> list[str]:
    if len(head) > MAX_COLUMNS:
        raise PeopleFileTooLargeError(
            _("The file has more than %(most)d columns. Nothing was changed.")
            % {"most": MAX_COLUMNS}
        )
    columns = [column_named(title) for title in head]
    if "email" not in columns:
        raise PeopleFileError(
            _("No column is called “email”. The first line names the columns; it is needed.")
        )
    named = list(filter(None, columns))
    twice = next((name for name in named if named.count(name) > 1), "")
    if twice or sum(name in AMOUNTS for name in named) > 1:
        raise PeopleFileError(
            _("Two columns mean the same: %(name)s. Take one out.") % {"name": twice or "balance"}
        )
    return columns


def _line(number: int, row: list[str], columns: list[str]) -> Line:
    cells = {name: value.strip() for name, value in zip(columns, row, strict=False) if name}
    if any(len(value) > MAX_CELL for value in row):
        return Line(number, {"email": cells.get("email", "")[:80]}, _("A cell is too long."))
    if any(value.strip() for value in row[len(columns) :]):
        return Line(number, cells, _("There are more cells than headings."))
    return Line(number, cells)
