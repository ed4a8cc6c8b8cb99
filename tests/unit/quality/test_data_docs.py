"""Data Docs of a run lie in the artifacts bucket; outputs are audited before they are published, and the audit is told of there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from headgate.aws.memory import MemoryObjects
from headgate.contracts.arrow import arrow_schema
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Rule
from headgate.errors import AuditError
from headgate.lake.ports import ObjectRef
from headgate.lake.snapshots import LakeSnapshot
from headgate.quality.data_docs import DataDocs
from headgate.quality.output_audit import OutputAudit

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.unit,
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
    return pa.table({"customer_id": list(range(1, len(given) + 1)), "score": list(given)}, schema=arrow_schema(CONTRACT))


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
        columns=(Column("customer_id", ColumnType(Kind.BIGINT), required=True), Column("note", ColumnType(Kind.STRING))),
    )
    rows = pa.table({"customer_id": [1], "note": ["paid by 4111111111111111"]}, schema=arrow_schema(contract))
    with (
        pytest.raises(AuditError, match=r"notes: the card-data audit found card data in note \(card_number, 1\)") as stopped,
        OutputAudit(DataDocs(MemoryObjects(), "artifacts"), LAKE, "demand-insights-engine") as audit,
    ):
        audit(contract, rows)
    assert "4111111111111111" not in str(stopped.value)


def test_data_docs_of_a_good_output_lie_where_the_audit_says() -> None:
    objects = MemoryObjects()
    docs_at = audited(objects, scores(0.5, 1.0)).docs_at
    assert docs_at == "s3://artifacts/data_docs/5nap/demand-insights-engine/index.html"
    assert b"5nap" in objects.read(ObjectRef("artifacts", docs_at.removeprefix("s3://artifacts/")))


def test_an_output_that_breaks_its_contract_is_refused_with_its_rows_and_told_of_in_the_data_docs() -> None:
    objects = MemoryObjects()
    with pytest.raises(AuditError, match=r"scores: score: maximum broken by 1 rows \(keys 2\)"):
        audited(objects, scores(0.5, 1.5))
    assert any(page.endswith("lake-scores.html") for page in pages(objects))


def test_what_great_expectations_cannot_ask_is_asked_too() -> None:
    with pytest.raises(AuditError, match="finite"):
        audited(MemoryObjects(), scores(0.5, float("-inf")))


def test_an_output_without_rows_is_fine() -> None:
    assert audited(MemoryObjects(), scores()).docs_at


def test_instructions_for_editing_suites_are_left_out() -> None:
    objects = MemoryObjects()
    audited(objects, scores(0.5))
    assert not [page for page in pages(objects) if page.endswith(".gif")]


def test_fetched_data_docs_open_on_the_disk(tmp_path: Path) -> None:
    objects = MemoryObjects()
    audited(objects, scores(0.5))
    (first,) = DataDocs(objects, "artifacts").fetch("5nap", tmp_path)
    assert first == tmp_path / "demand-insights-engine" / "index.html"
    assert "5nap" in first.read_text()
    assert DataDocs(objects, "artifacts").fetch("other", tmp_path / "other") == []


def test_a_second_output_of_a_run_has_its_own_page() -> None:
    objects = MemoryObjects()
    with OutputAudit(DataDocs(objects, "artifacts"), LAKE, "demand-insights-engine") as audit:
        audit(CONTRACT, scores(0.5))
        audit(replace(CONTRACT, dataset="others", id="headgate.prod.others"), scores(0.5))
    assert {page.rpartition("/")[2] for page in pages(objects) if "/validations/" in page} == {"lake-scores.html", "lake-others.html"}
