"""librechat.yaml: read once at start, checked against the models that the apps register."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, TypeVar

from django.conf import settings
from pydantic import TypeAdapter, ValidationError

from librechat.kernel.registry import Registry
from librechat.kernel.yaml_config import reading, report
from librechat.kernel.yaml_config.placeholders import (
    filled,
    has_placeholder,
    names_in,
    replaced,
    variable,
)
from librechat.kernel.yaml_config.reading import ConfigError, KeyPath
from librechat.kernel.yaml_config.report import plain
from librechat.kernel.yaml_config.section import (
    Amount,
    Count,
    NonEmpty,
    Number,
    Section,
    SnakeSection,
    StrictSection,
    Trimmed,
    Url,
)

__all__ = [
    "Amount",
    "ConfigError",
    "Count",
    "NonEmpty",
    "Number",
    "Section",
    "SnakeSection",
    "StrictSection",
    "Trimmed",
    "Url",
    "checked",
    "document",
    "filled",
    "has_placeholder",
    "is_given",
    "load",
    "load_or_exit",
    "optional",
    "override",
    "plain",
    "redacted",
    "register",
    "section",
    "texts",
    "unknown_keys",
    "unset_variables",
    "unused_keys",
    "value",
    "variable",
    "written",
]

logger = logging.getLogger(__name__)

T = TypeVar("T")
SHOWN_ISSUES = 20


@dataclass(frozen=True)
class _Registered:
    adapter: TypeAdapter[Any]
    default: Callable[[], object]
    used: tuple[str, ...]


@dataclass(frozen=True)
class _Loaded:
    """``written``: the file as it stands; ``values``: section → checked value, those given."""

    written: Mapping[str, object] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)


class _Current:
    loaded = _Loaded()


_sections: Registry[_Registered] = Registry("The librechat.yaml section")


def register(
    name: str,
    kind: type[Section] | TypeAdapter[Any],
    default: Callable[[], object] | None = None,
    *,
    used: Iterable[str] = (),
) -> None:
    """Add a top-level key; the first registration of a name stands.

    ``kind``: the type of its value. ``default``: makes the value when the file lacks the key;
    without it an empty mapping stands in.
    ``used``: the key paths, from the top level, that the product acts on (``a.list[].b``); a
    path covers all below it.
    """
    if _sections.get(name) is None:
        adapter = kind if isinstance(kind, TypeAdapter) else TypeAdapter(kind)
        # Sections never change: one empty one serves every reader.
        empty = default or cache(partial(adapter.validate_python, {}))
        _sections.register(name, _Registered(adapter, empty, tuple(used)))


def value(name: str) -> object:
    """Return the checked value of a top-level key, or its default."""
    if name in _Current.loaded.values:
        return _Current.loaded.values[name]
    registered = _sections.get(name)
    if registered is None:
        raise LookupError(f"No app registered the librechat.yaml section {name!r}.")
    return registered.default()


def section_names() -> list[str]:
    """Return the top-level keys there are."""
    return [name for name, _ in _sections.items()]


def section(name: str, kind: type[T]) -> T:
    """Return the section, of the type it was registered with."""
    found = value(name)
    if not isinstance(found, kind):
        raise TypeError(f"The librechat.yaml section {name!r} is not a {kind.__name__}.")
    return found


def optional(name: str, kind: type[T]) -> T | None:
    """Return the section, or None when the file lacks it."""
    return section(name, kind) if is_given(name) else None


def texts(name: str) -> list[str]:
    """Return a list of texts; empty when the file lacks the key."""
    found = value(name)
    return [str(text) for text in found] if isinstance(found, list) else []


def is_given(name: str) -> bool:
    """Return whether the file has this top-level key."""
    return name in _Current.loaded.values


def written(name: str) -> object:
    """Return a top-level key as the file has it, placeholders replaced; {} when it lacks it."""
    return replaced(_Current.loaded.written.get(name, {}))


def checked(name: str, raw: object) -> object:
    """Return a value in the type of a top-level key.

    Raises:
        ConfigError: it does not fit; the message names each path.
    """
    registered = _sections.get(name)
    if registered is None:
        raise ConfigError(f"{name}: unknown key")
    try:
        return registered.adapter.validate_python(raw)
    except ValidationError as exc:
        found = report.issues(exc, (name, raw), name="", lines={})
        texts = [text.removeprefix(": ") for text in found]
        raise ConfigError("; ".join(texts[:SHOWN_ISSUES])) from exc


# --- Loading -------------------------------------------------------------------------------


def load() -> None:
    """Read and check the file of ``CONFIG_PATH``; a missing one means defaults.

    Raises:
        ConfigError: unreadable, an unknown top-level key, or a value of the wrong type.
    """
    _Current.loaded = _Loaded()
    try:
        _Current.loaded = _read(settings.CONFIG_PATH)
    except ConfigError:
        if not settings.CONFIG_BYPASS_VALIDATION:
            raise
        logger.exception("librechat.yaml is ignored because of CONFIG_BYPASS_VALIDATION.")


def load_or_exit() -> None:
    """Load, or end the process with the reason on standard error and exit code 1."""
    try:
        load()
    except ConfigError as exc:
        raise SystemExit(str(exc)) from exc


@contextmanager
def override(mapping: Mapping[str, object]) -> Iterator[None]:
    """Put other top-level values in place of the file's for the length of a test."""
    before = _Current.loaded
    changed = _checked(mapping, {}, "override")
    _Current.loaded = _Loaded(
        {**before.written, **changed.written},
        {**before.values, **changed.values},
    )
    try:
        yield
    finally:
        _Current.loaded = before


def _read(path: str) -> _Loaded:
    text = reading.read(path) if path else None
    if text is None:
        logger.info("No librechat.yaml at %s: defaults are used.", path)
        return _Loaded()
    name = path.rpartition("/")[2] or path
    written, lines = reading.parse(text, name)
    if written and not isinstance(written.get("version"), str):
        line = lines.get(("version",), 1)
        raise ConfigError(f"{name} line {line}: version: a text such as '1.3.17' is required")
    return _checked(written, lines, name)


def _checked(
    written: Mapping[str, object],
    lines: Mapping[KeyPath, int],
    name: str,
) -> _Loaded:
    issues: list[str] = []
    values: dict[str, object] = {}
    for key, raw in written.items():
        registered = _sections.get(key)
        if registered is None:
            issues += [report.issue(name, lines, (key,), "unknown key")] * (key != "version")
            continue
        try:
            values[key] = registered.adapter.validate_python(replaced(raw))
        except ValidationError as exc:
            issues += report.issues(exc, (key, raw), name=name, lines=lines)
    if issues:
        raise ConfigError("\n".join(issues[:SHOWN_ISSUES]))
    return _Loaded(written, values)


# --- Reports -------------------------------------------------------------------------------


def document() -> dict[str, object]:
    """Return the effective values by top-level key, in the file's own names, secrets included."""
    return {name: plain(value(name)) for name, _ in _sections.items()}


def redacted() -> dict[str, object]:
    """Return the effective values with secrets hidden."""
    return {name: report.redacted(found, name) for name, found in document().items()}


def unknown_keys() -> list[str]:
    """Return the paths of nested keys that no model knows: they have no effect."""
    given = _Current.loaded.values.items()
    return sorted({path for name, found in given for path in report.unknown(found, name)})


def unused_keys() -> list[str]:
    """Return the paths of keys in the file that are valid but not acted on yet."""
    found: set[str] = set()
    for name, registered in _sections.items():
        if is_given(name):
            found.update(report.unused(value(name), name, registered.used))
    return sorted(found)


def unset_variables() -> list[str]:
    """Return the names in ``${NAME}`` of the file that the environment lacks."""
    names = names_in(_Current.loaded.written)
    return sorted(name for name in names if not settings.CONFIG_VARIABLES.get(name))
