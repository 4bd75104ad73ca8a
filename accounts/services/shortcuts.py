"""Keyboard shortcuts: what there is, and the keys each person gave it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import ShortcutTakenError
from accounts.models import User
from accounts.services.profile import preference_set
from librechat.kernel.errors import InvalidInputError

PREFERENCE = "shortcuts"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """An act that keys can start; ``keys`` are the usual ones, several apart by blanks."""

    name: str
    label: str | Promise
    keys: str


# The names are those of ACTIONS in static/src/ui/shortcuts.ts; "mod" is Ctrl, or Cmd on a Mac.
GROUPS: list[tuple[str | Promise, list[Shortcut]]] = [
    (
        gettext_lazy("Everywhere"),
        [
            Shortcut("palette", gettext_lazy("Search and commands"), "mod+k"),
            Shortcut("shortcuts", gettext_lazy("Show the shortcuts"), "mod+shift+/ ?"),
            Shortcut("new-chat", gettext_lazy("New chat"), "mod+shift+o"),
            Shortcut("temporary", gettext_lazy("Temporary chat"), "mod+shift+y"),
            Shortcut("search", gettext_lazy("Search page"), "mod+/"),
            Shortcut("settings", gettext_lazy("Settings"), "mod+shift+,"),
            Shortcut("sidebar", gettext_lazy("Open or close the sidebar"), "mod+shift+s"),
        ],
    ),
    (
        gettext_lazy("Writing"),
        [
            Shortcut("focus-composer", gettext_lazy("Go to the message box"), "shift+escape"),
            Shortcut("model", gettext_lazy("Choose a model"), "mod+shift+m"),
            Shortcut("stop", gettext_lazy("Stop the answer"), "mod+shift+x"),
            Shortcut("edit-last", gettext_lazy("Edit my last message"), "mod+shift+i alt+arrowup"),
        ],
    ),
    (
        gettext_lazy("Messages"),
        [
            Shortcut("regenerate", gettext_lazy("Answer again"), "mod+shift+e"),
            Shortcut("continue", gettext_lazy("Continue the answer"), "mod+shift+c"),
            Shortcut("copy-reply", gettext_lazy("Copy the last answer"), "mod+shift+;"),
            Shortcut("copy-code", gettext_lazy("Copy the last code"), "mod+shift+k"),
            Shortcut("previous-version", gettext_lazy("Previous version"), "alt+arrowleft"),
            Shortcut("next-version", gettext_lazy("Next version"), "alt+arrowright"),
            Shortcut("top", gettext_lazy("Go to the first message"), "mod+shift+arrowup"),
            Shortcut("bottom", gettext_lazy("Go to the newest message"), "mod+shift+arrowdown"),
        ],
    ),
    (
        gettext_lazy("This chat"),
        [
            Shortcut("pin", gettext_lazy("Pin or unpin"), "mod+shift+p"),
            Shortcut("bookmark", gettext_lazy("Bookmarks"), "mod+shift+b"),
            Shortcut("archive", gettext_lazy("Archive or bring back"), "mod+shift+l"),
            Shortcut("delete", gettext_lazy("Delete"), "mod+shift+backspace"),
        ],
    ),
]
SHORTCUTS = {shortcut.name: shortcut for _label, rows in GROUPS for shortcut in rows}

NAMED_KEYS = (
    "arrowup|arrowdown|arrowleft|arrowright|backspace|delete|end|enter|escape|f[1-9]|f1[0-2]"
    "|home|insert|pagedown|pageup|space"
)
KEYS = re.compile(rf"(mod\+)?(alt\+)?(shift\+)?([!-@\[-~]|{NAMED_KEYS})")
# Alone these write, move or close; with Shift they still do.
BARE = re.compile(r"(shift\+)?([a-z]|arrow.*|backspace|delete|end|enter|home|page.*|space)|escape")
# Keys the browser keeps, and keys with a fixed meaning in fields.
RESERVED = frozenset(
    {
        *(f"mod+{key}" for key in "acfnqrtvwxyz"),
        *(f"mod+shift+{key}" for key in "ntwz"),
        "mod+enter",
        "alt+f4",
        "f5",
    },
)


def bindings_of(user: User) -> dict[str, str]:
    """Return a person's keys: name of the shortcut → keys, "" for none."""
    stored = _stored(user).get("keys")
    chosen = stored if isinstance(stored, dict) else {}
    return {name: str(chosen.get(name, shortcut.keys)) for name, shortcut in SHORTCUTS.items()}


def shortcuts_are_on(user: User) -> bool:
    """Return whether keys start anything for this person."""
    return bool(_stored(user).get("is_on", True))


def shortcut_bind(*, user: User, name: str, keys: str) -> None:
    """Give a shortcut other keys.

    Raises:
        InvalidInputError: there is no such shortcut, or these keys cannot be used.
        ShortcutTakenError: another shortcut has them; nothing was changed.
    """
    _known(name)
    usable = _usable(keys)

    def put(bindings: dict[str, str]) -> None:
        _refuse_taken(bindings, name, usable)
        bindings[name] = usable

    _change(user, put)


def shortcut_take(*, user: User, name: str, keys: str) -> None:
    """Give a shortcut keys that another may have; that one loses them.

    Raises:
        InvalidInputError: there is no such shortcut, or these keys cannot be used.
    """
    _known(name)
    usable = _usable(keys)

    def put(bindings: dict[str, str]) -> None:
        for other, held in bindings.items():
            bindings[other] = " ".join(key for key in held.split() if key != usable)
        bindings[name] = usable

    _change(user, put)


def shortcut_reset(*, user: User, name: str) -> None:
    """Give a shortcut its usual keys again.

    Raises:
        InvalidInputError: there is no such shortcut.
        ShortcutTakenError: another shortcut has them by now; nothing was changed.
    """
    usual = _known(name).keys

    def put(bindings: dict[str, str]) -> None:
        for key in usual.split():
            _refuse_taken(bindings, name, key)
        bindings[name] = usual

    _change(user, put)


def shortcuts_reset(*, user: User) -> None:
    """Give every shortcut its usual keys again."""

    def put(bindings: dict[str, str]) -> None:
        bindings.update({name: shortcut.keys for name, shortcut in SHORTCUTS.items()})

    _change(user, put)


def shortcuts_switch(*, user: User, is_on: bool) -> None:
    """Let keys start something, or nothing at all."""
    with transaction.atomic():
        fresh = User.objects.select_for_update().get(pk=user.pk)
        preference_set(user=user, name=PREFERENCE, value={**_stored(fresh), "is_on": is_on})


def keys_label(keys: str) -> str:
    """Return keys as people write them, e.g. ``Ctrl+Shift+O``."""
    words = {
        "mod": _("Ctrl"),
        "alt": _("Alt"),
        "shift": _("Shift"),
        "arrowup": "↑",
        "arrowdown": "↓",
        "arrowleft": "←",
        "arrowright": "→",
        "escape": _("Esc"),
        "space": _("Space"),
    }
    head, plus, last = keys.rpartition("+")
    # The key itself may be a plus.
    parts = [*head.rstrip("+").split("+"), "+"] if plus and not last else keys.split("+")
    return "+".join(words.get(part, part.capitalize()) for part in parts if part)


def _stored(user: User) -> dict[str, object]:
    stored = user.preferences.get(PREFERENCE)
    return stored if isinstance(stored, dict) else {}


def _known(name: str) -> Shortcut:
    shortcut = SHORTCUTS.get(name)
    if shortcut is None:
        raise InvalidInputError(_("There is no such shortcut. Nothing was changed."))
    return shortcut


def _usable(keys: str) -> str:
    if not KEYS.fullmatch(keys) or BARE.fullmatch(keys):
        text = _("Add Ctrl or Alt: these keys alone are needed for writing. Nothing was changed.")
        raise InvalidInputError(text)
    if keys in RESERVED:
        text = _("The browser keeps %(keys)s for itself; press others. Nothing was changed.")
        raise InvalidInputError(text % {"keys": keys_label(keys)})
    return keys


def _refuse_taken(bindings: dict[str, str], name: str, keys: str) -> None:
    for other, held in bindings.items():
        if other != name and keys in held.split():
            label = str(SHORTCUTS[other].label)
            text = _("%(keys)s belongs to “%(label)s”. Nothing was changed.")
            raise ShortcutTakenError(
                text % {"keys": keys_label(keys), "label": label},
                other=other,
            )


def _change(user: User, put: Callable[[dict[str, str]], None]) -> None:
    """Store what differs from the usual keys; two tabs at once do not undo each other."""
    with transaction.atomic():
        fresh = User.objects.select_for_update().get(pk=user.pk)
        bindings = bindings_of(fresh)
        put(bindings)
        kept = {name: keys for name, keys in bindings.items() if keys != SHORTCUTS[name].keys}
        preference_set(user=user, name=PREFERENCE, value={**_stored(fresh), "keys": kept})
