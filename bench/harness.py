"""Measuring ours and its floor alternately, so that whatever else the machine does hurts both alike."""

import gc
import json
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

Action = Callable[[], object]


@dataclass
class Context:
    """What a bench may use: ``cases`` is how many cases the database holds, ``show_sql`` asks for the floors' SQL."""

    cases: int
    show_sql: bool = False
    around: Callable[[], AbstractContextManager[object]] = nullcontext
    lines: list[dict[str, object]] = field(default_factory=list)

    def sql(self, name: str, statement: str) -> None:
        """Print the floor's statement where it was asked for."""
        if self.show_sql:
            print(f"-- floor of {name}\n{statement.strip()}\n", flush=True)

    def figure(
        self,
        name: str,
        ours: Action,
        floor: Action | None = None,
        *,
        n: int,
        repeat: int = 15,
        calls: int = 1,
        unit: str = "ms",
    ) -> float:
        """Measure ``ours`` and ``floor`` in turn and print the line; returns the ratio, or the value without a floor.

        ``n`` is the size that the figure is about (rows, cases), ``repeat`` the number of pairs, of which the medians
        count, ``calls`` how often each is called for one reading. ``unit`` is ms, us (per call) or s.
        """
        ours()
        if floor is not None:
            floor()
        mine, bare = [], []
        for turn in range(repeat):
            pair = [(ours, mine)] if floor is None else [(ours, mine), (floor, bare)]
            for action, readings in pair if turn % 2 == 0 else reversed(pair):
                readings.append(self._seconds(action, calls))
        factor = {"s": 1.0, "ms": 1e3, "us": 1e6}[unit]
        value = statistics.median(mine) * factor
        below = statistics.median(bare) * factor if bare else None
        return self.report(name, value, unit, below, n)

    def report(self, name: str, value: float, unit: str, floor: float | None, n: int, peer: str | None = None) -> float:
        """Print one line of a figure that was measured elsewhere; returns the ratio, or the value without a floor.

        Of a ``peer``, ``value`` is the peer's and ``floor`` is ours: the ratio says how many times longer it takes.
        """
        ratio = value / floor if floor else None
        line: dict[str, object] = {
            "name": name,
            "value": rounded(value),
            "unit": unit,
            "floor": rounded(floor),
            "ratio": rounded(ratio),
            "n": n,
        }
        if peer:
            line["peer"] = peer
        self.lines.append(line)
        print(json.dumps(line, ensure_ascii=False), flush=True)
        return value if ratio is None else ratio

    def _seconds(self, action: Action, calls: int) -> float:
        gc.collect()
        gc.freeze()  # what earlier figures left in memory is not searched for garbage in this one's time
        with self.around():
            started = time.perf_counter()
            for _ in range(calls):
                action()
            return (time.perf_counter() - started) / calls


def rounded(value: float | None) -> float | None:
    """Four significant figures; more would be noise."""
    return None if value is None else float(f"{value:.4g}")
