"""Queries are read in threads, and sqlglot finds a dialect by its name before its module is complete."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.unit

READING_MODULES = ("read_only_statements", "dialects", "advice", "parameters")


@pytest.mark.parametrize("module", READING_MODULES)
def test_a_module_that_reads_sql_has_its_dialect_before_any_thread_asks(module: str) -> None:
    asked = f"import sys, headgate.query.{module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert {"sqlglot.dialects.athena", "sqlglot.dialects.trino"} & set(loaded.stdout.split())
