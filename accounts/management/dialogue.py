"""How commands about people ask and answer."""

import getpass
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from django.core.management.base import CommandError, CommandParser, OutputWrapper
from django.db import transaction

from librechat.kernel.errors import AppError

YES, NO = {"true", "yes", "y", "1"}, {"false", "no", "n", "0", ""}


def json_flag(parser: CommandParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def dry_run_flag(parser: CommandParser) -> None:
    """Add ``--dry-run``."""
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")


@contextmanager
def rehearsal(options: Mapping[str, object]) -> Iterator[str]:
    """Undo what is done inside when ``--dry-run`` was given; yield how results are introduced."""
    is_rehearsal = bool(options["dry_run"])
    with transaction.atomic():
        yield "Would be: " if is_rehearsal else ""
        if is_rehearsal:
            transaction.set_rollback(True)


def ask(given: str | None, question: str) -> str:
    """Return what was given, or what the person at the keyboard answers."""
    return (given if given is not None else input(f"{question}: ")).strip()


def ask_secret(given: str | None, question: str) -> str:
    """Return what was given, or what is typed without being shown."""
    if given is not None:
        return given
    if sys.stdin.isatty():
        return getpass.getpass(f"{question}: ")
    return sys.stdin.readline().rstrip("\n")


def moment(text: str) -> datetime | None:
    """Return a moment as typed, in UTC unless it says otherwise; None for nothing.

    Raises:
        CommandError: it is none.
    """
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError as exc:
        raise CommandError(f"{text} is no moment such as 2026-12-24T18:00Z.") from exc
    return found.replace(tzinfo=found.tzinfo or UTC) if found else None


def is_yes(text: str) -> bool:
    """Return whether a word says yes; nothing says no.

    Raises:
        CommandError: it says neither.
    """
    if text.lower() not in {*YES, *NO}:
        raise CommandError(f"{text} is neither true nor false.")
    return text.lower() in YES


def is_confirmed(is_given: bool, question: str) -> bool:
    """Return whether a thing that cannot be undone is wanted: by flag, or by typing yes."""
    return is_given or input(f"{question} Type yes: ").strip().lower() == "yes"


def answer(out: OutputWrapper, options: Mapping[str, object], text: str, result: object) -> None:
    """Print a result, in words or as JSON."""
    out.write(json.dumps(result, ensure_ascii=False, default=str) if options["json"] else text)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn expected failures into messages of a command."""
    try:
        yield
    except AppError as exc:
        raise CommandError(exc.message) from exc
