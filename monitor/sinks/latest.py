"""What was made of the latest values: an alert goes to many sinks at about the same time, and is written once."""

from collections.abc import Callable
from typing import Generic, TypeVar

V = TypeVar("V")
M = TypeVar("M")


class Latest(Generic[V, M]):
    """A pure function that answers for the `most` latest values without making it again.

    A value is known by its identity, not by what is in it: comparing would cost as much as making.
    """

    def __init__(self, make: Callable[[V], M], most: int) -> None:
        self._make = make
        self._most = most
        # The values are held, so that no other object takes over the identity of one.
        self._made: dict[int, tuple[V, M]] = {}

    def __call__(self, value: V) -> M:
        known = self._made.get(id(value))
        if known is None:
            if len(self._made) >= self._most:
                del self._made[next(iter(self._made))]
            known = self._made[id(value)] = (value, self._make(value))
        return known[1]
