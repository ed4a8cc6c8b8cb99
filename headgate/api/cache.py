"""A cache of the last few values that a process has read."""

from collections import OrderedDict
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Cache(OrderedDict[Key, Value]):
    """A mapping of the last `size` entries.

    >>> cache = Cache(2)
    >>> for number in (1, 2, 3):
    ...     cache[number] = str(number)
    >>> list(cache)
    [2, 3]
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def __setitem__(self, key: Key, value: Value) -> None:
        super().__setitem__(key, value)
        while len(self) > self.size:
            self.popitem(last=False)
