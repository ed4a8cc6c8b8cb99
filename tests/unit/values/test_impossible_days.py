"""A day that no calendar has is refused with the reason why it is none."""

from __future__ import annotations

import pyarrow as pa
import pytest

from headgate.contracts.model import Column, ColumnType, Kind
from headgate.contracts.source_format import SourceFormat
from headgate.intake.rows.check_column import check_column
from headgate.local_files.check_file import any_key
from headgate.masking.card_columns import KnownCards

pytestmark = pytest.mark.unit


def reasons(texts: list[str], column: Column) -> dict[str, list[int]]:
    checked = check_column(column, pa.array(texts), KnownCards(any_key()))
    return {breach.reason: breach.rows.tolist() for breach in checked.breaches}


def test_the_month_and_its_days_are_named_and_other_texts_keep_their_reason() -> None:
    column = Column("ordered_on", ColumnType(Kind.DATE))
    assert reasons(["31.11.2026", "2026-10-01", "2026-02-29", "soon", "31.11.2025"], column) == {
        "Ordered on is an impossible day: February 2026 has 28 days. Correct the day or the month.": [2],
        "Ordered on is an impossible day: November has 30 days. Correct the day or the month.": [0, 4],
        "Ordered on is not a date. Write it as 2026-12-31.": [3],
    }


def test_the_order_of_day_and_month_is_that_of_the_declared_pattern() -> None:
    texts = ["11/31/2026 08:00"]
    written = SourceFormat(patterns=("M/d/yyyy HH:mm",))
    (reason,) = reasons(texts, Column("sent_at", ColumnType(Kind.TIMESTAMP), format=written))
    assert "November has 30 days" in reason
    (reason,) = reasons(texts, Column("sent_at", ColumnType(Kind.TIMESTAMP)))
    assert "impossible" not in reason  # there is no month 31


def test_a_year_of_two_digits_is_read_where_the_pattern_has_one() -> None:
    """`31.6.26` was to be written as 31.12.26, which it is."""
    written = SourceFormat(patterns=("d.M.yy",))
    texts = ["31.6.26", "29.2.27", "30.6.26", "morgen"]
    assert reasons(texts, Column("seen_on", ColumnType(Kind.DATE), format=written)) == {
        "Seen on is an impossible day: June has 30 days. Correct the day or the month.": [0],
        "Seen on is an impossible day: February 2027 has 28 days. Correct the day or the month.": [1],
        "Seen on is not a date. Write it as 31.12.26.": [3],
    }


def test_a_number_is_no_impossible_day() -> None:
    (reason,) = reasons(["31.11.2026"], Column("amount", ColumnType(Kind.DOUBLE)))
    assert "impossible" not in reason
