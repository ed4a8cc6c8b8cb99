from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from headgate.engines import local
from headgate.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from contextlib import AbstractContextManager

    import ibis

    from headgate.engines.engine import Engine

MB = 10**6
LOCAL: Engine = local.Local()
"""This machine."""


class EngineName(StrEnum):
    """The engine that runs expressions.

    `auto` is DuckDB, or Spark if the data are too large for one machine.
    """

    AUTO = "auto"
    DUCKDB = "duckdb"
    SPARK = "spark"
    ATHENA = "athena"

    @classmethod
    def parse(cls, text: str) -> EngineName:
        """Return the engine with that name; SettingsError if there is none."""
        if text not in {*cls}:
            raise SettingsError(f"no engine {text}; there are {', '.join(cls)}")
        return cls(text)

    def chosen(self, size_bytes: int, spark_from_mb: int) -> EngineName:
        """Return the engine for `size_bytes` of Parquet."""
        if self is not EngineName.AUTO:
            return self
        return EngineName.SPARK if size_bytes >= spark_from_mb * MB else EngineName.DUCKDB


def open_tables(
    engine: EngineName, places: Mapping[str, str], memory_mb: int = local.MIN_MEMORY_MB
) -> AbstractContextManager[dict[str, ibis.Table]]:
    """Open each Parquet file or folder as a table of DuckDB or Spark for the duration of the block.

    Args:
        places: paths that the engine can read: local paths, or `s3://…` for Spark on a cluster.
        memory_mb: DuckDB's limit, beyond which it spills.
    """
    if engine is EngineName.DUCKDB:
        return local.opened(places, memory_mb)
    from headgate.engines import spark  # noqa: PLC0415 Spark need not be installed if it is not used

    return spark.opened(places)


def engine_of(tables: Iterable[ibis.Table]) -> Engine:
    """Return the engine of the tables; this machine for tables in memory."""
    spark = next((backend for table in tables if (backend := table.get_backend()).name == "pyspark"), None)
    if spark is None:
        return LOCAL
    from headgate.engines.spark import Spark  # noqa: PLC0415 Spark need not be installed if it is not used

    return Spark(spark)
