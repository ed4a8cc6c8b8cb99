import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import Kind
from headgate.drafts.column_inference import guess_column
from headgate.profiling.infer import infer

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("texts", "kind", "form"),
    [
        (["1", "-20", "0"], "int", ""),
        (["1.50", "2", "-0.25"], "decimal", ""),
        (["1e5", "2.5"], "float", ""),
        (["yes", "No"], "bool", ""),
        (["2024-02-29", "2024-03-01"], "date", "yyyy-MM-dd"),
        (["31/12/2023", "01/02/2024"], "date", "dd/MM/yyyy"),
        (["12/31/2023", "01/02/2024"], "date", "MM/dd/yyyy"),
        (["01/02/2024"], "string", "dd/MM/yyyy or MM/dd/yyyy"),
        (["1.299"], "string", "1234.5 or 1.234"),
        (["no"], "string", ""),
        (["31.12.2023"], "date", "dd.MM.yyyy"),
        (["2024-01-01 10:00:00", "2024-01-01T10:00:00Z"], "timestamp", "ISO 8601"),
        (["007123", "008000"], "string", ""),
        (["NA", "EU"], "string", ""),
        ([None, ""], "", ""),
    ],
)
def test_a_column_is_of_the_most_specific_type_that_its_texts_spell(
    texts: list[str | None], kind: str, form: str
) -> None:
    reported = infer(pa.array(texts, pa.string()))
    assert (reported.type, reported.format, reported.invalid) == (kind, form, 0)


def test_some_dirt_is_invalid_and_does_not_make_numbers_into_texts() -> None:
    reported = infer(pa.array(["1"] * 19 + ["x"]))
    assert (reported.type, reported.invalid, reported.values.null_count) == ("int", 1, 1)


@pytest.mark.parametrize(
    ("most", "few", "kind", "form"),
    [
        ("5", "7.50", "decimal", ""),
        ("5", "1e3", "float", ""),
        ("0.5", "1.5e-7", "float", ""),
        ("01/02/2024", "12/31/2023", "date", "MM/dd/yyyy"),
    ],
)
def test_what_a_few_texts_say_of_the_type_is_heard_and_does_not_make_them_invalid(
    most: str, few: str, kind: str, form: str
) -> None:
    reported = infer(pa.array([most] * 19 + [few]))
    assert (reported.type, reported.format, reported.invalid, reported.values.null_count) == (
        kind,
        form,
        0,
        0,
    )


def test_ids_of_64_bits_are_whole_numbers_and_longer_ones_texts_but_none_is_rounded() -> None:
    reported = infer(pa.array(["1234567890123456789", "-8999999999999999999", "7"]))
    assert (reported.type, reported.values.to_pylist()) == (
        "int",
        [1234567890123456789, -8999999999999999999, 7],
    )
    assert infer(pa.array(["12345678901234567890", "12345678901234567891"])).type == "string"


def test_much_dirt_makes_a_text() -> None:
    reported = infer(pa.array(["1"] * 4 + ["x"]))
    assert (reported.type, reported.invalid) == ("string", 0)


def test_days_that_no_calendar_has_are_invalid() -> None:
    reported = infer(pa.array(["2023-02-29", "2023-02-28", "2023-04-31", "2024-02-29"]))
    assert reported.type == "date"
    assert reported.values.to_pylist() == [None, dt.date(2023, 2, 28), None, dt.date(2024, 2, 29)]
    assert reported.invalid == 2


def test_instants_with_a_zone_are_moved_to_utc() -> None:
    reported = infer(
        pa.array(["2024-01-01 10:00", "2024-01-01T10:00:00+02:00", "2024-01-01 00:00:00.123456789"])
    )
    day = dt.datetime(2024, 1, 1)
    assert reported.values.to_pylist() == [
        day.replace(hour=10),
        day.replace(hour=8),
        day.replace(microsecond=123456),
    ]


def test_words_for_nothing_are_values_that_are_suspected() -> None:
    reported = infer(pa.array(["a", "null", "N/A", "NA", None, " "]))
    assert (reported.missing, reported.suspected_missing) == (2, 2)


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (pa.array([1, None]), "int"),
        (pa.array([1.5]), "float"),
        (pa.array([dt.date(2024, 1, 1)]), "date"),
        (pa.array([[1, 2]]), "nested"),
    ],
)
def test_a_column_whose_file_says_its_type_is_believed(column: pa.Array, kind: str) -> None:
    reported = infer(column)
    assert (reported.type, reported.missing, reported.invalid) == (kind, column.null_count, 0)


@given(st.lists(st.one_of(st.none(), st.text(max_size=30)), max_size=40))
def test_whatever_is_in_a_column_every_row_is_a_value_missing_or_invalid(texts: list[str | None]) -> None:
    reported = infer(pa.array(texts, pa.string()))
    assert int(reported.texts.counts.sum()) + reported.missing == len(texts)
    assert 0 <= reported.invalid <= len(texts) - reported.missing


@given(st.lists(st.integers(-(10**17), 10**17), min_size=1, max_size=30))
def test_whole_numbers_are_read_exactly(numbers: list[int]) -> None:
    assert infer(pa.array([str(number) for number in numbers])).values.to_pylist() == numbers


@given(st.lists(st.dates(dt.date(1700, 1, 1), dt.date(2199, 12, 31)), min_size=1, max_size=30))
def test_days_are_read_exactly(days: list[dt.date]) -> None:
    assert infer(pa.array([day.isoformat() for day in days])).values.to_pylist() == days


@pytest.mark.parametrize(
    ("texts", "kind", "invalid"),
    [
        (["1.299,00 €", "5,00 €"], "decimal", 0),
        (["1,50"] * 19 + ["gratis"], "decimal", 1),
        (["ja", "nein", "ja"], "bool", 0),
        (["3. März 2026"], "date", 0),
        (["31.12.2026 10:00"], "timestamp", 0),
        (["1.299.000", "12.000"], "int", 0),
        (["5 €", "6 $"], "string", 0),
    ],
)
def test_a_profile_types_a_column_as_the_drafted_contract_does(
    texts: list[str], kind: str, invalid: int
) -> None:
    found = infer(pa.array(texts))
    assert (found.type, found.invalid) == (kind, invalid)


_DRAFTED_AS = {
    Kind.STRING: "string", Kind.BIGINT: "int", Kind.DECIMAL: "decimal", Kind.DOUBLE: "float",
    Kind.BOOLEAN: "bool", Kind.DATE: "date",
    Kind.TIMESTAMP: "timestamp",
}  # fmt: skip
_SPELLINGS = [
    "01/02/2024", "13/02/2024", "02/13/2024", "01-02-2024", "2024-02-01", "01.02.2024", "1.299", "1,299",
    "1,5", "12", "007", "80331", "no",
    "yes", "ja", "nein", "-", "n/a", "1e3", "19 %", "5 €", "2024-02-01 10:00", "4006381333931",
    "12345678901234567890", "gratis",
]  # fmt: skip


@given(
    st.sampled_from(["x", "plz", "artikelnummer", "datum"]),
    st.lists(st.sampled_from(_SPELLINGS), min_size=1, max_size=4),
)
def test_a_profile_and_a_draft_agree_about_every_column_that_a_draft_types(
    name: str, texts: list[str]
) -> None:
    """A draft leaves a column text where a few values prevent a type; a profile may count them as invalid."""
    drafted, profiled = guess_column(name, pa.array(texts)), infer(pa.array(texts), name)
    as_mostly = [_DRAFTED_AS[drafted.mostly.reading.kind]] if drafted.mostly and profiled.invalid else []
    assert profiled.type in [_DRAFTED_AS[drafted.type.kind], *as_mostly]
    assert bool(drafted.choices) is (profiled.type == "string" and profiled.format != "")


@pytest.mark.parametrize("name", ["plz", "zip", "phone", "artikelnummer"])
def test_a_column_named_for_codes_is_text_in_a_profile(name: str) -> None:
    assert infer(pa.array(["80331", "10115"]), name).type == "string"


def test_some_dirt_does_not_decide_in_which_order_dates_are_read() -> None:
    found = infer(pa.array(["01/02/2024"] * 19 + ["x"]))
    assert (found.type, found.format) == ("string", "dd/MM/yyyy or MM/dd/yyyy")


def test_values_in_a_source_format_are_read() -> None:
    assert infer(pa.array(["1.299,50 €", "-5,00 €", None])).values.to_pylist() == [
        Decimal("1299.50"),
        Decimal("-5.00"),
        None,
    ]


@pytest.mark.parametrize("word", ["k.A.", "n/a", " N/A ", "-"])
def test_a_word_for_no_value_is_missing_in_a_column_of_numbers(word: str) -> None:
    reported = infer(pa.array([*map(str, range(40)), word, ""]))
    assert (reported.type, reported.missing, reported.invalid) == ("int", 2, 0)


@pytest.mark.parametrize("offset", [" +0100", " +01:00", "+0100"])
def test_times_with_a_blank_before_the_offset_are_times_beside_some_dirt(offset: str) -> None:
    texts = [f"2026-03-01 10:15:{second:02d}{offset}" for second in range(60)]
    reported = infer(pa.array([*texts, "later"]), "start")
    assert (reported.type, reported.format, reported.invalid) == ("timestamp", "ISO 8601", 1)
    assert reported.values[0].as_py() == dt.datetime(2026, 3, 1, 9, 15)
