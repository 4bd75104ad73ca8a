"""Forms with a file: which model they name, and the same form naming another one."""

import itertools
import re
from dataclasses import dataclass

from agents.relay.problems import RelayError

BOUNDARY = re.compile(
    r"multipart/form-data\s*;(?:.*;)?\s*boundary=(?:\"([^\"]+)\"|([^\s;\"]+))", re.IGNORECASE
)
PARAMETER = re.compile(rb";[ \t]*([^=;\s]+)=(\"(?:[^\"\\]|\\.)*\"|[^;]*)", re.DOTALL)
DISPOSITION = b"content-disposition:"
FIELD = b"model"
HEAD_END = b"\r\n\r\n"
LINE_END = b"\r\n"


@dataclass(frozen=True, slots=True)
class ModelField:
    """Where a form says its model: the bytes of its value."""

    start: int
    end: int
    name: str

    def replaced(self, body: bytes, model: str) -> bytes:
        """Return the form with another model; every other byte stays."""
        return body[: self.start] + model.encode() + body[self.end :]


def model_field(body: bytes, kind: str) -> ModelField:
    """Return the one field of a form that names the model. ``kind``: its content type.

    What stands inside a file is never taken for a field, and a form that another reader might
    split otherwise is refused: it could name one model here and another one at the provider.

    Raises:
        RelayError: it is no form, is ambiguous, or names no model or several.
    """
    found = BOUNDARY.match(kind)
    if found is None:
        raise RelayError.bad_request("The body must be multipart/form-data with a boundary.")
    mark = b"--" + (found[1] or found[2]).encode("latin-1", "replace")
    starts = _starts(body, mark)
    fields = [
        field
        for start, end in itertools.pairwise(starts)
        if (field := _model_in(body, start + len(mark), end - len(LINE_END))) is not None
    ]
    if not fields:
        raise RelayError.bad_request("The field is required.", param="model")
    if len(fields) > 1:
        raise RelayError.bad_request("The field occurs more than once.", param="model")
    return fields[0]


def _starts(body: bytes, mark: bytes) -> list[int]:
    """Return where the marks between the parts begin, the last one's included.

    Raises:
        RelayError: a mark does not stand on a line of its own.
    """
    starts = [found.start() for found in re.finditer(re.escape(mark), body)]
    for number, start in enumerate(starts):
        after = body[start + len(mark) :]
        is_line = start == 0 or body[start - len(LINE_END) : start] == LINE_END
        is_last = number == len(starts) - 1
        if not is_line or not after[:2] == (b"--" if is_last else LINE_END):
            raise RelayError.bad_request("The form's parts are not marked off as they must be.")
    return starts


def _model_in(body: bytes, start: int, end: int) -> ModelField | None:
    head_end = body.find(HEAD_END, start, end)
    if head_end < 0:
        raise RelayError.bad_request("A part of the form has no head.")
    if _name_in(body[start + len(LINE_END) : head_end].split(LINE_END)) != FIELD:
        return None
    value = body[head_end + len(HEAD_END) : end]
    return ModelField(head_end + len(HEAD_END), end, value.decode("utf-8", "replace"))


def _name_in(lines: list[bytes]) -> bytes:
    """Return the name of a part's field, in lower case.

    Raises:
        RelayError: there is none, or more than one way to read it.
    """
    said = [line for line in lines if line.lower().startswith(DISPOSITION)]
    is_folded = any(line[:1] in {b" ", b"\t"} for line in lines)
    parameters = PARAMETER.findall(said[0]) if len(said) == 1 and not is_folded else []
    names = [value for name, value in parameters if name.lower() in {b"name", b"name*"}]
    plain = names[0].strip().strip(b'"') if len(names) == 1 else b""
    if not plain or b"\\" in plain or b"\n" in plain or b"'" in plain:
        raise RelayError.bad_request("A part of the form does not say clearly which field it is.")
    return plain.lower()
