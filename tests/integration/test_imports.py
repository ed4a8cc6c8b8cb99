"""Imports of a process before its work: a cold start pays for every import, and only a process of its own
shows it.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
GATE_PARTS = (
    "lambdas.raw_to_curated.handler, headgate.intake.files.process_file, headgate.aws.dynamodb.ledger, "
    "headgate.aws.secrets, headgate.aws.s3"
)
ANSWERS_PREDICTIONS = (
    "headgate.api.app, headgate.domains.retail.predictions.answers, headgate.api.analytics.table_rows, "
    "headgate.domains.retail.predictions.customers, headgate.domains.retail.predictions.fraud, "
    "headgate.domains.retail.predictions.searches"
)
# What opens workbooks, what looks for the meaning of an unknown header, and what only the command line and
# the jobs ask for.
NOT_FOR_EVERY_FILE = {
    "headgate.drafts",
    "headgate.formats.excel.read_excel",
    "headgate.formats.excel.workbook",
    "headgate.formats.read_table",
    "headgate.matching.suggest_mapping",
    "headgate.engines",
    "pandas",
    "yaml",
}
CHECKS_AND_PROFILES = '''
import datetime
from headgate.contracts.registry import Registry
from headgate.intake import check_bytes
from headgate.values.cells import text_array
from headgate.lake.ports import MaskingKey
from headgate.snapshots.publishing import parquet_bytes
from headgate.profiling.profile import profile_unknown
body = b"""payment_id,order_id,method,card_number,card_cvv,card_expiry,amount,currency,paid_at,status,notes,updated_at
1,A1,card,4111111111111111,917,2026-01,10.50,GBP,2024-01-01 10:00:00,captured,thanks,2024-01-01 10:00:00
x,A1,card,4111111111111111,917,2026-01,10.50,GBP,2024-01-01 10:00:00,captured,thanks,2024-01-01 10:00:00
2,4111111111111111,card,4111111111111111,917,2026-01,10.50,GBP,2024-01-01 10:00:00,captured,thanks,2024-01-01 10:00:00
1,2
"""
landed = datetime.datetime(2024, 1, 1)
gated = check_bytes(body, Registry.load().source["payments"], MaskingKey("k", b"k"), object_key="k", received_at=landed)
assert (gated.counts.received, gated.accepted.num_rows, gated.quarantine_rows.num_rows) == (4, 1, 3)
parquet_bytes(gated.accepted), parquet_bytes(gated.quarantine_rows)
unknown = {"words": text_array(["x y z", "foo bar", "5"])}
profile_unknown(unknown, dataset="", content_sha256="", received_at=landed)
'''  # noqa: E501 a file's text
DIGESTS = """
import struct
import pyarrow as pa
from headgate.export.certifying.digest import digest_of
from headgate.export.mysql.mysql_types import map_column
from headgate.export.server.source_tables import SourceColumn
columns = [map_column(SourceColumn(kind, kind, kind, nullable=True)) for kind in ("double", "bigint")]
values = pa.py_buffer(struct.pack("<dd", 1e300, 0)), pa.py_buffer(struct.pack("<qq", 1, 0))
arrays = [pa.Array.from_buffers(column.type, 2, [pa.py_buffer(bytes([1])), buffer]) for column, buffer in zip(columns, values)]
assert digest_of(pa.RecordBatch.from_arrays(arrays, ["double", "bigint"]), columns).rows == 2
"""  # noqa: E501 a file's text


SYSTEMS = """
import importlib
from headgate.systems import system_registry
from headgate.wiring.system_jobs import LIBRARIES_OF_SYSTEMS
for library in [*LIBRARIES_OF_SYSTEMS, *system_registry.modules().values()]:
    importlib.import_module(library)
"""


@cache
def loaded(script: str) -> frozenset[str]:
    """The modules that a process has loaded after it ran the script."""
    program = f"{script}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return frozenset(done.stdout.split())


@pytest.mark.parametrize("parts", [GATE_PARTS, "lambdas.start_pipeline.handler, headgate.aws.scheduler"])
def test_a_function_starts_without_the_jobs_libraries(parts: str) -> None:
    """Pandas, Great Expectations and Ibis belong to the jobs."""
    assert loaded(f"import {parts}").isdisjoint(
        {"pandas", "great_expectations", "ibis", "duckdb", "sklearn", "yaml"}
    )


def test_the_gate_imports_nothing_that_a_plain_file_has_no_use_for() -> None:
    assert loaded("import lambdas.raw_to_curated.handler").isdisjoint(NOT_FOR_EVERY_FILE)


def test_the_wiring_imports_a_stage_only_when_one_of_its_functions_is_called() -> None:
    modules = sorted(path.stem for path in (ROOT / "headgate" / "wiring").glob("[a-z]*.py"))
    names = loaded(f"from headgate.wiring import {', '.join(modules)}")
    rooms = {".".join(name.split(".")[:2]) for name in names}
    assert len(modules) > 5
    assert {name for name in names if name.startswith("headgate.domains.")} == {
        "headgate.domains.discovery",
        "headgate.domains.domain",
    }
    assert {name for name in rooms if name.startswith("headgate.")} == {
        "headgate.aws",
        "headgate.domains",
        "headgate.errors",
        "headgate.plain_names",
        "headgate.project",
        "headgate.settings",
        "headgate.wiring",
    }
    assert rooms.isdisjoint({"pandas", "pyarrow", "ibis", "duckdb", "great_expectations", "sklearn"})


def test_predictions_import_neither_pandas_nor_scipy_nor_scikit_learn() -> None:
    """The API's functions carry Arrow, numpy, pydantic and the SQL parser, and no library that does not fit
    beside them.
    """
    heavy = {"pandas", "scipy", "sklearn", "joblib", "ibis", "duckdb", "awswrangler", "yaml"}
    assert loaded(f"import {ANSWERS_PREDICTIONS}").isdisjoint(heavy)


def test_neither_the_gate_nor_a_profile_loads_pandas() -> None:
    assert loaded(CHECKS_AND_PROFILES).isdisjoint({"pandas", "ibis", "duckdb", "boto3"})


def test_a_digest_does_not_import_pandas() -> None:
    """The import takes longer than the digest of a small table."""
    assert "pandas" not in loaded(DIGESTS)


def test_a_library_that_is_loaded_is_seen() -> None:
    assert loaded("import pandas") & {"pandas", "duckdb"} == {"pandas"}


def test_great_expectations_loads_neither_statistics_nor_charts() -> None:
    """Only expectations about distributions need them, and they take two fifths of its import."""
    library = "import headgate.quality.expectation_library"
    assert loaded(library).isdisjoint({"altair", "scipy.stats"})
    imported_later = loaded(f"{library}\nfrom scipy import stats\nassert stats.norm.cdf(0) == 0.5")
    assert "scipy.stats" in imported_later, "they are there for whoever imports them"


def test_import_loads_nothing_else() -> None:
    found = loaded("import headgate") - loaded("")
    assert {name for name in found if name.partition(".")[0] not in sys.stdlib_module_names} == {"headgate"}


def test_libraries_of_systems_are_those_of_a_run_that_keeps_its_models() -> None:
    """A run loads them once, and none that only some runs need."""
    libraries = {name.partition(".")[0] for name in loaded(SYSTEMS)}
    assert {"great_expectations", "ibis", "sklearn", "skops"} <= libraries, "each child would load them again"
    assert not libraries & {"pyspark", "statsforecast", "statsmodels", "fugue"}, "no kept run needs them"
