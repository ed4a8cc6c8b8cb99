"""Numerical libraries with one thread each: sums that several threads share depend on how they share them, so
a machine with more cores would give other last digits, and threads of systems that run side by side wait for
each other: a Cholesky decomposition of 200 rows took 5 ms instead of 0.3 on two busy cores.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # ships no types

if TYPE_CHECKING:
    from collections.abc import Iterator

# Read by each library when it is loaded. Source: manuals of OpenBLAS and OpenMP, "Environment variables".
_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit the libraries that are loaded, and those that are loaded meanwhile, to one thread."""
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

    Finding them takes 10 ms, and none comes without another module.
    """
    del modules
    return ThreadpoolController()
