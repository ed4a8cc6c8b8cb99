"""A number with another unit than its column is refused, and the reason names both units."""

from __future__ import annotations

import pyarrow as pa
import pytest

from headgate.contracts.model import Column, ColumnType, Kind
from headgate.contracts.source_format import SourceFormat
from headgate.intake.rows.check_column import check_column
from headgate.local_files.check_file import any_key
from headgate.masking.card_columns import KnownCards

pytestmark = pytest.mark.unit

_WITHOUT_UNIT = "is in %, and the column has numbers without a unit"
AMOUNT = ColumnType(Kind.DECIMAL, precision=12, scale=2)


def reasons(texts: list[str], column: Column) -> dict[str, list[int]]:
    checked = check_column(column, pa.array(texts), KnownCards(any_key()))
    return {breach.reason: breach.rows.tolist() for breach in checked.breaches}


def test_grams_in_a_column_of_kilograms_are_refused_by_their_unit() -> None:
    column = Column("weight", AMOUNT, format=SourceFormat(units=("kg",)))
    plain = "is not a number with at most 10 digits before the decimal sign and 2 behind it"
    assert reasons(["12 kg", "12 g", "7.5 kg", "3", "heavy", "0.5g"], column) == {
        "Weight is in g, not in kg. Convert it to kg.": [1, 5],
        f"Weight {plain}. Write it as 1234.5.": [4],
    }


@pytest.mark.parametrize(
    ("unit", "declared", "text", "said"),
    [
        ("kg", None, "12 g", "Value is in g, not in kg. Convert it to kg."),
        ("EUR", None, "12.00 USD", "Value is in USD, not in EUR. Convert it to EUR."),
        ("", SourceFormat(percent="points"), "12 kg", "Value is in kg, not in %. Convert it to %."),
        (
            "",
            None,
            "15 %",
            f"Value {_WITHOUT_UNIT}. Convert it as the other values are written, without a unit.",
        ),
    ],
)
def test_the_reason_names_the_unit_of_the_value_and_of_the_column(
    unit: str, declared: SourceFormat | None, text: str, said: str
) -> None:
    assert list(reasons([text, text], Column("value", AMOUNT, unit=unit, format=declared))) == [said]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (Column("value", AMOUNT, unit="kg"), "12 kg"),  # its own unit: the reason says how to write a number
        (Column("value", AMOUNT, unit="share"), "15 %"),
        (Column("value", AMOUNT, format=SourceFormat(duration="h:mm:ss")), "12 min"),
        (Column("value", AMOUNT, unit="kg"), "soon"),
    ],
)
def test_a_value_of_no_other_unit_keeps_its_reason(column: Column, text: str) -> None:
    (reason,) = reasons([text], column)
    assert "is in" not in reason
