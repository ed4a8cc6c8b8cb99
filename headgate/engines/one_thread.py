"""Limit numerical libraries to one thread.

The result of a sum that threads share depends on how they share it, so other machines would return other last
digits. Threads of parallel systems also wait for each other: on two busy cores, a Cholesky decomposition of
200 rows took 5 ms instead of 0.3.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # ships no types

# Each library reads these when it is loaded. Source: manuals of OpenBLAS and OpenMP, "Environment variables".
_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit loaded libraries, and those loaded during the block, to one thread."""
    before = {name: os.environ.get(name) for name in _VARIABLES}
    os.environ.update(dict.fromkeys(_VARIABLES, "1"))
    try:
        with _libraries(len(sys.modules)).limit(limits=1):
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@lru_cache(maxsize=1)
def _libraries(modules: int) -> ThreadpoolController:
    """Return the numerical libraries of this process.

    The search takes 10 ms and can find more only after another module was imported.
    """
    del modules
    return ThreadpoolController()
