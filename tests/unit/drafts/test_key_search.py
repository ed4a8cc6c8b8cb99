"""The drafted key is the smallest set of columns that tells rows apart: ids before texts and dates, and never
a measure.
"""

from __future__ import annotations

import datetime as dt
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.drafts.draft_contract import draft_from_sample
from tests.examples import examples

pytestmark = pytest.mark.unit


def csv_of(names: str, *rows: tuple[object, ...]) -> bytes:
    return "\n".join([names, *(",".join(map(str, row)) for row in rows)]).encode() + b"\n"


def key_of(body: bytes) -> tuple[str, ...]:
    return draft_from_sample(body, "x", strict=False).contract.key


def day(at: int) -> dt.date:
    return dt.date(2020, 3, 1) + dt.timedelta(days=at)


def test_a_date_that_is_unique_is_the_key_and_no_count_beside_it() -> None:
    """New York City's cases by day: with the count in the key a restated day stayed beside the day that it
    corrects.
    """
    counts = csv_of(
        "date_of_interest,hospitalized_count,case_count",
        *((day(at), at * 7919 % 1009, at % 7) for at in range(60)),
    )
    assert key_of(counts) == ("date_of_interest",)


def test_a_count_that_is_unique_in_order_is_no_key() -> None:
    assert key_of(csv_of("shop,visit_count", *((f"s{at % 7}", at) for at in range(60)))) == ()


def test_where_only_a_measure_makes_rows_unique_the_draft_has_no_key_and_says_so() -> None:
    draft = draft_from_sample(
        csv_of("shop,visits", *((f"s{at % 7}", at * 7919 % 1009) for at in range(60))), "x"
    )
    assert draft.contract.key == ()
    assert any(
        "measures such as counts and amounts left out" in finding.message for finding in draft.findings
    )


def test_a_place_in_a_sequence_is_a_better_key_than_a_second_id() -> None:
    """GTFS: a trip that is a loop stops twice at one stop, so `stop_sequence` is the key although the sample
    has no loop.
    """
    stops = [(f"T{trip}", f"S{trip + at}", at) for trip in range(20) for at in range(1, 8)]
    assert key_of(csv_of("trip_id,stop_id,stop_sequence", *stops)) == ("trip_id", "stop_sequence")


def test_numbers_that_count_the_rows_of_each_id_are_part_of_the_key_under_any_name() -> None:
    assert key_of(csv_of("order_id,n,colour", *((f"O{at // 3}", at % 3 + 1, "red") for at in range(60)))) == (
        "order_id",
        "n",
    )


def test_a_year_is_no_measure() -> None:
    years = [
        (f"C{country}", 1990 + at, (country + at) * 7919 % 1009) for country in range(9) for at in range(9)
    ]
    assert key_of(csv_of("country_code,year,population", *years)) == ("country_code", "year")


def test_three_columns_are_the_key_where_no_two_are() -> None:
    rows = [(f"s{a}", f"p{b}", day(c), a * b) for a in range(4) for b in range(5) for c in range(6)]
    assert key_of(csv_of("store,product,sold_on,amount", *rows)) == ("store", "product", "sold_on")


def test_a_key_of_several_columns_in_few_rows_has_a_caveat() -> None:
    few, many = ([(f"s{at % 5}", day(at // 5), 1) for at in range(rows)] for rows in (20, 100))
    caveats = [
        [
            finding.column
            for finding in draft_from_sample(csv_of("a,b,c", *rows), "x").findings
            if "are few" in finding.message
        ]
        for rows in (few, many)
    ]
    assert caveats == [["a, b"], []]


def readings(rows: int = 300) -> list[tuple[object, ...]]:
    return [
        (f"fridge-{at % 3}", f"2020-03-01 {at // 36:02}:{at // 3 % 12 * 5:02}", at * 7919 % 1009)
        for at in range(rows)
    ]


def test_a_thing_and_its_time_are_the_key_although_a_few_rows_stand_in_the_way() -> None:
    rows = readings()
    rows[9] = (rows[9][0], "", 5)
    rows[20] = (*rows[17][:2], 77)
    draft = draft_from_sample(csv_of("sensor,measured_at,reading", *rows, rows[40]), "x", strict=False)
    assert draft.contract.key == ("sensor", "measured_at")
    notes = [finding.message.partition(". Name")[0] for finding in draft.findings if finding.decides]
    assert notes[:2] == [
        "is the key. 1 of 301 rows have no value in it (data row 10): they are quarantined",
        (
            "is the key. 1 of 301 rows has the key of another row, with other values (data row 21): "
            "one of them is kept, not always the later one"
        ),
    ]
    assert draft_from_sample(csv_of("sensor,measured_at,reading", *rows), "x").contract.key == ()


def test_a_thing_and_its_time_are_no_key_where_more_rows_stand_in_the_way() -> None:
    rows = readings()
    for at in range(0, 60, 3):
        rows[at] = (*rows[at + 90][:2], at)
    assert key_of(csv_of("sensor,measured_at,reading", *rows)) == ()


def test_rows_of_totals_hide_no_key_and_are_not_said_to_lack_it() -> None:
    rows = [(f"F{at % 5}", day(at // 5), f"{at + 1}.50") for at in range(40)]
    body = csv_of("filiale,datum,umsatz", *rows, ("Gesamt", "", "840.00"))
    draft = draft_from_sample(body, "x", strict=False)
    assert draft.contract.key == ("filiale", "datum")
    assert not [finding for finding in draft.findings if "have no value in it" in finding.message]


def test_two_texts_that_differ_in_nearly_all_rows_are_no_key() -> None:
    rows = [(f"{at % 17}a", f"{at % 19}b", f"{at}.5") for at in range(300)]
    assert key_of(csv_of("colour,size,weight", *rows, ("1a", "1b", "7.5"))) == ()


AMOUNTS = st.integers(-(2**63), 2**63 - 1)  # a wider number is a text, as long ids are


@examples(20)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5), AMOUNTS), min_size=1, max_size=40
    )
)
def test_the_rows_of_a_sample_differ_in_its_key_and_no_smaller_part_of_it(
    rows: list[tuple[int, ...]],
) -> None:
    body = csv_of("a,b,c,amount", *((f"a{a}", f"b{b}", f"c{c}", amount) for a, b, c, amount in rows))
    key = [("a", "b", "c", "amount").index(name) for name in draft_from_sample(body, "x").contract.key]
    different = len(set(rows)) if len(set(rows)) >= 0.9 * len(rows) else len(rows)
    assert not key or len({tuple(row[at] for at in key) for row in rows}) == different
    for left_out in key if len(key) > 1 else ():
        assert len({tuple(row[at] for at in key if at != left_out) for row in rows}) < different
    assert 3 not in key


DAYS = [f"{day(at):%Y%m%d}" for at in range(30)]


def column_of(body: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    column = draft_from_sample(body, "x").contract.column(name)
    return column.type.kind.value, column.format.patterns if column.format else ()


def test_days_written_as_numbers_are_dates() -> None:
    assert column_of(csv_of("d,x", *((text, 1) for text in DAYS)), "d") == ("date", ("yyyyMMdd",))
    assert column_of(csv_of("start_date,x", ("20230115", 1), ("20230115", 2)), "start_date") == (
        "date",
        ("yyyyMMdd",),
    )
    stored = io.BytesIO()
    pq.write_table(pa.table({"d": [*map(int, DAYS)]}), stored)
    assert column_of(stored.getvalue(), "d") == ("date", ("yyyyMMdd",))


@pytest.mark.parametrize(
    ("name", "texts"),
    [("trip_id", DAYS), ("d", [*DAYS, "20231301"]), ("d", ["20230115"]), ("d", ["18990101"] * 9)],
)
def test_ids_impossible_days_and_one_number_under_another_name_stay_numbers(
    name: str, texts: list[str]
) -> None:
    assert column_of(csv_of(f"{name},x", *((text, 1) for text in texts)), name)[0] == "bigint"
