"""The newest things that a process keeps between calls."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

Key = TypeVar("Key")
Thing = TypeVar("Thing")


class NewestKept(OrderedDict[Key, Thing]):
    """Things by a key under which they never change; of many the newest.

    >>> kept = NewestKept(2)
    >>> for number in (1, 2, 3):
    ...     kept[number] = str(number)
    >>> list(kept)
    [2, 3]
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def __setitem__(self, key: Key, thing: Thing) -> None:
        super().__setitem__(key, thing)
        while len(self) > self.most:
            self.popitem(last=False)
