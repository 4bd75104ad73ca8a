"""What became of every row, as a table to take away."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.queries.audit import cell
from conversations.models import MoveIn
from librechat.kernel import secrets
from librechat.kernel.secrets import UnreadableSecretError
from librechat.maintenance.people_import.keeping import survey_of

COLUMNS = ("line", "email", "outcome", "detail", "link")


def report_rows(move_in: MoveIn) -> Iterator[list[str]]:
    """Yield a heading and a row per line of the file; no cell is taken for a formula.

    link: what a newcomer needs where no mail is set up; whoever has it can register as them.
    """
    yield list(COLUMNS)
    for line, email, outcome, detail, sealed in survey_of(move_in).get("rows", []):
        yield [str(line), *(cell(text) for text in (email, outcome, detail, _link(sealed)))]


def _link(sealed: str) -> str:
    try:
        return secrets.decrypt(sealed) if sealed else ""
    except UnreadableSecretError:
        return _("cannot be read with the current CREDS_KEY")
