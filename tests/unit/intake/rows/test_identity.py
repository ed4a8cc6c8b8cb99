"""Data without a primary key: every row counts, or each different row counts once."""

from __future__ import annotations

from datetime import datetime

import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask
from headgate.intake.rows.check_rows import check_bytes
from headgate.lake.ports import MaskingKey

pytestmark = pytest.mark.unit

COLUMNS = (
    Column("station", ColumnType(Kind.STRING)),
    Column("celsius", ColumnType(Kind.DECIMAL, precision=6, scale=2)),
    Column("note", ColumnType(Kind.STRING), mask=Mask.FREE_TEXT),
)
BODY = (
    b"station,celsius,note\nn1,1.50,\nn1,1.5,\nn1,,x\nn1,,x\nn2,1.50,\nn1,1.50,card 4111111111111111\n"
    b"n1,1.50,card 5555555555554444\n"
)


def counts(**properties: object) -> tuple[int, int, int]:
    contract = Contract(
        "headgate.source.readings", "readings", "source", "1.0.0", COLUMNS, properties=properties
    )
    gated = check_bytes(
        BODY, contract, MaskingKey("k", b"k"), object_key="readings/a.csv", received_at=datetime(2026, 1, 1)
    )
    return gated.counts.received, gated.counts.accepted, gated.counts.duplicates


def test_without_a_key_every_row_is_accepted() -> None:
    assert counts() == (7, 7, 0)


def test_with_whole_row_identity_a_repeat_is_a_duplicate_also_when_spelled_otherwise_or_with_nulls() -> None:
    assert counts(**{"headgate.identity": "whole_row"}) == (7, 5, 2)
