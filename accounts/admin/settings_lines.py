"""Where in a text something stands: YAML and JSON of a form, read with line numbers."""

from textwrap import indent

from librechat.kernel.yaml_config import ConfigError, reading
from librechat.kernel.yaml_config.reading import KeyPath
from librechat.kernel.yaml_config.report import spelled

KEY = "value"
TAB = 2


def read_value(text: str) -> object:
    """Return what a text in YAML or JSON says.

    Raises:
        ConfigError: it cannot be read; the message names the line.
    """
    return _parsed(text)[0]


def line_of(text: str, path: str) -> int:
    """Return the line of a path such as ``[0].models``, or of what holds it; 0 for none."""
    try:
        _value, lines = _parsed(text)
    except ConfigError:
        return 0
    return nearest(
        path.lstrip("."), {spelled(at[1:]): line for at, line in lines.items() if at[1:]}
    )


def nearest(path: str, lines: dict[str, int]) -> int:
    """Return the line of the longest known beginning of a path; 0 for none."""
    known = [at for at in lines if path == at or path.startswith((f"{at}.", f"{at}["))]
    return lines[max(known, key=len)] if known else 0


def _parsed(text: str) -> tuple[object, dict[KeyPath, int]]:
    # Below a key, because the reader takes mappings only; its line is not counted.
    whole = f"{KEY}:\n{indent(text.expandtabs(TAB), '  ')}"
    try:
        found, lines = reading.parse(whole, "")
    except ConfigError as exc:
        raise ConfigError(_earlier(str(exc))) from exc
    return found.get(KEY), {path: line - 1 for path, line in lines.items()}


def _earlier(message: str) -> str:
    """Return a message of the reader with the number of the line in the text itself."""
    head, _word, rest = message.partition("line ")
    number, _colon, words = rest.partition(": ")
    if head.strip() or not number.isdecimal():
        return message.strip(": ")
    return f"Line {max(1, int(number) - 1)}: {words}"
