"""The API's functions carry Arrow, numpy, pydantic and the SQL parser, and no library that does not fit beside them."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.unit

CODE = """
import sys
import headgate.api.app, headgate.api.analytics.predictions, headgate.api.analytics.table_rows
import headgate.predictions.customers, headgate.predictions.fraud, headgate.predictions.searches
print(sorted({"pandas", "scipy", "sklearn", "joblib", "ibis", "duckdb", "awswrangler", "yaml"} & set(sys.modules)))
"""


def test_predictions_import_neither_pandas_nor_scipy_nor_scikit_learn() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
