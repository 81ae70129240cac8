"""What this room announces to the rooms above it: callbacks that they register in ``AppConfig.ready``.

A callback runs inside the transaction of the change, so what it writes is written with it or not at all.
"""

from collections.abc import Callable, Sequence

from apps.grid.models import Unit

Heard = Callable[[Sequence[Unit]], object]


class Announcement:
    """One kind of news about some units."""

    def __init__(self) -> None:
        self._callbacks: list[Heard] = []

    def register(self, callback: Heard) -> None:
        """Call ``callback`` with the units whenever the news comes; a second registration changes nothing."""
        if callback not in self._callbacks:
            self._callbacks.append(callback)

    def tell(self, units: Sequence[Unit]) -> None:
        """Call everybody who registered, in the order of registration; nobody is called for no units."""
        if units:
            for callback in self._callbacks:
                callback(units)


on_units_created = Announcement()
on_units_renamed = Announcement()
