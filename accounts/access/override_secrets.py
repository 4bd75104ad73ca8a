"""Secrets in overrides: encrypted where they are stored, masked where they are shown.

Only some sections may hold any, and only at places whose name says that a secret stands there.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from librechat.kernel import secrets
from librechat.kernel.yaml_config.report import HIDDEN, SECRET_NAME, SECRET_TABLES

logger = logging.getLogger(__name__)

Change: TypeAlias = Callable[[str], str]

SECTIONS_WITH_SECRETS = ("endpoints",)
SEALED = "sealed:"
USER_PROVIDED = "user_provided"
NAMES = ("name", "group")  # what tells the items of a list apart


def sealed(overrides: Mapping[str, object]) -> dict[str, object]:
    """Return overrides with every secret encrypted; those that are stay as they are."""
    return _in_sections(overrides, lambda text: text if _is_no_secret(text) else _seal(text))


def opened(overrides: Mapping[str, object]) -> dict[str, object]:
    """Return overrides with every secret in the clear; one that no key opens is empty."""
    return _in_sections(overrides, _open)


def masked(overrides: Mapping[str, object]) -> dict[str, object]:
    """Return overrides as people are shown them."""
    return _in_sections(overrides, lambda text: text if text == USER_PROVIDED else HIDDEN)


def resealed(overrides: Mapping[str, object]) -> dict[str, object]:
    """Return overrides encrypted with the newest key.

    Raises:
        UnreadableSecretError: no configured key opens one.
    """
    return _in_sections(
        overrides,
        lambda text: _seal(secrets.decrypt(_token(text))) if is_sealed(text) else text,
    )


def restored(given: object, stored: object) -> object:
    """Return overrides with each mask replaced by the encrypted secret stored at its place."""
    match given, stored:
        case Mapping(), Mapping():
            return {name: restored(item, stored.get(name)) for name, item in given.items()}
        case list(), list():
            named = {_name(item): item for item in reversed(stored)}
            return [
                restored(item, named.get(_name(item)) if _name(item) else None) for item in given
            ]
        case str(), str() if given == HIDDEN and is_sealed(stored):
            return stored
        case _:
            return given


def is_sealed(text: object) -> bool:
    """Return whether a value is an encrypted secret."""
    return isinstance(text, str) and text.startswith(SEALED)


def sealed_in(tree: object) -> Iterator[str]:
    """Yield the encrypted secrets of a tree."""
    match tree:
        case Mapping():
            for item in tree.values():
                yield from sealed_in(item)
        case list():
            for item in tree:
                yield from sealed_in(item)
        case str() if is_sealed(tree):
            yield tree
        case _:
            return


def _in_sections(overrides: Mapping[str, object], change: Change) -> dict[str, object]:
    return {
        name: _changed(item, name, change) if name in SECTIONS_WITH_SECRETS else item
        for name, item in overrides.items()
    }


def _changed(tree: object, name: str, change: Change) -> object:
    """Return a tree with the texts changed that stand where a secret belongs."""
    match tree:
        case Mapping():
            is_table = name in SECRET_TABLES
            return {
                key: change(item)
                if is_table and isinstance(item, str)
                else _changed(item, key, change)
                for key, item in tree.items()
            }
        case list():
            return [_changed(item, name, change) for item in tree]
        case str() if SECRET_NAME.search(name):
            return change(tree)
        case _:
            return tree


def _is_no_secret(text: str) -> bool:
    return text in {"", USER_PROVIDED} or is_sealed(text)


def _seal(text: str) -> str:
    return SEALED + secrets.encrypt(text)


def _open(text: str) -> str:
    if not is_sealed(text):
        return text
    try:
        return secrets.decrypt(_token(text))
    except secrets.UnreadableSecretError:
        logger.exception("A secret of a config override cannot be read; give it again.")
        return ""


def _token(text: str) -> str:
    return text.removeprefix(SEALED)


def _name(item: object) -> object:
    if not isinstance(item, Mapping):
        return None
    return next((item[name] for name in NAMES if isinstance(item.get(name), str)), None)
