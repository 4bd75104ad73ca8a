"""The wrapper Django looks for in this module: writers of one file take turns."""

import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from django.db.backends.sqlite3 import base
from typing_extensions import override

from librechat.sqlite.turns import Turn

DEFAULT_SECONDS = 5.0  # as Python's
WRITING_MODES = {"IMMEDIATE", "EXCLUSIVE"}
WRITING_WORDS = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class Cursor(base.SQLiteCursorWrapper):
    """A statement that writes and is a transaction by itself takes a turn of its own."""

    turn: Turn

    @override
    def execute(self, query: str, params: Any = None) -> Self:
        if self._has_turn_or_reads(query):
            super().execute(query, params)
        else:
            with self._in_turn():
                super().execute(query, params)
        return self

    @override
    def executemany(self, query: str, param_list: Any) -> Self:
        if self._has_turn_or_reads(query):
            super().executemany(query, param_list)
        else:
            with self._in_turn():
                super().executemany(query, param_list)
        return self

    def _has_turn_or_reads(self, query: str) -> bool:
        """Inside a transaction the turn is held; without autocommit nobody tells us its end."""
        return (
            self.connection.in_transaction
            or self.connection.isolation_level is not None
            or not query.lstrip()[:7].upper().startswith(WRITING_WORDS)
        )

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        take(self.turn)
        try:
            yield
        finally:
            self.turn.give_back()


def take(turn: Turn) -> None:
    """Wait for the turn, and fail as SQLite does."""
    if not turn.take():
        raise sqlite3.OperationalError("database is locked")


class UnqueuedWrapper(base.DatabaseWrapper):
    """Django's, with the methods of it that its type stubs leave out."""

    if TYPE_CHECKING:
        transaction_mode: str | None

        def _start_transaction_under_autocommit(self) -> None: ...
        def _commit(self) -> None: ...
        def _rollback(self) -> None: ...
        def _close(self) -> None: ...


class DatabaseWrapper(UnqueuedWrapper):
    """A transaction that will write waits for its turn before it begins.

    Savepoints are parts of a transaction and take none. A transaction that begins DEFERRED takes
    none either: readers wait for nobody.
    """

    def __init__(self, settings_dict: dict[str, Any], alias: str = "default") -> None:
        super().__init__(settings_dict, alias)
        self.turn = Turn()
        # A thread may end without closing its connection; the collector does then.
        weakref.finalize(self, self.turn.give_back).atexit = False

    @override
    def get_new_connection(self, conn_params: Any) -> Any:
        self.turn.give_back()
        opened = super().get_new_connection(conn_params)
        ((_, _, self.turn.path), *_) = opened.execute("PRAGMA database_list").fetchall()
        self.turn.seconds = float(conn_params.get("timeout", DEFAULT_SECONDS))
        return opened

    @override
    def create_cursor(self, name: str | None = None) -> Cursor:
        cursor: Cursor = self.connection.cursor(factory=Cursor)
        cursor.turn = self.turn
        return cursor

    @override
    def _start_transaction_under_autocommit(self) -> None:
        if self.transaction_mode in WRITING_MODES:
            with self.wrap_database_errors:
                take(self.turn)
        try:
            super()._start_transaction_under_autocommit()
        finally:
            self._give_back_unless_writing()

    @override
    def _commit(self) -> None:
        try:
            super()._commit()
        finally:
            self._give_back_unless_writing()

    @override
    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._give_back_unless_writing()

    @override
    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self.turn.give_back()

    def _give_back_unless_writing(self) -> None:
        """A commit that failed leaves the transaction open, and with it the lock of the file."""
        if self.connection is None or not self.connection.in_transaction:
            self.turn.give_back()
