"""One timer for all reads of an answer: it rings for the read that waits, and for no other."""

import asyncio
from collections.abc import Callable

import aiohttp
import pytest
from typing_extensions import override

from librechat.kernel.outbound.alarm import Alarm


class Hours(asyncio.SelectorEventLoop):
    """A loop whose time passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[asyncio.TimerHandle] = []
        super().__init__()

    @override
    def time(self) -> float:
        return self.now

    @override
    def call_at(  # type: ignore[override]  # what the alarm calls, without a context
        self, when: float, callback: Callable[..., object], *args: object
    ) -> asyncio.TimerHandle:
        self.timers.append(asyncio.TimerHandle(when, callback, args, self))
        return self.timers[-1]

    def pass_until(self, now: float) -> None:
        """Let time pass and ring what is due."""
        self.now = now
        due = [one for one in self.timers if one.when() <= now]
        self.timers = [one for one in self.timers if one not in due]
        for timer in due:
            if not timer.cancelled():
                timer._run()

    @property
    def waiting(self) -> list[float]:
        """When the timers that are not cancelled ring."""
        return [one.when() for one in self.timers if not one.cancelled()]


class Content(aiohttp.StreamReader):
    """Bytes that are being read."""

    def __init__(self) -> None:
        self.failure: BaseException | None = None

    @override
    def set_exception(self, exc: BaseException, *_cause: object) -> None:
        self.failure = exc


@pytest.fixture
def hours() -> Hours:
    loop = Hours()
    loop.close()  # nothing runs in it
    return loop


def test_a_read_that_takes_too_long_fails(hours: Hours) -> None:
    content = Content()
    with Alarm(hours, content).at(110):
        hours.pass_until(109)
        assert content.failure is None
        hours.pass_until(110)
        assert isinstance(content.failure, TimeoutError)


def test_many_reads_share_a_timer_which_waits_for_the_latest(hours: Hours) -> None:
    content = Content()
    alarm = Alarm(hours, content)
    for due in (110, 111, 112):
        with alarm.at(due):
            pass
    assert hours.waiting == [110]
    with alarm.at(115):
        hours.pass_until(110)
        assert content.failure is None
        assert hours.waiting == [115]
        hours.pass_until(115)
        assert isinstance(content.failure, TimeoutError)


def test_a_read_that_must_end_sooner_than_the_one_before_does(hours: Hours) -> None:
    content = Content()
    alarm = Alarm(hours, content)
    with alarm.at(160):
        pass
    with alarm.at(105):
        assert hours.waiting == [105]
        hours.pass_until(105)
        assert isinstance(content.failure, TimeoutError)


def test_nothing_fails_while_nobody_reads(hours: Hours) -> None:
    content = Content()
    alarm = Alarm(hours, content)
    with alarm.at(110):
        pass
    hours.pass_until(500)
    assert content.failure is None
    assert hours.waiting == []
    with alarm.at(510):
        hours.pass_until(510)
        assert isinstance(content.failure, TimeoutError)


def test_an_alarm_that_is_dropped_leaves_no_timer(hours: Hours) -> None:
    content = Content()
    alarm = Alarm(hours, content)
    with alarm.at(110):
        alarm.drop()
        hours.pass_until(500)
    assert content.failure is None
    assert hours.waiting == []
