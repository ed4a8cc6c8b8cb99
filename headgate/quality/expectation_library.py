"""Great Expectations, loaded without Spark."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def spark_hidden() -> Iterator[None]:
    """Let the imports of a block find no Spark that is not loaded yet.

    Great Expectations loads Spark wherever it is installed, which takes a fifth of its own import. The gate
    and the audits ask about pandas objects only.
    """
    if "pyspark" in sys.modules:
        yield
        return
    sys.modules["pyspark"] = None  # type: ignore[assignment]  # Python's own mark of a module that is absent
    try:
        yield
    finally:
        del sys.modules["pyspark"]


with spark_hidden():
    import great_expectations as gx
    import great_expectations.expectations as gxe

__all__ = ["gx", "gxe", "spark_hidden"]
