"""Imports an operator orders: look, run, go on, take back; and the report in words."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accounts.models import User
from accounts.services.provisioning import user_find
from conversations.errors import ImportRefusedError
from conversations.models import MoveIn, MoveInState
from conversations.queries.own_words import said
from conversations.transfer.moving import (
    digest,
    move_in_start,
    move_in_survey,
    move_in_take_up,
)
from conversations.transfer.reasons import problems_said
from conversations.transfer.running import move_in_run
from conversations.transfer.undoing import move_in_undo
from librechat.kernel.errors import InvalidInputError, NotFoundError

SHOWN_PROBLEMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is wanted; ``resume`` and ``undo`` are ids of imports."""

    file: str = ""
    email: str = ""
    is_dry_run: bool = False
    resume: str = ""
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it."""

    move_in: MoveIn
    is_dry_run: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the report for programs."""
        found = self.move_in.survey if self.is_dry_run else self._written()
        return {
            "id": None if self.is_dry_run else self.move_in.pk,
            "source": self.move_in.source,
            "state": "checked" if self.is_dry_run else self.move_in.state,
            "counts": found.get("counts", {}),
            "problems": problems_said(found.get("problems", [])),
            "failure": said(self.move_in.failure),
            "undone": self.move_in.survey.get("undone"),
        }

    def _written(self) -> dict[str, Any]:
        return {"counts": self.move_in.counts, "problems": self.move_in.problems}

    def text(self) -> str:
        """Return the report in words, a line per kind."""
        report = self.as_json()
        name = f"Import {report['id']}" if report["id"] else "Dry run"
        lines = [f"{name}: {report['source']}, {report['state']}. {report['failure']}".rstrip()]
        if report["undone"]:
            for act, counts in report["undone"].items():
                lines += [f"  {kind}: {number} {act}" for kind, number in counts.items()]
            return "\n".join(lines)
        for kind, outcomes in report["counts"].items():
            told = ", ".join(f"{number} {outcome}" for outcome, number in outcomes.items())
            lines.append(f"  {kind}: {told}")
        for problem in report["problems"][:SHOWN_PROBLEMS]:
            lines.append(f"  {problem['kind']} {problem['source_id']}: {problem['reason']}")
        hidden = len(report["problems"]) - SHOWN_PROBLEMS
        return "\n".join([*lines, f"  … and {hidden} more"] if hidden > 0 else lines)


def ordered(order: Order, *, told: Callable[[str], object] | None = None) -> Report:
    """Do what is ordered and return the report; ``told`` hears how far it is.

    Raises:
        InvalidInputError, NotFoundError, ImportRefusedError, ConflictError: nothing was done.
    """
    if order.undo:
        return Report(move_in_undo(move_in=_named(order.undo)))
    path = _path(order.file)
    if order.resume:
        move_in = _named(order.resume)
        if path.is_file() and move_in.sha256 != digest(path):
            raise ImportRefusedError("This is not the file that import began with.")
        return Report(_run(move_in_take_up(move_in=move_in), path, told))
    user: User | None = user_find(order.email) if order.email else None
    move_in = move_in_survey(path=path, user=user, filename=path.name)
    if order.is_dry_run:
        move_in.delete()
        return Report(move_in, is_dry_run=True)
    return Report(_run(move_in_start(move_in=move_in), path, told))


def _run(move_in: MoveIn, path: Path, told: Callable[[str], object] | None) -> MoveIn:
    def tell(running: MoveIn) -> None:
        if told is not None:
            told(f"{running.pk}: {running.cursor} of {running.total}")

    done = move_in_run(move_in=move_in, path=path, told=tell)
    if done.state == MoveInState.FAILED and told is not None:
        told(f"It broke off: {said(done.failure)}")
    return done


def _named(move_in_id: str) -> MoveIn:
    found = MoveIn.objects.filter(pk=move_in_id).first()
    if found is None:
        raise NotFoundError(f"There is no import {move_in_id}. Nothing was changed.")
    return found


def _path(file: str) -> Path:
    path = Path(file)
    if not file or not path.exists():
        raise InvalidInputError(f"There is no file {file or 'given'}. Nothing was imported.")
    return path
