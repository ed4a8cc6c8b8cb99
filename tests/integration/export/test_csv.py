"""CSV says exactly what the source holds: read back it has the same fingerprint, and through the gate the
same rows as Parquet.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.aws.in_memory_ports import MemoryLedger, MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Rule
from headgate.errors import SettingsError
from headgate.export.reading.file_batches import FileFormat
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.process_file import FileProcessor
from headgate.intake.rows.masked_at_source import AtSource
from headgate.lake.ports import MaskingKey, ObjectRef
from tests.integration.export.conftest import request

if TYPE_CHECKING:
    from tests.integration.export.conftest import Shop

pytestmark = pytest.mark.integration

KEY = MaskingKey("k1", b"0" * 32)
TABLE = (
    (
        "CREATE TABLE odd (id INT PRIMARY KEY, t VARCHAR(200), e VARCHAR(20), d DECIMAL(38,10), f "
        "DOUBLE, b BLOB, at DATETIME(6), "
        "day DATE, yes BIT(1))"
    ),
    (
        "INSERT INTO odd VALUES (1, 'a,\"b\"\\nc', '', 0.0000000001, 0.1, X'00ff0a', '2026-01-01 "
        "00:00:00.000001', '1000-01-01', 1), "
        "(2, 'NULL', NULL, -9999999999999999999999999999.9999999999, 5e-324, X'', NULL, NULL, 0), "
        "(3, '\\\\N', 'NA', NULL, 1.7976931348623157e308, NULL, '9999-12-31 23:59:59', '9999-12-31', NULL), "
        "(4, '  ü 😀\\r\\n\\t', ' ', 1, -0.5, X'22', '2026-01-01', '2024-02-29', 1)"
    ),
)
ODD = Contract(
    id="headgate.source.odd",
    dataset="odd",
    zone="source",
    version="1.0.0",
    columns=(
        Column("id", ColumnType(Kind.INTEGER), required=True, rules=(Rule("required"),)),
        *(Column(name, ColumnType(Kind.STRING)) for name in ("t", "e")),
        Column("d", ColumnType(Kind.DECIMAL, precision=38, scale=10)),
        Column("f", ColumnType(Kind.DOUBLE)),
        Column("b", ColumnType(Kind.STRING)),
        Column("at", ColumnType(Kind.TIMESTAMP)),
        Column("day", ColumnType(Kind.DATE)),
        Column("yes", ColumnType(Kind.BOOLEAN)),
    ),
    key=("id",),
    order_by=("at",),
)


def test_nulls_of_a_single_column_are_kept(shop: Shop) -> None:
    shop.run(
        "CREATE TABLE one (t VARCHAR(9))",
        "INSERT INTO one VALUES (NULL), ('x'), (NULL), (''), ('a\nb'), (NULL)",
    )
    assert shop.export(["one"], file_format=FileFormat.CSV).rows == 6
    assert shop.exporting().verify(shop.exporting().runs("one")[0]).holds


def test_every_value_is_read_back_and_certified(shop: Shop) -> None:
    """Without a contract, so that bytes are bytes."""
    shop.run(*TABLE)
    report = shop.export(["odd"], file_format=FileFormat.CSV)
    (file,) = report.certificates[0].files
    assert (file.name, file.digest.rows) == ("part-00000.csv.gz", 4)
    exporting = shop.exporting()
    assert exporting.verify(exporting.runs("odd")[0]).holds
    assert report.certificates[0].digest == shop.export(["odd"], "r2").certificates[0].digest
    again = shop.export(["odd"], "r3", file_format=FileFormat.CSV)
    assert again.certificates[0].files[0].sha256 == file.sha256


def test_null_and_the_empty_text_are_distinguished_and_bytes_are_base64(shop: Shop) -> None:
    shop.run(
        "CREATE TABLE two (id INT PRIMARY KEY, t VARCHAR(9), b BLOB)",
        "INSERT INTO two VALUES (1, '', X'00ff'), (2, NULL, NULL)",
    )
    shop.export(["two"], file_format=FileFormat.CSV)
    body = shop.objects.read(ObjectRef("raw", "two/dt=2026-01-01/run=r1/part-00000.csv.gz"))
    assert (
        pa.input_stream(pa.BufferReader(body), compression="gzip").read()
        == b'"id","t","b"\n1,"","AP8="\n2,,\n'
    )


def test_a_changed_value_in_a_csv_file_is_found(shop: Shop) -> None:
    shop.run(*TABLE)
    exporting = shop.exporting()
    exporting.run(request(["odd"], file_format=FileFormat.CSV))
    ref = ObjectRef("raw", "odd/dt=2026-01-01/run=r1/part-00000.csv.gz")
    shop.objects.write(ref, shop.objects.read(ref)[:-1] + b"x")
    assert not exporting.verify(exporting.runs("odd")[0]).holds


def test_the_gate_makes_the_same_rows_of_csv_and_parquet(shop: Shop) -> None:
    shop.run(*TABLE)
    curated = {}
    for form in FileFormat:
        shop.exporting(contracts={"odd": ODD}).run(request(["odd"], form.name, file_format=form))
        objects = MemoryObjects()
        key = f"odd/part.{form}"
        objects.write(
            ObjectRef("raw", key),
            shop.objects.read(ObjectRef("raw", f"odd/dt=2026-01-01/run={form.name}/part-00000.{form}")),
        )
        ports = GatePorts(objects, MemoryLedger(), "curated", "quarantine", now, 300)
        record = FileProcessor(ports, GateRules({"odd": ODD}, lambda: KEY)).process(ObjectRef("raw", key))
        assert (record.state, record.accepted) == ("done", 4), (record.error, record.reasons)
        (body,) = objects.contents("curated").values()
        curated[form] = pq.read_table(pa.BufferReader(body)).drop_columns(["_content_sha256"])
    assert curated[FileFormat.CSV] == curated[FileFormat.PARQUET]
    assert curated[FileFormat.CSV]["e"].to_pylist() == ["", None, "NA", " "]


def test_masked_rows_are_not_written_as_csv(shop: Shop) -> None:
    """It cannot say of itself that it is masked."""
    with pytest.raises(SettingsError, match="masked at the source need Parquet"):
        shop.exporting(masking=AtSource(KEY)).run(
            request(["odd"], file_format=FileFormat.CSV, mask_at_source=True)
        )


def now() -> datetime:
    return datetime(2026, 1, 2, tzinfo=UTC).replace(tzinfo=None)
