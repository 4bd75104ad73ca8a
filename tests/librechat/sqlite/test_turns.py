"""Who came first goes first, nobody waits for ever, and there is never more than one."""

import random
import subprocess
import sys
import threading
from functools import partial

import pytest

from librechat.sqlite.turns import Place, Queue, Turn, queue_at
from tests.librechat.sqlite.conftest import PATIENCE_SECONDS, begun, ended


def entered(queue: Queue) -> Place:
    place = queue.enter(PATIENCE_SECONDS)
    assert place is not None
    return place


def turn_at(path: str, *, seconds: float = 0) -> Turn:
    turn = Turn()
    turn.path, turn.seconds = path, seconds
    return turn


def test_who_came_first_goes_first() -> None:
    queue, order = Queue(), list[int]()
    first = entered(queue)

    def wait(number: int) -> None:
        place = entered(queue)
        order.append(number)
        queue.leave(place)

    threads = [begun(partial(wait, number), queue.__len__, number + 2) for number in range(12)]
    queue.leave(first)
    ended(*threads)
    assert order == list(range(12))
    assert len(queue) == 0


def test_who_waited_for_too_long_leaves_and_the_next_moves_up() -> None:
    queue, order = Queue(), list[str]()
    first = entered(queue)

    def give_up() -> None:
        assert queue.enter(1.5) is None  # long enough that both are seen to wait
        order.append("gave up")

    def wait() -> None:
        queue.leave(entered(queue))
        order.append("went")

    impatient = begun(give_up, queue.__len__, 2)
    patient = begun(wait, queue.__len__, 3)
    ended(impatient)
    assert (order, len(queue)) == (["gave up"], 2)
    queue.leave(first)
    ended(patient)
    assert (order, len(queue)) == (["gave up", "went"], 0)


@pytest.mark.parametrize("seconds", [0, -1])
def test_without_patience_nobody_waits(seconds: float) -> None:
    queue = Queue()
    first = entered(queue)
    assert queue.enter(seconds) is None
    queue.leave(first)
    assert queue.enter(seconds) is not None


def test_one_at_a_time_also_while_many_give_up() -> None:
    queue, inside, most, went = Queue(), list[int](), list[int](), list[int]()

    def visit(number: int) -> None:
        draw = random.Random(number)
        for _ in range(100):
            place = queue.enter(draw.choice([0, 0.0005, 0.002, PATIENCE_SECONDS]))
            if place is not None:
                inside.append(number)
                most.append(len(inside))
                inside.remove(number)
                went.append(number)
                queue.leave(place)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    ended(*threads)
    assert set(most) == {1}
    assert set(went) == set(range(12))
    assert len(queue) == 0


def test_a_turn_is_taken_once_and_given_back_once() -> None:
    turn, other = turn_at("/twice"), turn_at("/twice")
    assert turn.take()
    assert turn.take()
    assert not other.take()
    turn.give_back()
    assert other.take()
    turn.give_back()  # holds none
    assert not turn.take()
    other.give_back()
    assert len(queue_at("/twice")) == 0


def test_files_have_queues_of_their_own() -> None:
    turn, other = turn_at("/one"), turn_at("/other")
    assert turn.take()
    assert other.take()
    turn.give_back()
    other.give_back()


def test_in_memory_nobody_waits() -> None:
    assert turn_at("").take()
    assert turn_at("").take()


FORKED = """
import os
from librechat.sqlite.turns import Turn

def turn():
    made = Turn()
    made.path = "/forked"
    return made

mine = turn()
assert mine.take() and not turn().take()
child = os.fork()
if child == 0:
    other = turn()
    taken = other.take()
    mine.give_back()  # the parent's place: frees nobody here
    os._exit(0 if taken and not turn().take() else 1)
assert os.waitpid(child, 0)[1] == 0
assert not turn().take()
"""


def test_a_forked_child_waits_for_none_of_its_parents_threads() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKED], capture_output=True, text=True, check=False, timeout=180
    )
    assert (done.returncode, done.stderr) == (0, "")
