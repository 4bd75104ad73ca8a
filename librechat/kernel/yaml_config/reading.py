"""The text of librechat.yaml, read as LibreChat reads it, with the line of every key."""

import re
import urllib.request
from pathlib import Path
from typing import Any, TypeAlias
from urllib.error import URLError

import yaml

KeyPath: TypeAlias = tuple[str | int, ...]
MAX_DEPTH = 60
FETCH_SECONDS = 10


class ConfigError(Exception):
    """librechat.yaml cannot be used; the message names file, line and key."""


def read(path: str) -> str | None:
    """Return the text of a path or http(s) address; None when there is no such file.

    Raises:
        ConfigError: it is there but cannot be read.
    """
    if not path:
        return None
    try:
        if path.startswith(("https://", "http://")):
            # The operator's own address, before any app is up: not a way for users' URLs.
            with urllib.request.urlopen(path, timeout=FETCH_SECONDS) as answer:  # noqa: S310 - operator's
                return str(answer.read().decode())
        if not Path(path).exists():
            return None
        return Path(path).read_text(encoding="utf-8")
    except (OSError, URLError, UnicodeDecodeError) as exc:
        raise ConfigError(f"{path} cannot be read: {exc}") from exc


class _Loader(yaml.SafeLoader):
    """YAML 1.2's plain words, as LibreChat reads them: ``off``, ``yes`` and dates are text."""

    yaml_implicit_resolvers: dict[str, Any] = {}


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?(?:0|[1-9][0-9_]*|0x[0-9a-fA-F]+)$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=e|E))(?:[eE][-+]?[0-9]+)?$",
     "-+.0123456789"),
    ("merge", r"^<<$", "<"),
):  # fmt: skip
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def parse(text: str, name: str) -> tuple[dict[str, object], dict[KeyPath, int]]:
    """Return the document and the line of each key path.

    Raises:
        ConfigError: not YAML, or not a mapping.
    """
    lines: dict[KeyPath, int] = {}
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        built = _build(loader, node, (), lines) if node else None
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else 1
        raise ConfigError(f"{name} line {line}: {exc.problem or exc.context}") from exc
    except (yaml.YAMLError, ValueError) as exc:
        raise ConfigError(f"{name}: {exc}") from exc
    if built is not None and not isinstance(built, dict):
        raise ConfigError(f"{name} line 1: the file must be a mapping of keys.")
    return built or {}, lines


def _build(loader: _Loader, node: yaml.Node, path: KeyPath, lines: dict[KeyPath, int]) -> object:
    if len(path) > MAX_DEPTH:
        raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=node.start_mark)
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_build(loader, item, (*path, at), lines) for at, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node)
    _refuse_duplicates(node)
    loader.flatten_mapping(node)
    mapping: dict[str, object] = {}
    for key, item in node.value:
        below = (*path, str(key.value))
        lines[below] = key.start_mark.line + 1
        mapping[str(key.value)] = _build(loader, item, below, lines)
    return mapping


def _refuse_duplicates(node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        name = str(key.value)
        if name in seen and name != "<<":
            problem = f"the key {name!r} stands here twice"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
        seen.add(name)
