"""What was made last, so that it need not be made again."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Latest(Generic[K, V]):
    """The values of at most so many keys, those that were asked for last. Safe to use from several
    threads: what two want at one time is made twice, so no thread waits for another.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[K, tuple[object, V]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: K, make: Callable[[], V], stamp: object = None) -> V:
        """Return the value of a key, made anew where there is none, or one of another stamp. The
        stamp is everything that a value depends on beside its key.
        """
        with self._lock:
            before = self._values.get(key)
            if before is not None and before[0] == stamp:
                self._values.move_to_end(key)
                return before[1]
        value = make()
        with self._lock:
            self._values[key] = stamp, value
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value
