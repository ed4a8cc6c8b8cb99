"""Which engine is used: the one that is stated, or by the size of what is read."""

from __future__ import annotations

import pytest

from headgate.engines import spark_session
from headgate.engines.choose_engine import EngineName
from headgate.errors import SettingsError

pytestmark = pytest.mark.unit

MB = 10**6


@pytest.mark.parametrize(
    ("size_bytes", "expected"),
    [(0, "duckdb"), (2_000 * MB - 1, "duckdb"), (2_000 * MB, "spark"), (10**12, "spark")],
)
def test_auto_goes_by_size(size_bytes: int, expected: str) -> None:
    assert EngineName.AUTO.chosen(size_bytes, spark_from_mb=2_000) == expected


@pytest.mark.parametrize("stated", ["duckdb", "spark", "athena"])
def test_an_engine_that_is_stated_is_used_whatever_the_size(stated: str) -> None:
    assert {EngineName.parse(stated).chosen(size, spark_from_mb=1) for size in (0, 10**12)} == {stated}


def test_an_engine_that_there_is_not_is_named_with_those_there_are() -> None:
    with pytest.raises(SettingsError, match="no engine polars; there are auto, duckdb, spark, athena"):
        EngineName.parse("polars")


def test_spark_reads_objects_only_where_a_cluster_has_started_the_job(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PYSPARK_GATEWAY_PORT", raising=False)
    assert not spark_session.is_started_by_cluster()
    monkeypatch.setenv("PYSPARK_GATEWAY_PORT", "25333")
    assert spark_session.is_started_by_cluster()
