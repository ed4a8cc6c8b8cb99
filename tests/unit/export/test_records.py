"""Records can be written and read back: requests, plans, certificates, watermarks, deletions."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.errors import SettingsError
from headgate.export.certifying.certificate import (
    Certificate,
    CertificateError,
    CertifiedColumn,
    CertifiedFile,
    Moment,
    OtherManifestError,
    require_equal,
)
from headgate.export.certifying.deleted_rows import write_deleted
from headgate.export.certifying.digest import Digest
from headgate.export.planning.mapping import CanonicalForm
from headgate.export.planning.slicing import Slice
from headgate.export.planning.watermark import Bound, Reached, Watermark, changed_rows_sql
from headgate.export.requests import ExportRequest, ImpossibleDates, Mode
from headgate.export.run_folder import SliceRecord, TableFolder, TablePlan
from headgate.export.run_store import RunStore
from headgate.export.server.key_columns import KeyColumn
from headgate.export.server.login import Login

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

DIGEST = Digest(2, 77, (2, 1))
CERTIFICATE = Certificate(
    source="shop",
    table="orders",
    run="r1",
    exported_on="2026-01-02",
    mode="full",
    moment=Moment("global_lock", "bin.1:4", "0-1-2", "2026-01-02T03:04:05.000000"),
    schema_hash="00",
    columns=(
        CertifiedColumn("id", "int(11)", "int32", CanonicalForm.NUMBER),
        CertifiedColumn("at", "datetime(3)", "timestamp[us]", CanonicalForm.MOMENT, 3),
    ),
    digest=DIGEST,
    files=(CertifiedFile("part-00000.parquet", 10, "ab", DIGEST, 0),),
    watermark={"at": (None, "'2026-01-02'")},
    impossible_dates={"at": 1},
    deleted=3,
    drift=("added: x",),
)


def test_a_certificate_comes_back_from_its_manifest() -> None:
    assert Certificate.from_json(CERTIFICATE.to_json()) == CERTIFICATE


def test_a_manifest_of_another_format_is_refused() -> None:
    with pytest.raises(CertificateError, match=r"format 2: .*`headgate export run`"):
        Certificate.from_json(json.dumps({**json.loads(CERTIFICATE.to_json()), "format": 1}))


@pytest.mark.parametrize(
    "damaged", ["", "{", "[]", "7", '{"format": 2}', b"\xff\xfe{", CERTIFICATE.to_json()[:-1]]
)
def test_a_damaged_manifest_is_reported(damaged: str | bytes) -> None:
    with pytest.raises(CertificateError, match=r"manifest.*`headgate export run`"):
        Certificate.from_json(damaged)


@pytest.mark.parametrize("name", sorted(json.loads(CERTIFICATE.to_json()).keys() - {"format"}))
def test_a_change_of_anything_that_a_manifest_states_is_seen(name: str) -> None:
    document = json.loads(CERTIFICATE.to_json())
    for another in (
        {**document, name: "otherwise"},
        {key: value for key, value in document.items() if key != name},
    ):
        with pytest.raises(CertificateError, match=r"changed after it was written.*`headgate export run`"):
            Certificate.from_json(json.dumps(another))


def test_a_manifest_of_another_program_is_recognised() -> None:
    with pytest.raises(OtherManifestError, match="`headgate export run`"):
        Certificate.from_json('{"parts": ["part-00000.csv"]}')


def test_a_mismatch_names_counts_and_columns_but_no_value() -> None:
    require_equal("orders", 0, DIGEST, DIGEST)
    with pytest.raises(
        CertificateError, match=r"these columns \(by position\) have a different number of nulls: \[1\]"
    ):
        require_equal("orders", 0, DIGEST, Digest(2, 78, (2, 2)))


def test_a_request_comes_back_from_its_text() -> None:
    asked = ExportRequest(
        "shop", "r1", date(2026, 1, 2), ("orders",), Mode.INCREMENTAL, impossible_dates=ImpossibleDates.STOP
    )
    assert ExportRequest.from_json(asked.to_json()) == asked


@pytest.mark.parametrize(
    ("run", "table"), [("..", "t"), ("a/../../x", "t"), ("", "t"), (".", "t"), ("r1", "sl/ash"), ("r1", "..")]
)
def test_names_that_make_no_key_are_refused(run: str, table: str) -> None:
    with pytest.raises(SettingsError, match="has no valid key in raw"):
        ExportRequest("shop", run, date(2026, 1, 2), (table,)).key(table, "_manifest.json")


def test_plans_and_slices_come_back_from_the_run_folder(tmp_path: Path) -> None:
    folder = TableFolder(tmp_path / "orders")
    assert folder.plan() is None
    assert folder.record(0) is None
    plan = TablePlan(
        "orders",
        ("id",),
        "00",
        (KeyColumn("id", "int"),),
        (Slice(0, None, ("7",)), Slice(1, ("7",), None)),
        (Bound("at", None, "'x'", 3),),
    )
    record = SliceRecord(1, DIGEST, DIGEST, 10, "ab", {"at": 1})
    folder.begin(plan)
    folder.finish(record)
    folder.certify(CERTIFICATE)
    again = TableFolder(tmp_path / "orders")
    assert (again.plan(), again.record(1), again.certificate()) == (plan, record, CERTIFICATE)
    again.forget(1)
    assert again.record(1) is None
    assert asdict(plan)["slices"][0]["upper"] == ("7",)


def test_a_watermark_advances_once_per_run() -> None:
    """A run that lands twice continues from the place where it continued the first time."""
    store = RunStore(MemoryObjects(), "raw", "state")
    assert store.reached_before("shop", "orders", "r1") is None
    for run in ("r1", "r2", "r2"):
        store.advance("shop", "orders", Reached(run, {"at": f"'{run}'"}))
    assert store.reached_before("shop", "orders", "r2") == Reached("r1", {"at": "'r1'"})
    assert store.reached_before("shop", "orders", "r3") == Reached("r2", {"at": "'r2'"})
    assert Watermark.from_json(Watermark(Reached("r", {})).to_json()) == Watermark(Reached("r", {}))


def test_bounds_reach_back_by_the_overlap_and_take_rows_without_a_watermark() -> None:
    assert changed_rows_sql([]) == "TRUE"
    assert changed_rows_sql([Bound("at", None, None)]) == "(TRUE)"
    assert changed_rows_sql([Bound("at", "'a'", "'b'", 300), Bound("id", "5", "9")]) == (
        "((`at` > 'a' - INTERVAL '300' SECOND AND `at` <= 'b' OR `at` IS NULL) OR (`id` > 5 AND `id` <= 9 "
        "OR `id` IS NULL))"
    )


def keys(path: Path, *pairs: tuple[int, str]) -> Path:
    pq.write_table(
        pa.table({"a": pa.array([a for a, _ in pairs], pa.int64()), "b": [b for _, b in pairs]}), path
    )
    return path


def test_deleted_rows_are_the_keys_that_went(tmp_path: Path) -> None:
    before, now = (
        keys(tmp_path / "before", (2, "y"), (1, "x"), (2, "x")),
        keys(tmp_path / "now", (2, "x"), (3, "x")),
    )
    assert write_deleted(before, now, tmp_path / "gone") == 2
    assert pq.read_table(tmp_path / "gone").to_pylist() == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    assert write_deleted(before, before, tmp_path / "none") == 0
    assert not (tmp_path / "none").exists()
    assert write_deleted(before, tmp_path / "empty", tmp_path / "all") == 3


def test_a_login_never_shows_its_password() -> None:
    secret = {"host": "db", "port": "3306", "username": "u", "password": "hunter2", "dbname": "shop"}
    login = Login.from_secret(secret)
    assert "hunter2" not in repr(login)
    assert login.tls
