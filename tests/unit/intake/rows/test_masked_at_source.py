"""Masked where they come from, rows arrive as if the gate had masked them.

And nothing that is not sealed passes for masked.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.aws.in_memory_ports import MemoryLedger, MemoryObjects
from headgate.contracts.model import Column, ColumnType, Comparison, Contract, Kind, Mask, Rule
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.process_file import FileProcessor
from headgate.intake.rows.check_rows import CheckedRows, check_bytes
from headgate.intake.rows.masked_at_source import VERDICTS, AtSource, claims_to_be_masked, masked_form, seal
from headgate.lake.keys import RUN_MANIFEST, ExportKey
from headgate.lake.ports import FileRecord, MaskingKey, ObjectRef
from headgate.lake.states import FileState
from headgate.quality.leaks import leaks_in_rows
from tests.examples import examples

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

KEY = MaskingKey("k1", b"0" * 32)
AT = datetime(2026, 1, 2)
TEXT = ColumnType(Kind.STRING)
PAYMENTS = Contract(
    id="headgate.source.payments",
    dataset="payments",
    zone="source",
    version="1.0.0",
    columns=(
        Column("id", ColumnType(Kind.BIGINT), required=True, rules=(Rule("minimum", 1),)),
        Column("reference", TEXT, rules=(Rule("max_length", 30),)),
        Column("card_number", TEXT, required=True, mask=Mask.PAN, rules=(Rule("required"),)),
        Column("other_card", TEXT, mask=Mask.PAN),
        Column("cvv", TEXT, mask=Mask.CVV, rules=(Rule("pattern", "^[0-9]{3,4}$"),)),
        Column("ssn", TEXT, mask=Mask.SSN),
        Column("notes", TEXT, mask=Mask.FREE_TEXT, rules=(Rule("max_length", 40),)),
        Column("amount", ColumnType(Kind.DECIMAL, precision=12, scale=2)),
        Column("updated_at", ColumnType(Kind.TIMESTAMP)),
    ),
    key=("id",),
    order_by=("updated_at",),
    comparisons=(
        Comparison("two_cards", "card_number", "!=", "other_card"),
        Comparison("not_free", "amount", ">", value="0"),
    ),
)
PANS = ("4111111111111111", "5555555555554444", "378282246310005", "6011111111111117")
CARDS = st.sampled_from(
    [*PANS, "4111-1111-1111-1111", " 4111111111111111", "4111111111111112", "4.11E+15", "", "NA", "123"]
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.one_of(st.none(), st.integers(0, 9)),
            "reference": st.sampled_from(
                [None, "", "NA", "R-1", f"paid by {PANS[0]}", "078-05-1120", "cvv 917", "x" * 31]
            ),
            "card_number": st.one_of(st.none(), CARDS),
            "other_card": st.one_of(st.none(), CARDS),
            "cvv": st.sampled_from([None, "917", "12345", ""]),
            "ssn": st.sampled_from([None, "078-05-1120", "078051120", "no", ""]),
            "notes": st.sampled_from(
                [
                    None,
                    "",
                    "call",
                    f"card {PANS[1]} cvv 917",
                    "ssn 078-05-1120",
                    "y" * 41,
                    f"{PANS[2]} {'z' * 20}",
                ]
            ),
            "amount": st.one_of(st.none(), st.decimals(-9, 9, places=2)),
            # A fraction of a second that any time may have could spell the code.
            "updated_at": st.one_of(
                st.none(),
                st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 2)).map(
                    lambda at: at.replace(microsecond=250_000)
                ),
            ),
        }
    ),
    min_size=1,
    max_size=12,
)
SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        *[(name, pa.string()) for name in ("reference", "card_number", "other_card", "cvv", "ssn", "notes")],
        ("amount", pa.decimal128(12, 2)),
        ("updated_at", pa.timestamp("us")),
    ]
)


def batch(rows: list[dict[str, Any]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(rows, SCHEMA)


def parquet(rows: pa.RecordBatch) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_batches([rows]), out)
    return out.getvalue()


def gated(rows: pa.RecordBatch, contract: Contract) -> CheckedRows:
    return check_bytes(
        parquet(rows), contract, KEY, object_key="payments/x.parquet", received_at=AT, content_sha256="same"
    )


def masked(rows: list[dict[str, Any]]) -> pa.RecordBatch:
    return AtSource(KEY).mask(PAYMENTS, batch(rows))[0]


@pytest.mark.parametrize(
    "differs", [("card_number", PANS[0], PANS[2]), ("notes", f"card {PANS[1]}", "card [PAN none")]
)
def test_of_rows_that_only_what_is_masked_tells_apart_the_same_one_is_kept(
    differs: tuple[str, str, str],
) -> None:
    name, *values = differs
    rows = [dict.fromkeys(SCHEMA.names) | {"id": 1, "card_number": PANS[3], name: value} for value in values]
    for each in (rows, rows[::-1]):
        usual, early = gated(batch(each), PAYMENTS), gated(masked(each), masked_form(PAYMENTS, "k1"))
        assert early.accepted.to_pylist() == usual.accepted.to_pylist()
        assert usual.accepted.num_rows == 1


def test_the_same_one_of_tied_rows_is_kept_under_every_masking_key() -> None:
    """A rotated key judges originals again; tokens of the same cards then sort differently."""
    rows = [
        dict.fromkeys(SCHEMA.names) | {"id": 1 + number // 2, "card_number": PANS[number % 4]}
        for number in range(40)
    ]
    kept = []
    for number in range(8):
        key = MaskingKey(f"k{number}", bytes([number]) * 32)
        passed = check_bytes(
            parquet(batch(rows)), PAYMENTS, key, object_key="payments/x.parquet", received_at=AT
        )
        kept.append(passed.accepted["_source_row"].to_pylist())
    assert kept == [kept[0]] * 8
    assert len(kept[0]) == 20


@examples(20)
@given(ROWS)
def test_the_lake_is_the_same_whether_rows_are_masked_at_the_source_or_at_the_gate(
    rows: list[dict[str, Any]],
) -> None:
    usual, early = gated(batch(rows), PAYMENTS), gated(masked(rows), masked_form(PAYMENTS, "k1"))
    assert early.accepted.to_pylist() == usual.accepted.to_pylist()
    assert early.accepted.schema.names == usual.accepted.schema.names
    refused = [
        {row["source_row"] for row in each.quarantine_rows.to_pylist() if row["disposition"] == "refused"}
        for each in (early, usual)
    ]
    assert refused[0] == refused[1]


@examples(25)
@given(ROWS)
def test_nothing_sensitive_is_in_what_was_masked(rows: list[dict[str, Any]]) -> None:
    reported = masked(rows)
    assert {"card_number", "other_card", "cvv", "ssn"}.isdisjoint(reported.schema.names)
    texts = [
        str(value)
        for name in reported.schema.names
        if "token" not in name
        for value in reported.column(name).to_pylist()
    ]
    assert not [
        text for text in texts if any(pan in text for pan in PANS) or "078-05-1120" in text or "917" in text
    ]


def test_each_reason_is_still_reported() -> None:
    rows = [
        {"id": 1, "card_number": "4111111111111112", "amount": 1, "updated_at": AT},
        {"id": 2, "card_number": None, "amount": 1, "updated_at": AT},
        {"id": 3, "card_number": PANS[0], "other_card": PANS[0], "amount": 1, "updated_at": AT},
        {"id": 4, "card_number": PANS[0], "reference": f"for {PANS[1]}", "amount": 1, "updated_at": AT},
        {"id": 5, "card_number": PANS[0], "amount": -1, "updated_at": AT},
    ]
    aside = gated(masked(rows), masked_form(PAYMENTS, "k1")).quarantine_rows.to_pylist()
    assert [row["rule"] for row in aside] == [
        "card_number",
        "required",
        "two_cards",
        "undeclared_card_number",
        "not_free",
    ]
    assert PANS[1] not in json.dumps(aside, default=str)


def test_rows_that_something_was_taken_out_of_are_named_for_the_certificate() -> None:
    _, withheld = AtSource(KEY).mask(
        PAYMENTS, batch([{"reference": f"for {PANS[1]}"}, {"reference": "R-1", "card_number": PANS[0]}])
    )
    assert withheld.to_pylist() == [True, False]


def test_a_column_that_no_contract_knows_is_searched_too() -> None:
    rows = pa.RecordBatch.from_pydict({"id": [1, 2], "extra": ["fine", f"has {PANS[0]}"]})
    found, withheld = AtSource(KEY).mask(PAYMENTS, rows)
    assert found.column("extra").to_pylist() == ["fine", "has [PAN ****1111]"]
    assert withheld.to_pylist() == [False, True]


PART = ExportKey("payments", date(2026, 1, 2), "r1", "part-00000.parquet")
GOOD = [{"id": 1, "card_number": PANS[0], "amount": 1, "updated_at": AT}]


def sent(body: bytes, sealed: str) -> tuple[FileRecord, MemoryObjects]:
    """Return the outcome of a part whose manifest has that seal."""
    objects = MemoryObjects()
    manifest = {"files": [{"name": PART.name, "seal": sealed}]}
    objects.write(ObjectRef("raw", replace(PART, name=RUN_MANIFEST).path()), json.dumps(manifest).encode())
    objects.write(ObjectRef("raw", PART.path()), body)
    ports = GatePorts(objects, MemoryLedger(), "curated", "quarantine", lambda: AT, 300)
    return FileProcessor(ports, GateRules({"payments": PAYMENTS}, lambda: KEY)).process(
        ObjectRef("raw", PART.path())
    ), objects


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def test_a_sealed_file_is_accepted() -> None:
    body = parquet(masked(GOOD))
    record, _ = sent(body, seal(KEY, sha256(body)))
    assert (record.state, record.accepted) == (FileState.DONE, 1)


def test_a_file_that_only_says_that_it_is_masked_is_refused() -> None:
    body = parquet(masked(GOOD))
    for forged in ("", seal(MaskingKey("k1", b"1" * 32), sha256(body)), seal(KEY, sha256(body + b" "))):
        record, objects = sent(body, forged)
        assert (record.state, record.error["rule"]) == (FileState.REJECTED, "unsealed")
        assert not objects.contents("curated")


def test_a_card_number_in_a_masked_column_is_refused_even_under_a_seal() -> None:
    """Whoever holds the key may err."""
    rows = masked([GOOD[0], {**GOOD[0], "id": 2}]).to_pylist()
    wrong = [{**rows[0], "card_token": PANS[0]}, {**rows[1], "card_last4": PANS[1]}]
    schema = masked(GOOD).schema
    body = parquet(pa.RecordBatch.from_pylist(wrong, schema))
    record, objects = sent(body, seal(KEY, sha256(body)))
    assert (record.accepted, record.quarantined, dict(record.reasons)) == (0, 2, {"pattern": 2})
    (aside,) = objects.contents("quarantine").values()
    assert not leaks_in_rows(pq.read_table(io.BytesIO(aside)))[1]


def test_a_file_that_does_not_say_so_is_taken_as_it_is(tmp_path: Path) -> None:
    """Its columns are not those of the contract."""
    body = parquet(masked(GOOD).replace_schema_metadata(None))
    record, _ = sent(body, seal(KEY, sha256(body)))
    assert record.state == FileState.REJECTED
    (tmp_path / "a").write_bytes(b"PAR1 but no more")
    assert not claims_to_be_masked(tmp_path / "a")


def test_verdicts_never_reach_curated() -> None:
    assert VERDICTS not in gated(masked(GOOD), masked_form(PAYMENTS, "k1")).accepted.column_names
