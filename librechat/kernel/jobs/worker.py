"""The worker of a process: claims jobs, runs them in threads, keeps their leases alive."""

import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import connections
from django.db.utils import DatabaseError

from librechat.kernel import clock
from librechat.kernel.ids import new_object_id
from librechat.kernel.jobs import rows, schedules
from librechat.kernel.jobs.attempts import Run, attempt_run
from librechat.kernel.jobs.nudge import listen
from librechat.kernel.jobs.rows import Row, connection_for_a_while

logger = logging.getLogger(__name__)

BEATS_PER_LEASE = 4
TEND_SECONDS = 15.0
AFTER_A_FAULT_SECONDS = 2.0


def worker_name() -> str:
    """Return a name that no other worker has."""
    return f"{socket.gethostname()[:24]}-{os.getpid()}-{new_object_id()[-6:]}"


class Heart:
    """Renews the leases of what this process runs, in a thread of its own."""

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()

    @contextmanager
    def holding(self, run: Run) -> Iterator[None]:
        """Keep the lease of an attempt alive meanwhile."""
        with self._lock:
            self._runs.append(run)
        try:
            yield
        finally:
            with self._lock:
                self._runs.remove(run)

    @contextmanager
    def beating(self) -> Iterator["Heart"]:
        """Beat meanwhile."""
        self._stop.clear()
        thread = threading.Thread(target=self._live, name="jobs-heart", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join(timeout=5)

    def stop_runs(self) -> None:
        """Tell long jobs that the process ends."""
        with self._lock:
            for run in self._runs:
                run.stopping.set()

    def beat(self) -> None:
        """Renew all leases; a job that is not ours any more is told to stop."""
        with self._lock:
            runs = list(self._runs)
        for run in runs:
            try:
                if not run.is_done and not rows.renew(run.attempt):
                    run.stopping.set()
            except DatabaseError:
                logger.warning("A lease could not be renewed.", exc_info=True)

    def _live(self) -> None:
        try:
            while not self._stop.wait(settings.JOBS_LEASE_SECONDS / BEATS_PER_LEASE):
                with connection_for_a_while():
                    self.beat()
        finally:
            connections.close_all()  # this thread's


@dataclass
class Worker:
    """Runs jobs until it is told to stop.

    queues: none means all. threads: how many jobs at once. poll_seconds: how long it sleeps
    while nobody nudges it. keeps_schedules: whether it also enqueues what is due in a rhythm.
    """

    queues: tuple[str, ...] = ()
    threads: int = 1
    poll_seconds: float = 5.0
    keeps_schedules: bool = True
    name: str = field(default_factory=worker_name)

    def __post_init__(self) -> None:
        self._heart = Heart()
        self._wake = listen()
        self._stop = threading.Event()
        self._busy: list[threading.Thread] = []
        self._tended = 0.0

    def run(self) -> None:
        """Work until ``stop``; then wait for what runs, without end."""
        with self._heart.beating():
            logger.info("A worker begins.", extra={"worker": self.name})
            while not self._stop.is_set():
                try:
                    pause = self._turn()
                except DatabaseError:
                    logger.exception("The worker could not look for jobs.")
                    pause = AFTER_A_FAULT_SECONDS
                except Exception:
                    logger.exception("The worker stumbled.")
                    pause = AFTER_A_FAULT_SECONDS
                if pause:
                    self._wake.wait(pause)
                    self._wake.clear()
            for thread in self._busy:
                thread.join()

    def stop(self) -> None:
        """Take nothing new; long jobs are asked to hand back."""
        self._stop.set()
        self._heart.stop_runs()
        self._wake.set()

    def run_waiting(self) -> int:
        """Run what waits now, in this thread, and return how many attempts there were."""
        count = 0
        with self._heart.beating():
            while not self._stop.is_set() and (found := rows.claim(self.name, self.queues)):
                self._attempt(*found)
                count += 1
        return count

    def run_row(self, row: Row) -> bool:
        """Run this job here if it still waits; return whether it was ours."""
        attempt = rows.claim_row(row, self.name)
        if attempt is None:
            return False
        with self._heart.beating():
            self._attempt(row, attempt)
        return True

    def _turn(self) -> float:
        """Do what there is to do; return how long to sleep, 0 to go on at once."""
        with connection_for_a_while():
            self._tend()
            self._busy = [thread for thread in self._busy if thread.is_alive()]
            if len(self._busy) >= self.threads:
                return self.poll_seconds  # whoever ends sets the event
            found = rows.claim(self.name, self.queues)
            if found is None:
                return self._pause()
        # Daemons: a job that hangs must not keep the process from ending; its lease is enough.
        thread = threading.Thread(target=self._chain, args=found, name="jobs-run", daemon=True)
        thread.start()
        self._busy.append(thread)
        return 0

    def _tend(self) -> None:
        now = time.monotonic()
        pause = min(TEND_SECONDS, settings.JOBS_LEASE_SECONDS / 2)
        if self._tended and now - self._tended < pause:
            return
        self._tended = now
        rows.reap()
        if self.keeps_schedules:
            schedules.enqueue_due()

    def _pause(self) -> float:
        moment = rows.next_moment(timedelta(seconds=self.poll_seconds), self.queues)
        if moment is None:
            return self.poll_seconds
        return max(0.01, (moment - clock.now()).total_seconds())

    def _chain(self, row: Row, attempt: rows.Attempt) -> None:
        """Run a job and then, without waiting to be asked, the next ones."""
        try:
            found: tuple[Row, rows.Attempt] | None = (row, attempt)
            while found is not None:
                self._attempt(*found)
                found = None if self._stop.is_set() else rows.claim(self.name, self.queues)
        except Exception:
            logger.exception("A job's outcome could not be written; its lease will end.")
        finally:
            connections.close_all()  # this thread's
            self._wake.set()

    def _attempt(self, row: Row, attempt: rows.Attempt) -> None:
        run = Run(attempt)
        if self._stop.is_set():
            run.stopping.set()
        with self._heart.holding(run):
            attempt_run(row, run)


class Embedded:
    """The worker inside a server process."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._thread = threading.Thread(target=self._live, name="jobs-worker", daemon=True)
        self._thread.start()

    def stop(self, grace_seconds: float) -> bool:
        """Let running jobs end for a while; what is left is run again when its lease is over."""
        self._worker.stop()
        self._thread.join(timeout=grace_seconds)
        return not self._thread.is_alive()

    def _live(self) -> None:
        try:
            self._worker.run()
        finally:
            connections.close_all()  # this thread's
