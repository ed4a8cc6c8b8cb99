"""How columns are written: dates in unclear order are asked about, unless other dates of the file show it."""

from __future__ import annotations

import pyarrow as pa
import pytest

from headgate.contracts.model import Column, ColumnType, Kind
from headgate.contracts.source_format import SourceFormat
from headgate.uploads.column_readings import ColumnReadings, plain_facts

pytestmark = pytest.mark.unit

UNCLEAR = ["02/04/2010 10:30", "03/08/2010 18:52", "04/12/2010 17:21", "09/01/2010 08:00"]


def read(**columns: list[str | None]) -> ColumnReadings:
    return ColumnReadings.of({name: pa.array(texts, pa.string()) for name, texts in columns.items()})


def patterns_of(readings: ColumnReadings, column: str) -> list[list[str]]:
    return [facts["format"]["patterns"] for facts in readings.facts_of_orders()[column]]


def test_dates_of_the_first_twelve_days_have_both_orders() -> None:
    readings = read(changed=UNCLEAR)
    assert not readings.clear
    assert [patterns[0] for patterns in patterns_of(readings, "changed")] == [
        "dd/MM/yyyy HH:mm",
        "MM/dd/yyyy HH:mm",
    ]


def test_a_day_that_equals_its_month_shows_no_order() -> None:
    """Each of few dates is read alone, and 04/04/2010 has one reading."""
    readings = read(changed=[f"0{day}/04/2010 10:30" for day in range(1, 9)])
    assert len(patterns_of(readings, "changed")) == 2


def test_a_day_after_the_twelfth_in_another_column_shows_the_order() -> None:
    readings = read(changed=UNCLEAR, sold=["31/01/2010", "30/01/2010", "29/01/2010", "28/01/2010"])
    assert not readings.orders
    assert readings.clear["changed"].reading.format.patterns[0] == "dd/MM/yyyy HH:mm"


def test_days_with_another_sign_show_nothing_about_it() -> None:
    readings = read(changed=UNCLEAR, sold=["31.01.2010", "30.01.2010", "29.01.2010", "28.01.2010"])
    assert list(readings.orders) == ["changed"]


def test_words_among_unclear_dates_are_counted() -> None:
    readings = read(changed=[*UNCLEAR, *UNCLEAR[:2], "02/04/2011 10:30", "02/05/2010 10:30", "unknown"])
    assert [facts["others"] for facts in readings.facts_of_orders()["changed"]] == [1, 1]


def test_texts_and_clear_dates_are_not_asked_about() -> None:
    readings = read(name=["A 1", "B 2"], day=["2026-01-02", "2026-03-04"], mostly=["x", "y", "02/04/2010"])
    assert not readings.orders
    assert readings.clear["day"].reading.kind is Kind.DATE


def test_times_without_an_offset_are_local_unless_the_file_states_their_zone() -> None:
    readings = read(
        changed=UNCLEAR,
        sent=["2026-01-02 10:00:00"] * 4,
        paid=["2026-01-02T10:00:00Z"] * 4,
        stated=["2026-01-02 10:00:00"] * 4,
        day=["2026-01-02"] * 4,
    )
    assert readings.local_times({"stated": pa.timestamp("us", tz="UTC")}) == ("changed", "sent")


@pytest.mark.parametrize(
    ("texts", "declared", "is_plain"),
    [
        (["19.17", "8"], SourceFormat(decimal=","), True),
        (["19.17", "1.299"], SourceFormat(decimal=",", thousands="."), False),  # 1299 or 1.299
        (["8", "9"], SourceFormat(decimal=","), False),
        (["19,17", "8.50"], SourceFormat(decimal=","), False),
        (["19.17", "EUR"], SourceFormat(decimal=","), False),
    ],
)
def test_plain_numbers_are_offered_where_the_declared_format_reads_fewer(
    texts: list[str], declared: SourceFormat, *, is_plain: bool
) -> None:
    field = Column("price", ColumnType(Kind.DECIMAL, precision=12, scale=4), format=declared)
    assert bool(plain_facts(pa.array(texts), field)) is is_plain


def test_plain_words_are_offered_beside_declared_words() -> None:
    field = Column(
        "sold", ColumnType(Kind.BOOLEAN), format=SourceFormat(true_words=("ja",), false_words=("nein",))
    )
    assert plain_facts(pa.array(["true", "false"]), field)["format"] == {
        "trueWords": ["true"],
        "falseWords": ["false"],
    }
    assert not plain_facts(pa.array(["ja", "nein"]), field)


def test_a_day_in_a_column_of_times_may_mean_its_midnight() -> None:
    updated = Column("updated_at", ColumnType(Kind.TIMESTAMP))
    days = pa.array(["2026-11-01", "2026-11-02", "2026-11-03"])
    midnight = {"kind": "timestamp", "format": {"patterns": ["yyyy-MM-dd"]}, "others": 0}
    assert plain_facts(days, updated) == midnight
    assert plain_facts(pa.array(["2026-11-01 10:30:00", "2026-11-02 00:00:00"]), updated) == {}
    assert plain_facts(pa.array(["soon", "2026-11-02", "later"]), updated) == {}
