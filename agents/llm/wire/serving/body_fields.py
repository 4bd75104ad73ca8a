"""Fields of a client's body, read strictly: what is wrong is said with its path.

How a field is read is the same for every dialect; the words of a refusal are each dialect's own,
as its provider's clients know them.
"""

from dataclasses import dataclass

from agents.llm.wire.fields import JsonObject, number_of
from agents.llm.wire.serving.asked import BadRequestError


def below(path: str, name: str | int) -> str:
    """Return the path of a field inside another one; "" is the body."""
    return f"{path}.{name}" if path else str(name)


def wrong(path: str, message: str, *, code: str = "") -> BadRequestError:
    """Return the refusal of a field; clients look for the path in the message."""
    return BadRequestError(f"{path}: {message}", param=path, code=code)


@dataclass(frozen=True, slots=True)
class Sentences:
    """What a dialect says of a field that is not what it must be.

    ``no_number``, ``not_whole`` and ``too_small`` may name the smallest number as ``{least}``.
    """

    missing: str
    empty: str  # a text that must say something
    no_text: str
    no_flag: str
    no_number: str
    not_whole: str
    too_small: str
    no_object: str
    no_list: str


class FieldReader:
    """Reads fields; what is null counts as absent. ``path``: of the object that has the field."""

    def __init__(self, sentences: Sentences) -> None:
        self._say = sentences

    def text_at(self, fields: JsonObject, name: str, path: str = "") -> str:
        """Return a text, "" for none.

        Raises:
            BadRequestError: it is no text.
        """
        value = fields.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise wrong(below(path, name), self._say.no_text)
        return value

    def required_text_at(self, fields: JsonObject, name: str, path: str = "") -> str:
        """Return a text that must be there and must not be empty.

        Raises:
            BadRequestError: it is missing, empty or no text.
        """
        self._require(fields, name, path)
        value = self.text_at(fields, name, path)
        if not value:
            raise wrong(below(path, name), self._say.empty)
        return value

    def flag_at(self, fields: JsonObject, name: str, path: str = "") -> bool | None:
        """Return true or false, None for nothing.

        Raises:
            BadRequestError: it is neither.
        """
        value = fields.get(name)
        if value is None or isinstance(value, bool):
            return value
        raise wrong(below(path, name), self._say.no_flag)

    def number_at(self, fields: JsonObject, name: str, path: str = "") -> float | None:
        """Return a finite number, None for nothing.

        Raises:
            BadRequestError: it is no number.
        """
        value = fields.get(name)
        if value is None:
            return None
        number = number_of(value)
        if number is None:
            raise wrong(below(path, name), self._say.no_number)
        return number

    def integer_at(
        self, fields: JsonObject, name: str, path: str = "", *, least: int = 0
    ) -> int | None:
        """Return a whole number that is no smaller than ``least``, None for nothing.

        Raises:
            BadRequestError: it is no whole number, or too small.
        """
        value = fields.get(name)
        if value is None:
            return None
        number = number_of(value)
        if number is None:
            problem = self._say.no_number
        elif not number.is_integer():
            problem = self._say.not_whole
        elif number < least:
            problem = self._say.too_small
        else:
            return int(number)
        raise wrong(below(path, name), problem.format(least=least))

    def object_at(self, fields: JsonObject, name: str, path: str = "") -> JsonObject:
        """Return an object, an empty one for none.

        Raises:
            BadRequestError: it is no object.
        """
        value = fields.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise wrong(below(path, name), self._say.no_object)
        return value

    def required_object_at(self, fields: JsonObject, name: str, path: str = "") -> JsonObject:
        """Return an object that must be there.

        Raises:
            BadRequestError: it is missing or no object.
        """
        self._require(fields, name, path)
        return self.object_at(fields, name, path)

    def objects_in(self, value: object, path: str) -> list[tuple[str, JsonObject]]:
        """Return the objects of a list with the path of each, none for no list.

        ``path``: of the list.

        Raises:
            BadRequestError: it is no list, or an entry is no object.
        """
        found: list[tuple[str, JsonObject]] = []
        for number, item in enumerate(self._items(value, path)):
            if not isinstance(item, dict):
                raise wrong(below(path, number), self._say.no_object)
            found.append((below(path, number), item))
        return found

    def texts_at(self, fields: JsonObject, name: str, path: str = "") -> list[str]:
        """Return a list of texts, an empty one for none.

        Raises:
            BadRequestError: it is no list, or an entry is no text.
        """
        here = below(path, name)
        texts: list[str] = []
        for number, item in enumerate(self._items(fields.get(name), here)):
            if not isinstance(item, str):
                raise wrong(below(here, number), self._say.no_text)
            texts.append(item)
        return texts

    def _items(self, value: object, path: str) -> list[object]:
        if value is None:
            return []
        if not isinstance(value, list):
            raise wrong(path, self._say.no_list)
        return value

    def _require(self, fields: JsonObject, name: str, path: str) -> None:
        if fields.get(name) is None:
            raise wrong(below(path, name), self._say.missing)
