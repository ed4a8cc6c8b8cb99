"""Work on both cores with threads: Arrow and numpy release the interpreter lock."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain, islice
from typing import TypeVar

import pyarrow as pa

# Lambda provides two cores at 3,008 MB (one per 1,769 MB).
THREADS = 2
# For a small file, two threads wait longer for the interpreter lock (5 ms each time) than the work takes. A
# profile of 10,000 rows with eight columns takes as long in one thread as in two.
MANY_ROWS = 10_000
_KEPT_MS = 10_000

Part = TypeVar("Part")
Done = TypeVar("Done")


def use_lean_allocator() -> None:
    """Use jemalloc for Arrow's memory in the whole process, if Arrow includes it.

    Arrow's newer default asks the system for huge pages, and clearing them takes as long as a quarter of the
    work. Freed memory is kept for the next batch, which arrives before the system could provide it again.
    """
    if "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())
        pa.jemalloc_set_decay_ms(_KEPT_MS)


def in_turn(work: Callable[[Part], Done], parts: Iterable[Part], at_once: int = THREADS) -> Iterator[Done]:
    """Yield the result of `work` on each part, in the parts' order.

    At most `at_once` parts are in progress, and one more is prepared, so that memory is bounded. A single
    part is processed in this thread, so that a small file starts no threads.
    """
    remaining = iter(parts)
    first = list(islice(remaining, 2))
    if len(first) == 1:
        yield work(first[0])
        return
    with ThreadPoolExecutor(at_once) as threads:
        in_progress: deque[Future[Done]] = deque()
        for part in chain(first, ahead(remaining)):
            in_progress.append(threads.submit(work, part))
            if len(in_progress) == at_once:
                yield in_progress.popleft().result()
        while in_progress:
            yield in_progress.popleft().result()


@contextmanager
def work_in_order(
    work: Callable[[Part], None], backlog: int, *, is_small: Callable[[Part], bool] = lambda _: False
) -> Iterator[Callable[[Part], None]]:
    """Pass parts to `work` in another thread, one after the other.

    Block while more than `backlog` parts are pending. The caller processes small leading parts itself, so
    that a small file starts no thread. All parts are processed at the end. An error of `work` is raised by a
    later call or at the end.
    """
    with ThreadPoolExecutor(1) as pool:
        waiting: deque[Future[None]] = deque()

        def hand_over(part: Part) -> None:
            if not waiting and is_small(part):
                work(part)
                return
            while len(waiting) > backlog:
                waiting.popleft().result()
            waiting.append(pool.submit(work, part))

        yield hand_over
        while waiting:
            waiting.popleft().result()


def ahead(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield the parts, and prepare each in another thread while the one before it is processed."""
    remaining = iter(parts)
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(lambda: list(islice(remaining, 1)))
        while part := following.result():
            following = pool.submit(lambda: list(islice(remaining, 1)))
            yield part[0]


def side_by_side(work: Callable[[Part], Done], parts: Iterable[Part], rows: int = MANY_ROWS) -> list[Done]:
    """Return the result of `work` on each part, in the parts' order.

    Use only this thread if parts have few `rows` each.
    """
    return list(in_turn(work, parts)) if rows >= MANY_ROWS else list(map(work, parts))
