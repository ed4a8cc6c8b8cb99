"""Data Docs of a run lie in the artifacts bucket.

Outputs are audited before they are published, and the audit is reported there.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Rule
from headgate.contracts.types import arrow_schema
from headgate.errors import AuditError
from headgate.lake.ports import ObjectRef
from headgate.quality.data_docs import DataDocs
from headgate.quality.output_audit import OutputAudit
from headgate.quality.pages import site_page
from headgate.quality.validation import FailedExpectation, SuiteResult
from headgate.snapshots.snapshot import LakeSnapshot

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.integration,
    # Great Expectations imports modules that Python has deprecated.
    pytest.mark.filterwarnings("ignore:module 'sre_.*' is deprecated:DeprecationWarning"),
]

CONTRACT = Contract(
    id="headgate.prod.scores",
    dataset="scores",
    zone="prod",
    version="1.0.0",
    key=("customer_id",),
    columns=(
        Column("customer_id", ColumnType(Kind.BIGINT), required=True),
        Column("score", ColumnType(Kind.DOUBLE), rules=(Rule("maximum", 1),)),
    ),
)
LAKE = LakeSnapshot("5nap", date(2026, 3, 1), {})


def scores(*given: float) -> pa.Table:
    return pa.table(
        {"customer_id": list(range(1, len(given) + 1)), "score": list(given)}, schema=arrow_schema(CONTRACT)
    )


def audited(objects: MemoryObjects, rows: pa.Table) -> OutputAudit:
    with OutputAudit(DataDocs(objects, "artifacts"), LAKE, "demand-insights-engine") as audit:
        audit(CONTRACT, rows)
    return audit


def pages(objects: MemoryObjects) -> list[str]:
    return [info.ref.key for info in objects.list("artifacts", "data_docs/5nap/demand-insights-engine/")]


def test_an_output_with_card_data_is_not_published() -> None:
    contract = Contract(
        id="headgate.prod.notes",
        dataset="notes",
        zone="prod",
        version="1.0.0",
        key=("customer_id",),
        columns=(
            Column("customer_id", ColumnType(Kind.BIGINT), required=True),
            Column("note", ColumnType(Kind.STRING)),
        ),
    )
    rows = pa.table({"customer_id": [1], "note": ["paid by 4111111111111111"]}, schema=arrow_schema(contract))
    with (
        pytest.raises(
            AuditError, match=r"notes: the card-data audit found card data in note \(card_number, 1\)"
        ) as stopped,
        OutputAudit(DataDocs(MemoryObjects(), "artifacts"), LAKE, "demand-insights-engine") as audit,
    ):
        audit(contract, rows)
    assert "4111111111111111" not in str(stopped.value)


def test_data_docs_of_a_good_output_lie_where_the_audit_says() -> None:
    objects = MemoryObjects()
    docs_at = audited(objects, scores(0.5, 1.0)).docs_at
    assert docs_at == "s3://artifacts/data_docs/5nap/demand-insights-engine/index.html"
    assert b"5nap" in objects.read(ObjectRef("artifacts", docs_at.removeprefix("s3://artifacts/")))


def test_an_output_that_breaks_its_contract_is_refused_with_its_rows_and_reported_in_the_data_docs() -> None:
    objects = MemoryObjects()
    with pytest.raises(AuditError, match=r"scores: score: maximum broken by 1 rows \(keys 2\)"):
        audited(objects, scores(0.5, 1.5))
    page = objects.read(ObjectRef("artifacts", "data_docs/5nap/demand-insights-engine/index.html")).decode()
    assert (
        '<td>score</td><td>maximum</td><td class="number">1</td><td>2</td><td><span '
        'class="failed">failed</span></td>' in page
    )


def test_what_great_expectations_cannot_ask_is_asked_too() -> None:
    with pytest.raises(AuditError, match="finite"):
        audited(MemoryObjects(), scores(0.5, float("-inf")))


def test_an_output_without_rows_is_fine() -> None:
    assert audited(MemoryObjects(), scores()).docs_at


def test_pages_load_nothing_from_elsewhere() -> None:
    objects = MemoryObjects()
    audited(objects, scores(0.5))
    for page in [*pages(objects), "data_docs/5nap/index.html"]:
        text = objects.read(ObjectRef("artifacts", page)).decode()
        assert "http" not in text
        assert "<script" not in text


def test_names_of_datasets_are_escaped() -> None:
    verdict = SuiteResult("<b>x</b>", 1, 1, (FailedExpectation("maximum", "<i>", 1, ("<u>",)),))
    page = site_page("5nap", date(2026, 3, 1), "gate", [verdict])
    assert "<b>" not in page
    assert "<i>" not in page
    assert "<u>" not in page


def test_one_index_shows_every_dataset_of_every_check_with_its_counts() -> None:
    objects = MemoryObjects()
    docs = DataDocs(objects, "artifacts")
    audited(objects, scores(0.5, 1.0))
    with pytest.raises(AuditError), OutputAudit(docs, LAKE, "compliance-guardian") as audit:
        audit(replace(CONTRACT, dataset="others"), scores(7.0))
    index = objects.read(ObjectRef("artifacts", "data_docs/5nap/index.html")).decode()
    assert (
        '<a href="demand-insights-engine/index.html#scores">scores</a></td><td class="number">2</td>' in index
    )
    assert '<a href="compliance-guardian/index.html#others">others</a>' in index
    assert "None" not in index


def test_fetched_data_docs_open_on_the_disk(tmp_path: Path) -> None:
    objects = MemoryObjects()
    audited(objects, scores(0.5))
    index, first = DataDocs(objects, "artifacts").fetch("5nap", tmp_path)
    assert index == tmp_path / "index.html"
    assert first == tmp_path / "demand-insights-engine" / "index.html"
    assert "5nap" in first.read_text()
    assert DataDocs(objects, "artifacts").fetch("other", tmp_path / "other") == []


def test_every_output_of_a_run_has_its_own_section() -> None:
    objects = MemoryObjects()
    with OutputAudit(DataDocs(objects, "artifacts"), LAKE, "demand-insights-engine") as audit:
        audit(CONTRACT, scores(0.5))
        audit(replace(CONTRACT, dataset="others", id="headgate.prod.others"), scores(0.5))
    page = objects.read(ObjectRef("artifacts", "data_docs/5nap/demand-insights-engine/index.html")).decode()
    assert '<h2 id="scores">' in page
    assert '<h2 id="others">' in page
