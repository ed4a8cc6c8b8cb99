"""Work on both cores: Arrow and numpy let go of the interpreter's lock, so threads are enough."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

# Lambda gives two cores at 3,008 MB (one for each 1,769 MB).
THREADS = 2
# Two threads that hand a small file to each other wait longer for the interpreter's lock (5 ms a time) than
# the work takes.
# A profile of 10,000 rows of eight columns takes as long in one thread as in two.
MANY_ROWS = 10_000
_KEPT_MS = 10_000

Part = TypeVar("Part")
Done = TypeVar("Done")


def use_lean_allocator() -> None:
    """Let Arrow take its memory from jemalloc where it is built with it, in the whole process.

    Its newer default asks the system for huge pages: as much time goes into clearing them as into a quarter
    of the work. What is let go of is kept for the next batch, which comes sooner than the system would have
    it ready again.
    """
    if "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())
        pa.jemalloc_set_decay_ms(_KEPT_MS)


def in_turn(work: Callable[[Part], Done], parts: Iterable[Part], at_once: int = THREADS) -> Iterator[Done]:
    """Yield the result of `work` on each part, in the parts' order.

    A part is taken only when fewer than `at_once` are under way, so that no more of them are in memory, but
    for one that is made ready ahead. A single part is worked on where it is: no threads are begun for a small
    file.
    """
    coming = iter(parts)
    first = list(islice(coming, 2))
    if len(first) == 1:
        yield work(first[0])
        return
    with ThreadPoolExecutor(at_once) as threads:
        under_way: deque[Future[Done]] = deque()
        for part in chain(first, ahead(coming)):
            under_way.append(threads.submit(work, part))
            if len(under_way) == at_once:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


@contextmanager
def work_in_order(
    work: Callable[[Part], None], backlog: int, *, is_small: Callable[[Part], bool] = lambda _: False
) -> Iterator[Callable[[Part], None]]:
    """Pass parts to `work` in a thread beside, one after the other.

    Waits where so many wait there beside the one being worked on.

    Small parts in front are worked on by the caller, so that a small file begins no thread. At the end all
    are worked on. What `work` raises comes out of this or a later hand-over, or of the end.
    """
    with ThreadPoolExecutor(1) as beside:
        waiting: deque[Future[None]] = deque()

        def hand_over(part: Part) -> None:
            if not waiting and is_small(part):
                work(part)
                return
            while len(waiting) > backlog:
                waiting.popleft().result()
            waiting.append(beside.submit(work, part))

        yield hand_over
        while waiting:
            waiting.popleft().result()


def ahead(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield the parts, each made in a thread beside while the one before it is worked on."""
    coming = iter(parts)
    with ThreadPoolExecutor(1) as beside:
        following = beside.submit(lambda: list(islice(coming, 1)))
        while part := following.result():
            following = beside.submit(lambda: list(islice(coming, 1)))
            yield part[0]


def side_by_side(work: Callable[[Part], Done], parts: Iterable[Part], rows: int = MANY_ROWS) -> list[Done]:
    """Return the result of `work` on each part, in the parts' order.

    In this thread alone where parts have few `rows` each.
    """
    return list(in_turn(work, parts)) if rows >= MANY_ROWS else list(map(work, parts))
