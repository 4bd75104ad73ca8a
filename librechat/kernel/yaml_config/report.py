"""What can be said about a checked configuration: issues, effective values, idle keys."""

import re
from collections.abc import Iterator, Mapping

from pydantic import BaseModel, ValidationError

from librechat.kernel.yaml_config.reading import KeyPath

SECRET_NAME = re.compile(r"(api_?key|secret|secret_?key|password|token)$", re.IGNORECASE)
SECRET_TABLES = {"headers", "requestHeaders", "additionalHeaders", "oauth_headers", "env"}
HIDDEN = "***"


def issue(name: str, lines: Mapping[KeyPath, int], path: KeyPath, text: str) -> str:
    """Return one sentence: file, line, key, what is wrong."""
    known = path
    while known and known not in lines:
        known = known[:-1]
    line = f" line {lines[known]}" if known else ""
    return f"{name}{line}: {spelled(path)}: {text}"


def spelled(path: KeyPath) -> str:
    """Return a path as people write it, e.g. ``endpoints.custom[0].baseURL``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def issues(
    exc: ValidationError,
    written: tuple[str, object],
    *,
    name: str,
    lines: Mapping[KeyPath, int],
) -> list[str]:
    """Return the sentences for a section that is refused; ``written``: its name and raw value."""
    found: dict[KeyPath, list[str]] = {}
    for error in exc.errors(include_url=False, include_input=False):
        path = _in_document(error["loc"], *written)
        is_missing = error["type"] in {"missing", "union_tag_not_found"}
        texts = found.setdefault(path, [])
        text = "required" if is_missing else error["msg"]
        if text not in texts:
            texts.append(text)
    # Of the variants of a union, only what is wrong deepest in is the operator's mistake.
    inner = [path for path in found if not any(_is_below(other, path) for other in found)]
    return [issue(name, lines, path, " or ".join(found[path])) for path in inner]


def _in_document(location: tuple[str | int, ...], section: str, raw: object) -> KeyPath:
    """Return the key path of an error's location, without pydantic's names of variants."""
    path: list[str | int] = [section]
    for at, part in enumerate(location):
        match raw:
            case Mapping() if part in raw:
                raw = raw[part]
            case list() if isinstance(part, int):
                raw = raw[part]
            case Mapping() if at == len(location) - 1:
                pass  # the missing key itself
            case _:
                continue
        path.append(part)
    return tuple(path)


def _is_below(path: KeyPath, other: KeyPath) -> bool:
    return len(path) > len(other) and path[: len(other)] == other


def plain(found: object) -> object:
    """Return a checked value as plain data in the file's names, without what is not set."""
    match found:
        case BaseModel():
            pairs = ((_alias(found, name), getattr(found, name)) for name in _fields(found))
            return {key: plain(item) for key, item in pairs if item is not None}
        case Mapping():
            return {key: plain(item) for key, item in found.items()}
        case list() | tuple():
            return [plain(item) for item in found]
        case _:
            return found


def redacted(found: object, key: str = "") -> object:
    """Return plain data with secrets hidden; ``user_provided`` and placeholders are none."""
    match found:
        case Mapping() if key in SECRET_TABLES:
            return dict.fromkeys(found, HIDDEN)
        case Mapping():
            return {name: redacted(item, name) for name, item in found.items()}
        case list():
            return [redacted(item, key) for item in found]
        case str() if SECRET_NAME.search(key) or key == "key":
            return found if found == "user_provided" or found.startswith("${") else HIDDEN
        case _:
            return found


def unknown(found: object, path: str) -> Iterator[str]:
    """Yield the paths of keys that no model knows."""
    match found:
        case BaseModel():
            yield from (f"{path}.{key}" for key in found.model_extra or {})
            for name in _fields(found):
                yield from unknown(getattr(found, name), f"{path}.{_alias(found, name)}")
        case Mapping():
            for key, item in found.items():
                yield from unknown(item, f"{path}.{key}")
        case list():
            for item in found:
                yield from unknown(item, f"{path}[]")
        case _:
            return


def unused(found: object, path: str, used: tuple[str, ...]) -> Iterator[str]:
    """Yield the outermost paths of given keys that are neither used nor hold a used one."""
    if path in used:
        return
    match found:
        case _ if not any(entry.startswith((f"{path}.", f"{path}[")) for entry in used):
            yield path
        case BaseModel():
            for name in sorted(found.model_fields_set & set(_fields(found))):
                yield from unused(getattr(found, name), f"{path}.{_alias(found, name)}", used)
        case list():
            for item in found:
                yield from unused(item, f"{path}[]", used)
        case _:
            yield path


def _fields(model: BaseModel) -> list[str]:
    return list(type(model).model_fields)


def _alias(model: BaseModel, name: str) -> str:
    return type(model).model_fields[name].alias or name
