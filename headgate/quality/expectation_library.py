"""Great Expectations, loaded without Spark and SQLAlchemy, with configurations that are computed once in a
question, and without hashes of the rows that it is asked about.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGINES = ("pyspark", "sqlalchemy", "psycopg2")
_kept_configurations: ContextVar[dict[int, tuple[Any, Any]] | None] = ContextVar(
    "kept_configurations", default=None
)


@contextmanager
def engines_hidden() -> Iterator[None]:
    """Let the imports of a block find none of `ENGINES` that is not loaded yet.

    Great Expectations loads them wherever they are installed, which takes a fifth of its own import. The
    gate and the audits ask about pandas objects only.
    """
    absent = [name for name in ENGINES if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]  # Python's own mark of a module that is absent
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


with engines_hidden():
    import great_expectations as gx
    import great_expectations.expectations as gxe
    from great_expectations.execution_engine import pandas_execution_engine
    from great_expectations.expectations.expectation import Expectation

# A batch below so many bytes has a hash of all its rows, which no answer reads: a third of the question about
# some hundred thousand rows.
pandas_execution_engine.HASH_THRESHOLD = 0

_configuration = Expectation.configuration.fget


@contextmanager
def configurations_kept() -> Iterator[None]:
    """Let each expectation compute its configuration once in a block, which must not change expectations.

    Great Expectations serializes an expectation each time that it reads one of its arguments, about eighty
    times in a question: 40 percent of the question about a small table.
    """
    token = _kept_configurations.set({})
    try:
        yield
    finally:
        _kept_configurations.reset(token)


def _configuration_once(expectation: Expectation) -> Any:  # noqa: ANN401 Great Expectations ships no types
    kept = _kept_configurations.get()
    if kept is None:
        return _configuration(expectation)
    # The expectation is kept, too: another one could get the number of a deleted one.
    if id(expectation) not in kept:
        kept[id(expectation)] = expectation, _configuration(expectation)
    return kept[id(expectation)][1]


Expectation.configuration = property(_configuration_once)

__all__ = ["configurations_kept", "engines_hidden", "gx", "gxe"]
