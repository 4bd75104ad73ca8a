"""Mutated requests and answers through every pairing of dialects: answers come out, or refusals.

``FUZZ_CASES`` says how many (100,000 for the whole proof), ``FUZZ_SEED`` which ones.
"""

import gc
import os
from collections import Counter
from pathlib import Path

import pytest

from tests.relay.fuzz_codecs import play
from tests.relay.fuzz_seeds import seeds

CASES = int(os.environ.get("FUZZ_CASES", "5000"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
MOST_FAULTS = 20  # are told at once
MOST_GROWN = 200  # megabytes


@pytest.mark.django_db
def test_the_codecs_answer_or_refuse_whatever_they_are_given() -> None:
    begun = seeds()
    outcomes: Counter[str] = Counter()
    faults: list[str] = []
    before = 0.0
    for number in range(CASES):
        try:
            outcomes[play(begun, SEED, number).outcome] += 1
        except Exception as exc:  # noqa: BLE001 - every kind is a fault, and all are told
            faults.append(f"{exc!r}\n{''.join(exc.__notes__)}")
            assert len(faults) < MOST_FAULTS, "\n\n".join(faults)
        if number == CASES // 10:
            gc.collect()
            before = resident()
    gc.collect()
    assert not faults, "\n\n".join(faults)
    # It is no proof unless calls come through, and others are refused.
    assert min(outcomes[kind] for kind in ("finished", "failed", "whole", "BadRequestError")) > (
        CASES // 100
    ), outcomes
    assert resident() - before < MOST_GROWN


def resident() -> float:
    """Return the megabytes this process occupies."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")
