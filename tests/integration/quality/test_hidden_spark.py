"""Great Expectations is loaded without Spark, which would take a fifth of its time."""

from __future__ import annotations

import importlib
import sys

import pytest

from headgate.quality.expectation_library import spark_hidden

pytestmark = pytest.mark.integration


def test_an_import_in_the_block_finds_no_spark_and_nothing_is_left_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "pyspark", raising=False)
    with spark_hidden(), pytest.raises(ImportError):
        importlib.import_module("pyspark")
    assert "pyspark" not in sys.modules


def test_a_loaded_spark_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", sys)
    with spark_hidden():
        assert importlib.import_module("pyspark") is sys
    assert sys.modules["pyspark"] is sys
