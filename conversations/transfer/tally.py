"""What became of the records of an import: counts by kind, and the first reasons."""

from collections.abc import Iterable
from typing import Any

from conversations.transfer.importer import Note, Outcome

MOST_PROBLEMS = 1_000
OUTCOMES: tuple[Outcome, ...] = ("created", "known", "skipped", "failed")


class Tally:
    """Counts; starts from what an interrupted import has counted."""

    def __init__(
        self,
        counts: dict[str, dict[str, int]] | None = None,
        problems: Iterable[dict[str, Any]] = (),
    ) -> None:
        self.counts = {kind: dict(outcomes) for kind, outcomes in (counts or {}).items()}
        self.problems = list(problems)

    def add(self, kind: str, outcome: Outcome, number: int = 1) -> None:
        """Count records."""
        if number:
            outcomes = self.counts.setdefault(kind, dict.fromkeys(OUTCOMES, 0))
            outcomes[outcome] += number

    def note(self, note: Note) -> None:
        """Count what was not taken and keep the reason, of the first thousand."""
        if note.outcome != "changed":
            self.add(note.kind, note.outcome, note.number)
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(
                {
                    "kind": note.kind,
                    "source_id": note.source_id,
                    "reason": note.reason.value,
                    "values": dict(note.values),
                },
            )

    def copy(self) -> "Tally":
        """Return a tally that counts on without changing this one."""
        return Tally(self.counts, self.problems)

    def total(self, outcome: Outcome) -> int:
        """Return how many records of all kinds ended like this."""
        return sum(outcomes.get(outcome, 0) for outcomes in self.counts.values())

    def stored(self) -> dict[str, Any]:
        """Return the columns of a ``MoveIn``."""
        return {"counts": self.counts, "problems": self.problems}
