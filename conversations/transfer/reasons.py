"""Why a record is not taken, or not as it was: kept as written here, said in a reader's language.

An import has no language: a job or a command runs it, and people read of it later.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_noop


class Reason(StrEnum):
    """A sentence with places for values; what is stored is the sentence itself."""

    ATTACHED = gettext_noop("Files are not taken along yet.")
    DOCUMENT = gettext_noop("Documents of projects are not taken along yet.")
    OTHER_KIND = gettext_noop("%(kind)s are not taken along yet.")
    PROMPT_FOLDER = gettext_noop("Folders of prompts do not exist here.")
    SECOND_FACTOR = gettext_noop(
        "Its secret is encrypted by the other server; it has to be set up again."
    )
    NO_CHATS = gettext_noop("There are no chats in this file.")
    NO_CHAT = gettext_noop("This is no chat.")
    NO_ID = gettext_noop("The message has no id.")
    SAME_ID = gettext_noop("Two messages have this id.")
    TWICE = gettext_noop("It is in the file twice.")
    NO_SPEAKER = gettext_noop("Who said it is not known.")
    OTHER_SPEAKER = gettext_noop("Only what people and models said is taken.")
    NOT_SHOWN = gettext_noop("The message has no text, or was never shown.")
    EMPTY_PROMPT = gettext_noop("The prompt has no text.")
    NO_PROMPT = gettext_noop("The prompt these versions belong to is not in the dump.")
    CHAT_MISSING = gettext_noop("The chats of these messages are not in the dump.")
    NO_OWNER = gettext_noop("Whose it was is not known.")
    NO_ADDRESS = gettext_noop("The account has no valid address, or one of its ids is taken.")
    SHORTENED = gettext_noop("Only the first %(kept)s of %(length)s characters are kept.")
    NOT_STORED = gettext_noop("It could not be stored: its id is taken, or a value fits nowhere.")
    CHAT_NOT_STORED = gettext_noop(
        "It could not be stored: one of its ids is taken, or a value fits nowhere."
    )


def problems_said(problems: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return stored problems as a report shows them: kind, source_id, reason."""
    return [
        {"kind": one["kind"], "source_id": one["source_id"], "reason": reason_said(one)}
        for one in problems
    ]


def reason_said(problem: Mapping[str, Any]) -> str:
    """Return why, in the language that is active.

    Older reports hold finished English sentences: those without values of their own are known
    still, the others are said as they are.
    """
    reason, values = str(problem["reason"]), problem.get("values")
    said = gettext(reason) if reason else ""  # of nothing gettext says who translated
    return said % {name: _shown(value) for name, value in values.items()} if values else said


def _shown(value: object) -> str:
    if isinstance(value, int):
        return number_format(value, use_l10n=True, force_grouping=True)
    return str(value)
