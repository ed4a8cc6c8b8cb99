"""The summary of any CSV has its shape: files below dirty_csv, of which many are broken on purpose.

FILES=all takes every one of them, which takes minutes; else every hundredth of an archive.
"""

from __future__ import annotations

import os
import tarfile
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from headgate.formats.read_table import unknown_table
from headgate.profiling.file_summary import file_summary, summary_json
from headgate.profiling.profile import profile_unknown
from tests.e2e.lakes import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

TYPES = {"int", "float", "date", "timestamp", "bool", "string", "nested"}
STRIDE = 100
NO_TABLE_AT_MOST = 0.1  # files without a table: the gate rejects them


def files() -> Iterator[tuple[str, bytes]]:
    folder = DATA / "dirty_csv"
    for path in sorted(folder.rglob("*.csv")):
        yield path.name, path.read_bytes()
    for archive in sorted(folder.glob("*.tar.gz")):
        with tarfile.open(archive) as packed:
            members = sorted(
                (member for member in packed if member.name.endswith(".csv")), key=lambda member: member.name
            )
            for member in members[:: 1 if os.environ.get("FILES") == "all" else STRIDE]:
                if content := packed.extractfile(member):
                    yield member.name, content.read()


def test_every_table_has_a_summary_of_the_named_shape() -> None:
    if not (DATA / "dirty_csv").is_dir():
        pytest.skip(f"no data at {DATA}/dirty_csv; set HEADGATE_DATA to where they are")
    seen = without_table = 0
    for name, body in files():
        seen += 1
        columns = unknown_table(body).by_shown_name
        if not columns:
            without_table += 1
            continue
        profile = profile_unknown(columns, dataset="", content_sha256="0", received_at=datetime(2024, 1, 1))
        summary = file_summary(name, profile.as_dict())
        assert summary_json(summary)
        assert list(summary) == [
            "file_name",
            "row_count",
            "schema",
            "statistics",
            "quality_issues",
            "quality_score",
        ], name
        assert summary["row_count"] == max(len(column) for column in columns.values()), name
        schema, statistics, issues = summary["schema"], summary["statistics"], summary["quality_issues"]
        assert isinstance(schema, dict)
        assert isinstance(statistics, dict)
        assert isinstance(issues, dict)
        assert set(schema) == set(columns), name
        assert set(schema.values()) <= TYPES, (name, schema)
        assert all({"min", "max"} <= set(found) <= {"min", "max", "avg"} for found in statistics.values()), (
            name
        )
        assert list(issues) == ["missing_values", "invalid_values", "total_rows", "has_issues"], name
        counted = [*issues["missing_values"].values(), *issues["invalid_values"].values()]
        assert all(set(counts) == {"count", "percentage"} for counts in counted), name
        assert issues["has_issues"] or not counted, name
    assert seen
    assert without_table <= NO_TABLE_AT_MOST * seen
