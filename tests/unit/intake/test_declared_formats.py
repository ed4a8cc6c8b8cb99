"""A file in the formats that its contract declares goes through the gate as it is; quarantine holds the original texts."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from headgate.contracts import odcs
from headgate.intake.gate import Gated, pass_gate
from headgate.lake.ports import MaskingKey

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
CONTRACT = odcs.parse(
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


def gated(body: bytes) -> Gated:
    """The file, through the gate."""
    return pass_gate(body, CONTRACT, MaskingKey("k", b"s" * 32), object_key="raeder/a.csv", received_at=datetime(2026, 1, 1))


def rows(found: Gated) -> list[dict[str, Any]]:
    """The accepted rows without their lineage."""
    names = [name for name in found.accepted.column_names if not name.startswith("_")]
    return found.accepted.select(names).to_pylist()


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
def test_a_german_file_goes_through_as_it_is(encoding: str) -> None:
    assert rows(gated(GERMAN.encode(encoding))) == [
        {"nummer": 1, "plz": "01067", "bestellt": date(2026, 12, 31), "preis": Decimal("1299.00"), "lieferbar": True},
        {"nummer": 4, "plz": None, "bestellt": None, "preis": None, "lieferbar": None},
        {"nummer": 5, "plz": "Müln", "bestellt": date(2026, 6, 5), "preis": Decimal("5.50"), "lieferbar": False},
    ]


def test_quarantine_holds_the_original_texts() -> None:
    aside = gated(GERMAN.encode()).set_aside.to_pylist()
    assert [(row["source_row"], row["rule"], row["masked_value"]) for row in aside] == [
        (2, "type", "29.02.2026"), (3, "type", "gratis"), (5, "duplicate_row", None),
    ]  # fmt: skip
    assert json.loads(aside[0]["record"])["preis"] == "89,90 €"
    assert json.loads(aside[2]["record"])["bestellt"] == "-"


def test_a_null_spelling_breaks_required_and_is_shown() -> None:
    found = gated(b"nummer;plz;bestellt;preis;lieferbar\n-;1;31.12.2026;1,00;ja\n").set_aside.to_pylist()
    assert [(row["rule"], row["masked_value"]) for row in found] == [("required", "-")]
