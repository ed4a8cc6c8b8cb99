"""`mask_at_source`: no card number reaches raw, and the lake is the one that it would have been."""

from __future__ import annotations

from base64 import b64encode
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.aws.in_memory_ports import MemoryLedger, MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask
from headgate.contracts.registry import Registry
from headgate.errors import ContractError
from headgate.export.requests import Phase
from headgate.intake.files.export_runs import ExportRuns
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.process_file import FileProcessor
from headgate.intake.files.source_deletions import Sightings
from headgate.intake.rows.masked_at_source import AtSource
from headgate.lake.ports import MaskingKey, ObjectRef
from headgate.quality.leaks import leaks_in_rows, leaks_in_text
from tests.integration.export.conftest import request

if TYPE_CHECKING:
    from headgate.export.certifying.certificate import Certificate
    from headgate.export.requests import Progress
    from tests.integration.export.conftest import Shop

pytestmark = pytest.mark.integration

KEY = MaskingKey("k1", b"0" * 32)
CONTRACTS = {name: Registry.load().source[name] for name in ("payments", "customers")}
LANDED = datetime(2026, 1, 2, tzinfo=UTC).replace(tzinfo=None)
# Test numbers that payment gateways publish; some written as people do, some wrong.
CARDS = (
    "'4111111111111111', '5555555555554444', '2223003122003222', '378282246310005', '6011111111111117', "
    "'4111 1111 1111 1111', "
    "'4111111111111112', ''"
)
PAYMENTS = (
    """CREATE TABLE payments (payment_id BIGINT PRIMARY KEY, order_id VARCHAR(40), method VARCHAR(16), card_number VARCHAR(19),
    card_cvv VARCHAR(4), card_expiry CHAR(7), amount DECIMAL(14,4), currency CHAR(3), paid_at DATETIME, status VARCHAR(12), notes TEXT,
    updated_at DATETIME(3))""",  # noqa: E501 a listing
    f"""INSERT INTO payments SELECT seq, IF(seq % 50 = 7, 'on 5555555555554444', CONCAT('O-', seq)), IF(seq % 9, 'card', 'barter'),
    ELT(1 + seq % 9, {CARDS}), IF(seq % 9 = 8, NULL, '917'), '2027-12', seq / 7, 'GBP', '2026-01-01 10:00:00', 'captured',
    IF(seq % 3, 'called', 'read out 4111111111111111, code cvv: 917'), '2026-01-01 10:00:00.125' FROM seq_1_to_1000""",  # noqa: E501, S608 literals of this file
)
CUSTOMERS = (
    """CREATE TABLE customers (customer_id BIGINT PRIMARY KEY, email VARCHAR(254), full_name VARCHAR(200), ssn CHAR(11),
    region_id VARCHAR(8), signed_up_at DATETIME, marketing_opt_in TINYINT(1), updated_at DATETIME)""",  # noqa: E501 a listing
    """INSERT INTO customers SELECT seq, CONCAT('c', seq, '@example.com'), IF(seq % 9, 'Ann', '078-05-1120'),
    IF(seq % 4, CONCAT('078-05-', 1000 + seq), 'unknown'), 'GB', '2026-01-01', seq % 2, '2026-01-01' FROM seq_1_to_200""",  # noqa: E501 a listing
)


def exported(shop: Shop, run: str, *, mask_at_source: bool) -> list[Certificate]:
    """Return the exported files of both tables."""
    exporting = shop.exporting(contracts=CONTRACTS, masking=AtSource(KEY))
    report = exporting.run(request(["payments", "customers"], run, mask_at_source=mask_at_source))
    assert all(exporting.verify(manifest).holds for table in CONTRACTS for manifest in exporting.runs(table))
    return list(report.certificates)


def curated(shop: Shop, run: str) -> dict[str, pa.Table]:
    """Every dataset's accepted rows, from what the run left in raw, by the time of their order."""
    objects, queue = MemoryObjects(clock=lambda: LANDED), deque[ObjectRef]()
    for item in shop.objects.list("raw", ""):
        if f"/run={run}/" in item.ref.key:
            objects.write(ObjectRef("raw", item.ref.key), shop.objects.read(item.ref))
            queue.append(ObjectRef("raw", item.ref.key))
    ports, rules = (
        GatePorts(objects, MemoryLedger(), "curated", "quarantine", lambda: LANDED, 300),
        GateRules(CONTRACTS, lambda: KEY),
    )
    runs = ExportRuns(
        objects, FileProcessor(ports, rules).process, queue.extend, Sightings(objects, CONTRACTS, "curated")
    )
    while queue:
        record = runs.receive(queue.popleft())
        assert record.state in {"done", "ignored"}, record.error
    rows = {
        name: [read(body) for key, body in objects.contents("curated").items() if f"/{name}/" in key]
        for name in CONTRACTS
    }
    return {
        name: pa.concat_tables(tables).sort_by(CONTRACTS[name].key[0]).drop_columns(["_content_sha256"])
        for name, tables in rows.items()
    }


def read(body: bytes) -> pa.Table:
    return pq.read_table(pa.BufferReader(body))


def test_no_card_number_reaches_raw_and_the_lake_is_the_same(shop: Shop) -> None:
    shop.run(*PAYMENTS, *CUSTOMERS)
    masked, _ = exported(shop, "masked", mask_at_source=True)
    for item in shop.objects.list("raw", ""):
        body = shop.objects.read(item.ref)
        assert not (
            leaks_in_rows(read(body))[1]
            if item.ref.key.endswith(".parquet")
            else leaks_in_text(body.decode())
        )
        assert b"4111111111111111" not in body
    assert {column.name for column in masked.columns if not column.digested} == {
        "card_number",
        "card_cvv",
        "notes",
    }
    assert (masked.digest.rows, masked.withheld) == (1000, 20)
    exported(shop, "usual", mask_at_source=False)
    early, usual = curated(shop, "masked"), curated(shop, "usual")
    assert early == usual
    assert 0 < early["payments"].num_rows < 1000
    assert 0 < early["customers"].num_rows < 200


def test_numbers_and_bytes_are_searched_as_well(shop: Shop) -> None:
    """Whatever a column's type, and whether the contract knows it: none of it is written, and a declared
    column's row is refused.
    """
    columns = [
        ("id", Kind.INTEGER),
        ("big", Kind.BIGINT),
        ("exact", Kind.DECIMAL),
        ("approximate", Kind.DOUBLE),
        ("bytes", Kind.STRING),
    ]
    types = {Kind.DECIMAL: ColumnType(Kind.DECIMAL, precision=20, scale=2)}
    odd = Contract(
        "shop.odd",
        "odd",
        "source",
        "1.0.0",
        (
            *(Column(name, types.get(kind, ColumnType(kind))) for name, kind in columns),
            Column("parcel", ColumnType(Kind.BIGINT), unmasked=True),
            Column("heard", ColumnType(Kind.STRING), mask=Mask.FREE_TEXT),
        ),
        ("id",),
        properties={"headgate.schemaPolicy": {"added": "export"}},
    )
    shop.run(
        """CREATE TABLE odd (id INT PRIMARY KEY, big BIGINT, exact DECIMAL(20,2), approximate DOUBLE, bytes BLOB, parcel BIGINT, heard BLOB,
        new_big BIGINT, new_unsigned BIGINT UNSIGNED, new_exact DECIMAL(60,0), new_bytes BLOB, new_wide VARBINARY(200))""",  # noqa: E501 a listing
        *(
            f"INSERT INTO odd (id, {name}) VALUES ({number}, {value})"  # noqa: S608 literals of this file
            for number, (name, value) in enumerate(HIDDEN)
        ),
        (
            "INSERT INTO odd VALUES (99, 12, 1.25, 0.5, X'00FF', 4111111111111111, 'called', 1, 2, 3, "
            "X'FF', X'')"
        ),
    )
    exporting = shop.exporting(contracts={"odd": odd}, masking=AtSource(KEY))
    (certificate,) = exporting.run(request(["odd"], mask_at_source=True)).certificates
    rows = shop.landed("odd").to_pylist()
    for (name, _), row in zip(HIDDEN, rows, strict=False):
        assert row[name] is None
        assert ("undeclared_card_number" in (row["_verdicts"] or "")) == (not name.startswith("new_"))
    *_, untouched = rows
    assert (untouched["big"], untouched["exact"], untouched["bytes"]) == (12, Decimal("1.25"), "AP8=")
    assert (untouched["parcel"], untouched["heard"], untouched["new_bytes"]) == (
        4111111111111111,
        b64encode(b"called").decode(),
        b"\xff",
    )
    assert certificate.withheld == len(HIDDEN)
    assert all(exporting.verify(manifest).holds for manifest in exporting.runs("odd"))


# Columns, and what must not be written of them.
HIDDEN = (
    ("big", "4111111111111111"),
    ("big", "-5555555555554444"),
    ("exact", "378282246310005"),
    ("approximate", "4111111111111111"),
    ("bytes", "'card 4111 1111 1111 1111'"),
    ("bytes", "X'FFD8FF343131313131313131313131313131311A'"),
    ("heard", "'read out 4111111111111111'"),
    ("new_big", "2223003122003222"),
    ("new_unsigned", "6011111111111117"),
    ("new_exact", "4111111111111111"),
    ("new_bytes", "'078-05-1120'"),
    ("new_wide", "CONVERT('no 4111111111111111' USING utf16le)"),
)


def test_a_masked_run_continues(shop: Shop) -> None:
    shop.run(*PAYMENTS)
    finished: list[int] = []

    def stop(event: Progress) -> None:
        if event.phase is Phase.FINISHED:
            finished.append(event.slice_number)
            if len(finished) == 3:
                raise KeyError

    asked = request(["payments"], mask_at_source=True, workers=1)
    exporting = shop.exporting(contracts=CONTRACTS, masking=AtSource(KEY))
    with pytest.raises(KeyError):
        exporting.run(asked, stop)
    kept: list[int] = []
    report = exporting.run(
        asked, lambda event: kept.append(event.slice_number) if event.phase is Phase.KEPT else None
    )
    assert sorted(kept) == sorted(finished)
    assert report.rows == 1000


def test_a_key_that_must_not_be_written_down_is_no_boundary_between_slices(shop: Shop) -> None:
    """The plan lies on a disk and says where slices begin."""
    card_key = replace(CONTRACTS["payments"], columns=CONTRACTS["payments"].columns, key=("payment_id",))
    shop.run(
        *(
            statement.replace("BIGINT PRIMARY KEY", "BIGINT").replace(
                "VARCHAR(19)", "VARCHAR(19) NOT NULL UNIQUE"
            )
            for statement in PAYMENTS[:1]
        ),
        (
            "INSERT INTO payments (payment_id, card_number) VALUES (1, '4111111111111111'), (2, "
            "'5555555555554444'), (3, '378282246310005')"
        ),
    )
    shop.exporting(contracts={"payments": card_key}, masking=AtSource(KEY)).run(
        request(["payments"], mask_at_source=True, slice_rows=1)
    )
    assert shop.landed("payments").num_rows == 3
    manifest = shop.objects.read(ObjectRef("raw", "payments/dt=2026-01-01/run=r1/_manifest.json"))
    assert b'"slice_number": 1' not in manifest


def test_a_table_without_a_contract_cannot_be_masked(shop: Shop) -> None:
    """Nobody says which of its columns are sensitive."""
    shop.run("CREATE TABLE plain (id INT PRIMARY KEY)")
    with pytest.raises(ContractError, match="without a contract and a masking key"):
        shop.exporting(masking=AtSource(KEY)).run(request(["plain"], mask_at_source=True))
