"""The long form: every process and every pair of processes, several times, in an order that a seed fixes."""

import itertools
import random

import pytest

from tests.faults.system import RunningSystem, alive, wait_for
from tests.faults.test_killed import PARTS

ROUNDS = 3
PAIRS = list(itertools.combinations(PARTS, 2))


@pytest.mark.soak
@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_every_pair_killed_together_comes_back(system: RunningSystem, round_number: int) -> None:
    order = random.Random(round_number).sample(PAIRS, len(PAIRS))
    for pair in order:
        killed = {part: system.kill(part) for part in pair}
        for part, pid in killed.items():
            wait_for(lambda pid=pid: not alive(pid), 10, f"{part} survived")
            system.wait_until_recovered(part, pid)
