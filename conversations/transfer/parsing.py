"""JSON of foreign files: items of a large array one by one, however deep each of them is."""

import json
import re
from collections.abc import Iterator
from typing import IO, Any

import orjson
from django.utils.translation import gettext as _

from conversations.errors import ImportRefusedError

CHUNK = 1024 * 1024
LARGEST_ITEM = 32 * 1024 * 1024
MOST_PIECES = 2_000_000  # brackets and commas of one item: what it takes in memory
MOST_ITEMS = 1_000_000
DEEPEST = 100_000
BLANK = b" \t\r\n"
BOM = b"\xef\xbb\xbf"
NOT_NUMBERS = frozenset({b"NaN", b"Infinity", b"-Infinity"})

_STRING = rb'"(?:[^"\\]++|\\.)*+"'
# Up to the next bracket, or the next bracket or comma, that is not inside a string.
_BRACKET = re.compile(rb'[^"\[\]{}]*+(?:' + _STRING + rb'[^"\[\]{}]*+)*+([\[\]{}])', re.DOTALL)
_BETWEEN = re.compile(rb'[^"\[\]{},]*+(?:' + _STRING + rb'[^"\[\]{},]*+)*+([\[\]{},])', re.DOTALL)
_TOKEN = re.compile(
    rb"[ \t\r\n]*+(?:([\[\]{},:])|(" + _STRING + rb')|([^ \t\r\n\[\]{},:"]++))',
    re.DOTALL,
)
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_PAIRS = {ord("]"): ord("["), ord("}"): ord("{")}


def damaged(why: str = "") -> ImportRefusedError:
    """Return the refusal of a file that cannot be read."""
    detail = f" ({why})" if why else ""
    return ImportRefusedError(
        _("The file is damaged%(detail)s. Nothing was imported; export it once more and try again.")
        % {"detail": detail},
    )


def too_large(what: str) -> ImportRefusedError:
    """Return the refusal of a file whose content would take too much."""
    return ImportRefusedError(
        _("The file has %(what)s. Nothing was imported; split it and try again.") % {"what": what}
    )


def items_of(stream: IO[bytes]) -> Iterator[object]:
    """Yield the items of an array, or the one other value a file holds.

    Raises:
        ImportRefusedError: no JSON, or an item is too large.
    """
    buffer = bytearray(stream.read(CHUNK)).removeprefix(BOM)
    first = bytes(buffer).lstrip(BLANK)[:1]
    if first == b"[":
        yield from _Items(stream, buffer)
        return
    buffer += stream.read(LARGEST_ITEM + 1 - len(buffer))
    if len(buffer) > LARGEST_ITEM:
        raise too_large(_("one record of more than 32 MB"))
    yield parse(bytes(buffer))


class _Items:
    """Walks through an array and never holds more than one item and a chunk of it."""

    def __init__(self, stream: IO[bytes], buffer: bytearray) -> None:
        self._stream = stream
        self._buffer = buffer
        self._place = buffer.index(b"[") + 1
        self._start = self._place
        self._open = bytearray()
        self._brackets = 0
        self._step = CHUNK

    def __iter__(self) -> Iterator[object]:
        count = 0
        while True:
            sign = self._next()
            if self._open:
                self._nest(sign)
            elif sign in b"[{":
                self._open.append(sign)
                self._brackets += 1
            elif sign == ord("}"):
                raise damaged(_("a bracket is missing"))
            else:
                raw = self._taken()
                is_last = sign == ord("]")
                if raw.strip(BLANK):
                    yield parse(raw)
                elif not (is_last and count == 0):
                    raise damaged(_("an item is missing"))
                count += 1
                if count > MOST_ITEMS:
                    raise too_large(_("more than a million records"))
                if is_last:
                    self._finish()
                    return

    def _nest(self, sign: int) -> None:
        self._brackets += 1
        if sign in b"[{":
            self._open.append(sign)
        elif self._open.pop() != _PAIRS[sign]:
            raise damaged(_("brackets do not match"))
        if self._brackets > MOST_PIECES or len(self._open) > DEEPEST:
            raise too_large(_("a record that is too complicated"))

    def _next(self) -> int:
        """Return the next bracket, or between items the next bracket or comma."""
        pattern = _BRACKET if self._open else _BETWEEN
        while (found := pattern.match(self._buffer, self._place)) is None:
            self._more()
        self._place = found.end()
        self._step = CHUNK
        return found[1][0]

    def _more(self) -> None:
        if len(self._buffer) - self._start > LARGEST_ITEM:
            raise too_large(_("one record of more than 32 MB"))
        del self._buffer[: self._start]
        self._place -= self._start
        self._start = 0
        chunk = self._stream.read(self._step)
        if not chunk:
            raise damaged(_("it ends too early"))
        # A long string is searched from its start again: bigger steps keep that rare.
        self._step = min(self._step * 2, LARGEST_ITEM)
        self._buffer += chunk

    def _taken(self) -> bytes:
        raw = bytes(memoryview(self._buffer)[self._start : self._place - 1])
        self._start = self._place
        self._brackets = 0
        return raw

    def _finish(self) -> None:
        rest = self._buffer[self._place :]
        while rest:
            if bytes(rest).strip(BLANK):
                raise damaged(_("something follows its end"))
            rest = bytearray(self._stream.read(CHUNK))


def parse(raw: bytes) -> object:
    """Return the value of a JSON text.

    Half surrogate pairs, NaN and any depth are accepted: exports have all three.

    Raises:
        ImportRefusedError: it is no JSON, or would take too much memory.
    """
    if len(raw) > LARGEST_ITEM:
        raise too_large(_("one record of more than 32 MB"))
    if raw.count(b",") + raw.count(b"[") + raw.count(b"{") > MOST_PIECES:
        raise too_large(_("a record that is too complicated"))
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _Patient(raw).value()


class _Patient:
    """Reads what the fast reader refuses, with a stack of its own instead of recursion."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._place = 0
        self._stack: list[Any] = []
        self._keys: list[str] = []

    def value(self) -> object:
        """Return the value."""
        value = self._read()
        while self._stack:
            container = self._stack[-1]
            close = b"]" if isinstance(container, list) else b"}"
            if value is _OPENED:
                if self._token(step=False)[0] == close:
                    self._token()
                    value = self._closed()
                else:
                    value = self._entry(container)
                continue
            if isinstance(container, list):
                container.append(value)
            else:
                container[self._keys[-1]] = value
            sign = self._token()[0]
            if sign not in {close, b","}:
                raise damaged(_("it is no JSON"))
            value = self._closed() if sign == close else self._entry(container)
        if self._raw[self._place :].strip(BLANK):
            raise damaged(_("something follows its end"))
        return value

    def _entry(self, container: object) -> object:
        if isinstance(container, dict):
            _sign, string, _word = self._token()
            if not string or self._token()[0] != b":":
                raise damaged(_("it is no JSON"))
            self._keys[-1] = _text(string)
        return self._read()

    def _read(self) -> object:
        """Read a scalar, or an opening bracket, which goes on top of the stack."""
        sign, string, word = self._token()
        if sign in {b"[", b"{"}:
            self._stack.append([] if sign == b"[" else {})
            self._keys.append("")
            if len(self._stack) > DEEPEST:
                raise too_large(_("a record that is too complicated"))
            return _OPENED
        if sign:
            raise damaged(_("it is no JSON"))
        return _text(string) if string else _word(word or b"")

    def _closed(self) -> object:
        self._keys.pop()
        return self._stack.pop()

    def _token(self, *, step: bool = True) -> tuple[bytes | None, bytes | None, bytes | None]:
        found = _TOKEN.match(self._raw, self._place)
        if found is None:
            raise damaged(_("it ends too early"))
        if step:
            self._place = found.end()
        return found[1], found[2], found[3]


_OPENED = object()


def _text(string: bytes) -> str:
    try:
        return str(json.loads(string.decode(errors="replace"), strict=False))
    except ValueError as exc:
        raise damaged(_("it is no JSON")) from exc


def _word(word: bytes) -> object:
    if word in NOT_NUMBERS:
        return None
    try:
        return orjson.loads(word)
    except orjson.JSONDecodeError as exc:
        if _NUMBER.fullmatch(word):  # larger than any computer counts
            return None
        raise damaged(_("it is no JSON")) from exc
