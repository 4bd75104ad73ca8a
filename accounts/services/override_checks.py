"""What an override may say: checked by the models that check librechat.yaml, and by more.

``${NAME}`` belongs in the file, where only the operator of the machine writes. Secrets do, too,
but for the sections that keep them encrypted.
"""

from collections.abc import Iterator, Mapping, Sequence

from accounts.access.override_layers import LAYERINGS, laid_over
from accounts.access.override_secrets import (
    SECTIONS_WITH_SECRETS,
    opened,
    restored,
    sealed_in,
)
from accounts.access.override_tree import SECTIONS, leaves, path_is_sound
from accounts.errors import InvalidOverrideError
from librechat.kernel import yaml_config
from librechat.kernel.yaml_config.report import HIDDEN, redacted

MAX_CHARACTERS = 200_000
SHOWN_PROBLEMS = 10


def override_check(
    overrides: Mapping[str, object],
    tombstones: Sequence[str],
    *,
    before: Mapping[str, object],
) -> dict[str, object]:
    """Return the overrides with masked secrets as they are stored, if they may be stored.

    ``before``: the overrides of this receiver as stored. The file's settings, changed by the
    overrides, must be valid.

    Raises:
        InvalidOverrideError: naming the paths that are wrong.
    """
    for path in (*overrides, *tombstones):
        path_check(path)
    whole = {name: restored(item, before.get(name)) for name, item in overrides.items()}
    problems = [*_forbidden(whole), *_foreign(whole, before)]
    for section in sorted({*whole, *(path.partition(".")[0] for path in tombstones)}):
        own = LAYERINGS.get(section)
        if own is not None:
            problems += own.problems(whole, tombstones, before=before)
        below = {section: yaml_config.written(section)}
        tree = laid_over(section, below, opened(whole), tombstones)
        try:
            yaml_config.checked(section, tree.get(section, {}))
        except yaml_config.ConfigError as exc:
            problems.append(str(exc))
    if problems:
        raise InvalidOverrideError("; ".join(problems[:SHOWN_PROBLEMS]), problems=problems)
    return whole


def path_check(path: object) -> str:
    """Return a dotted path that leads into a section.

    Raises:
        InvalidOverrideError: it does not.
    """
    if not isinstance(path, str) or not path_is_sound(path):
        shown = path[:80] if isinstance(path, str) else "fieldPath"
        raise InvalidOverrideError(f"{shown}: not a path in {', '.join(SECTIONS)}.")
    return path


def _forbidden(overrides: Mapping[str, object]) -> Iterator[str]:
    shown = dict(leaves(redacted(overrides)))
    characters = 0
    for path, value in leaves(overrides):
        text = str(value)
        characters += len(path) + len(text)
        if "${" in text:
            yield f"{path}: names of variables are for librechat.yaml only"
        if path.partition(".")[0] in SECTIONS_WITH_SECRETS:
            if HIDDEN in _texts(value):
                yield f"{path}: {HIDDEN} stands for a secret that is not stored; give the secret"
        elif shown.get(path) != value or HIDDEN in text:
            yield f"{path}: secrets are for librechat.yaml and the environment only"
    if characters > MAX_CHARACTERS:
        yield "overrides: too large"


def _foreign(overrides: Mapping[str, object], before: Mapping[str, object]) -> Iterator[str]:
    if not {*sealed_in(overrides)} <= {*sealed_in(before)}:
        yield "overrides: a secret is encrypted by something else; give it as it is"


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _texts(item)
        case Mapping():
            for item in value.values():
                yield from _texts(item)
        case _:
            return
