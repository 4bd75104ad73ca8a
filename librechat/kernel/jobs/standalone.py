"""A process that does nothing but jobs."""

import signal
from types import FrameType

from librechat.kernel.jobs import rows
from librechat.kernel.jobs.worker import Worker


def work_until_told(worker: Worker) -> None:
    """Run a worker; SIGTERM or Ctrl+C lets running jobs end, the second one does not."""
    told = 0

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal told
        told += 1
        if told > 1:
            raise SystemExit(1)  # threads of jobs are daemons; their leases will end
        worker.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        worker.run()
    finally:
        for number, action in before.items():
            signal.signal(number, action)


def work_off(worker: Worker) -> int:
    """Run what waits, as often as the work itself adds more, and return how many attempts."""
    rows.reap()
    return worker.run_waiting()
