"""A file in the formats that its contract declares goes through the gate as it is.

Quarantine holds the original texts.
"""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.contracts import odcs_reader
from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import HeaderError
from headgate.formats.json.read_json import read_json_lines
from headgate.intake.rows.check_rows import CheckedRows, check_bytes
from headgate.lake.ports import MaskingKey

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

FORMATS = {
    "patterns": ["dd.MM.yyyy"],
    "decimal": ",",
    "thousands": ".",
    "currency": ["€"],
    "trueWords": ["ja"],
    "falseWords": ["nein"],
    "nulls": ["-"],
}
COLUMNS = {"plz": "TEXT", "bestellt": "DATE", "preis": "DECIMAL(12,2)", "lieferbar": "BOOLEAN"}
CONTRACT = odcs_reader.parse(
    {
        "apiVersion": "v3.1.0", "kind": "DataContract", "id": "headgate.source.raeder", "version": "1",
        "schema": [{
            "name": "raeder",
            "customProperties": [{"property": "headgate.format", "value": FORMATS}],
            "properties": [
                {"name": "nummer", "physicalType": "BIGINT", "primaryKey": True},
                *({"name": name, "physicalType": physical} for name, physical in COLUMNS.items()),
            ],
        }],
    },
    "source",
)  # fmt: skip
GERMAN = (
    "nummer;plz;bestellt;preis;lieferbar\n"
    "1;01067;31.12.2026;1.299,00 €;ja\n"
    "2;80331;29.02.2026;89,90 €;nein\n"
    "3;50667;01.02.2026;gratis;ja\n"
    "4;-;-;-;-\n"
    "4;-;-;-;-\n"
    "5;Müln;05.06.2026;5,50 €;NEIN\n"
)


def gated(body: bytes) -> CheckedRows:
    """The file, through the gate."""
    return check_bytes(
        body,
        CONTRACT,
        MaskingKey("k", b"s" * 32),
        object_key="raeder/a.csv",
        received_at=datetime(2026, 1, 1),
    )


def rows(found: CheckedRows) -> list[dict[str, Any]]:
    """The accepted rows without their lineage."""
    names = [name for name in found.accepted.column_names if not name.startswith("_")]
    return found.accepted.select(names).to_pylist()


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
def test_a_german_file_goes_through_as_it_is(encoding: str) -> None:
    assert rows(gated(GERMAN.encode(encoding))) == [
        {
            "nummer": 1,
            "plz": "01067",
            "bestellt": date(2026, 12, 31),
            "preis": Decimal("1299.00"),
            "lieferbar": True,
        },
        {"nummer": 4, "plz": None, "bestellt": None, "preis": None, "lieferbar": None},
        {
            "nummer": 5,
            "plz": "Müln",
            "bestellt": date(2026, 6, 5),
            "preis": Decimal("5.50"),
            "lieferbar": False,
        },
    ]


def test_quarantine_holds_the_original_texts() -> None:
    aside = gated(GERMAN.encode()).quarantine_rows.to_pylist()
    assert [(row["source_row"], row["rule"], row["masked_value"]) for row in aside] == [
        (2, "type", "29.02.2026"), (3, "type", "gratis"), (5, "duplicate_row", None),
    ]  # fmt: skip
    assert json.loads(aside[0]["record"])["preis"] == "89,90 €"
    assert json.loads(aside[2]["record"])["bestellt"] == "-"


def test_a_null_spelling_breaks_required_and_is_shown() -> None:
    found = gated(
        b"nummer;plz;bestellt;preis;lieferbar\n-;1;31.12.2026;1,00;ja\n"
    ).quarantine_rows.to_pylist()
    assert [(row["rule"], row["masked_value"]) for row in found] == [("required", "-")]


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LINKS = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def workbook(*rows: list[Any]) -> bytes:
    """A workbook of one sheet; dates, numbers and truth values are typed cells."""
    lines = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {MAIN} {LINKS}><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="r1" Target="worksheets/s.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/styles.xml",
            f'<styleSheet {MAIN}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
        )
        archive.writestr(
            "xl/worksheets/s.xml", f"<worksheet {MAIN}><sheetData>{lines}</sheetData></worksheet>"
        )
    return out.getvalue()


def cell(value: object) -> str:
    """One cell; days are numbers with the style of a day, counted from 1899-12-30."""
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, date):
        return f'<c s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    return (
        f"<c><v>{value}</v></c>"
        if isinstance(value, int | float)
        else f'<c t="inlineStr"><is><t>{value}</t></is></c>'
    )


HEADER = ["nummer", "plz", "bestellt", "preis", "lieferbar"]
RECORDS = [
    dict(zip(HEADER, row, strict=True))
    for row in (
        [1, "01067", "31.12.2026", 1299.5, True],
        [2, "80331", "2026-12-31", "1.299,50 €", "ja"],
        [3, "50667", None, 1.299, "nein"],
    )
]
TYPED = {
    "xlsx": workbook(
        HEADER,
        [1, "01067", date(2026, 12, 31), 1299.5, True],
        [2, "80331", "31.12.2026", "1.299,50 €", "ja"],
        [3, "50667", None, 1.299, "nein"],
    ),
    "json": json.dumps(RECORDS).encode(),
    "json_lines": b"".join(json.dumps(record).encode() + b"\n" for record in RECORDS),
}


@pytest.mark.parametrize("form", TYPED)
def test_typed_cells_and_texts_of_one_contract_have_the_same_values(form: str) -> None:
    found = gated(TYPED[form])
    wanted = {"bestellt": date(2026, 12, 31), "preis": Decimal("1299.50"), "lieferbar": True}
    assert rows(found) == [{"nummer": 1, "plz": "01067", **wanted}, {"nummer": 2, "plz": "80331", **wanted}]
    assert [
        (row["rule"], row["column_name"], row["masked_value"]) for row in found.quarantine_rows.to_pylist()
    ] == [("type", "preis", "1,299")]


def test_streamed_json_lines_are_read_as_those_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(TYPED["json_lines"])
    source = read_json_lines(path, CONTRACT, tmp_path / "shelf")
    assert source is not None
    (batch,) = source.batches()
    assert batch.cells["preis"].to_pylist() == ["1299,5", "1.299,50 €", "1,299"]
    assert batch.cells["lieferbar"].to_pylist() == ["ja", "ja", "nein"]


def test_parquet_columns_of_one_contract_have_the_same_values() -> None:
    stored = {
        "nummer": [1],
        "plz": ["01067"],
        "bestellt": [date(2026, 12, 31)],
        "preis": [Decimal("1299.50")],
        "lieferbar": [True],
    }
    out = io.BytesIO()
    pq.write_table(pa.table(stored), out)
    assert rows(gated(out.getvalue())) == [{name: values[0] for name, values in stored.items()}]


NESTED = [
    {
        "id": 1,
        "kunde": {"name": "Müller", "ort": {"plz": "01067", "stadt": "Dresden"}},
        "preis": "1.299,00 €",
    },
    {"id": 2, "kunde": None, "preis": "89,90 €"},
    {"id": 3, "kunde": {"name": "Groß", "ort": None}, "preis": "5,00 €"},
]


@pytest.mark.parametrize(
    "body", [json.dumps(NESTED).encode(), b"".join(json.dumps(one).encode() + b"\n" for one in NESTED)]
)
def test_nested_json_is_drafted_and_read_under_joined_names(body: bytes) -> None:
    contract = draft_from_sample(body, "kunden").contract
    assert contract.names == ("id", "kunde_name", "kunde_ort_plz", "kunde_ort_stadt", "preis")
    found = check_bytes(
        body,
        contract,
        MaskingKey("k", b"s" * 32),
        object_key="kunden/a.json",
        received_at=datetime(2026, 1, 1),
    )
    assert found.accepted.column("kunde_ort_stadt").to_pylist() == ["Dresden", None, None]
    assert found.accepted.column("preis").to_pylist() == [
        Decimal("1299.00"),
        Decimal("89.90"),
        Decimal("5.00"),
    ]


def test_two_values_of_one_joined_name_reject_a_nested_file() -> None:
    body = json.dumps([{"id": 1, "kunde": {"name": "a"}, "kunde_name": "b"}]).encode()
    with pytest.raises(HeaderError, match="two values for a name"):
        draft_from_sample(body, "kunden")


def test_a_local_time_that_a_change_of_clocks_skips_is_refused_with_the_zone_and_the_cause() -> None:
    times = {"logicalTypeOptions": {"defaultTimezone": "Europe/Berlin"}, "logicalType": "timestamp"}
    contract = odcs_reader.parse(
        {
            "apiVersion": "v3.1.0", "kind": "DataContract", "id": "headgate.source.fahrten", "version": "1",
            "schema": [{
                "name": "fahrten",
                "properties": [
                    {"name": "nummer", "physicalType": "BIGINT", "primaryKey": True},
                    {"name": "beginn", "physicalType": "TIMESTAMP", **times},
                ],
            }],
        },
        "source",
    )  # fmt: skip
    sent = b"nummer,beginn\n1,2026-03-29 02:30:00\n2,2026-03-29 03:30:00\n"
    checked = check_bytes(
        sent,
        contract,
        MaskingKey("k", b"s" * 32),
        object_key="fahrten/a.csv",
        received_at=datetime(2026, 4, 1),
    )
    assert checked.counts.accepted == 1
    (refused,) = checked.quarantine_rows.to_pylist()
    assert "in local time of Europe/Berlin; a time that a change of clocks skips" in refused["reason"]
