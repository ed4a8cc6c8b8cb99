"""A column gets a format only if one format reads every text.

Formats that read different values make it ambiguous.
"""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest

from headgate.contracts.model import Kind
from headgate.contracts.source_format import PLAIN, SourceFormat
from headgate.values import format_inference
from headgate.values.format_inference import Inferred, infer_format, is_read

pytestmark = pytest.mark.unit


def inferred(*texts: str) -> Inferred:
    """Return the formats that the texts may have."""
    return infer_format(pa.array(texts))


@pytest.mark.parametrize(
    ("texts", "kind", "declared"),
    [
        (["31.12.2026", "01.02.2026"], Kind.DATE, SourceFormat(patterns=("dd.MM.yyyy",))),
        (["1.2.2026", "31.12.2026"], Kind.DATE, SourceFormat(patterns=("d.M.yyyy",))),
        (["12/31/2026", "01/02/2026"], Kind.DATE, SourceFormat(patterns=("MM/dd/yyyy",))),
        (["2026/12/31"], Kind.DATE, SourceFormat(patterns=("yyyy/MM/dd",))),
        (
            ["3. März 2026", "31. Mai 2026"],
            Kind.DATE,
            SourceFormat(patterns=("d. MMMM yyyy",), language="de"),
        ),
        (["Mar 3, 2026"], Kind.DATE, SourceFormat(patterns=("MMM d, yyyy",))),
        (["31.12.2026 10:00"], Kind.TIMESTAMP, SourceFormat(patterns=("dd.MM.yyyy HH:mm",))),
        (["12/31/2026 1:00:00 PM"], Kind.TIMESTAMP, SourceFormat(patterns=("MM/dd/yyyy h:mm:ss a",))),
        (["12/31/2026", "31.12.2026"], Kind.DATE, SourceFormat(patterns=("MM/dd/yyyy", "dd.MM.yyyy"))),
        (
            ["2026-12-31", "31.12.2026", "1 Mai 2026"],
            Kind.DATE,
            SourceFormat(patterns=("dd.MM.yyyy", "d MMM yyyy"), language="de"),
        ),
        (["31.12.26", "01.02.2026"], Kind.DATE, SourceFormat(patterns=("dd.MM.yy", "dd.MM.yyyy"))),
        (
            ["2026-12-31 10:00:00", "31.12.2026 10:00"],
            Kind.TIMESTAMP,
            SourceFormat(patterns=("dd.MM.yyyy HH:mm",)),
        ),
        (["2026-12-31", "2026-01-02"], Kind.DATE, PLAIN),
        (["2026-12-31T10:00:00+02:00"], Kind.TIMESTAMP, PLAIN),
        (["1.299,00 €", "5,00 €"], Kind.DECIMAL, SourceFormat(decimal=",", thousands=".", currency=("€",))),
        (["$1,299.00", "$5.00"], Kind.DECIMAL, SourceFormat(thousands=",", currency=("$",))),
        (["1 299,50"], Kind.DECIMAL, SourceFormat(decimal=",", thousands=" ")),
        (["1'299.50"], Kind.DECIMAL, SourceFormat(thousands="'")),
        (["19 %", "7 %"], Kind.BIGINT, SourceFormat(percent="points")),
        (
            ["1.234,56-", "99,00", "0,10-"],
            Kind.DECIMAL,
            SourceFormat(decimal=",", thousands=".", minus="trailing"),
        ),
        (["12,50-", "1.250,00-"], Kind.DECIMAL, SourceFormat(decimal=",", thousands=".", minus="trailing")),
        (["5-", "12"], Kind.BIGINT, SourceFormat(minus="trailing")),
        (["12,50- €", "1,00 €"], Kind.DECIMAL, SourceFormat(decimal=",", currency=("€",), minus="trailing")),
        (
            ["($12.00)", "$1,250.50"],
            Kind.DECIMAL,
            SourceFormat(thousands=",", currency=("$",), minus="parentheses"),
        ),
        (["(12.00)", "7.50"], Kind.DECIMAL, SourceFormat(minus="parentheses")),
        (["3,5 kg", "12 kg"], Kind.DECIMAL, SourceFormat(decimal=",", units=("kg",))),
        (["Ja", "nein"], Kind.BOOLEAN, SourceFormat(true_words=("ja",), false_words=("nein",))),
        (["igen", "nem"], Kind.BOOLEAN, SourceFormat(true_words=("igen",), false_words=("nem",))),
        (["Có", "Không"], Kind.BOOLEAN, SourceFormat(true_words=("có",), false_words=("không",))),
        (["-", "1,5", "2,5", "3"], Kind.DECIMAL, SourceFormat(decimal=",", nulls=("-",))),
        ([" 12", "13"], Kind.BIGINT, SourceFormat(trim=True)),
        (["1e3", "2.5"], Kind.DOUBLE, PLAIN),
    ],
)
def test_one_format_that_reads_every_text_is_found(
    texts: list[str], kind: Kind, declared: SourceFormat
) -> None:
    found = inferred(*texts)
    assert [(one.kind, one.format) for one in found.readings] == [(kind, declared)]


@pytest.mark.parametrize(
    ("texts", "answers"),
    [
        (["03/04/2026", "05/06/2026"], {("dd/MM/yyyy",), ("MM/dd/yyyy",)}),
        (["31/12/26"], {("dd/MM/yy",), ("yy/MM/dd",)}),
        (["03/04/2026", "31.12.2026"], {("dd/MM/yyyy", "dd.MM.yyyy"), ("MM/dd/yyyy", "dd.MM.yyyy")}),
    ],
)
def test_dates_that_two_orders_read_are_ambiguous(texts: list[str], answers: set[tuple[str, ...]]) -> None:
    found = inferred(*texts)
    assert found.is_ambiguous
    assert {one.format.patterns for one in found.readings} == answers


@pytest.mark.parametrize("text", ["1.299", "1,299", "1.299 €", "12,345"])
def test_three_digits_behind_one_separator_are_ambiguous(text: str) -> None:
    assert inferred(text).is_ambiguous


@pytest.mark.parametrize(
    "texts",
    [
        ["gratis", "1,50"], ["5 €", "6 $"], ["29.02.2025"], ["123 456 789", "123 456 780"], ["007", "8"],
        ["ja"], ["10.0.0.1"],
        ["+49 351 1"], ["NA", "1"], ["12/31/2026", "31.12.2026 10:00"], ["4111 1111 1111 1111"], ["a", "b"],
        ["5 kg", "6"],
        ["(1)", "(2)"], ["1-", "2-"], ["(1.1)", "(1.2)"], ["1-", "(2)", "3"], ["-1-", "2"], ["(-1)", "2"],
        ["1-2", "3"], ["(1", "2"],
    ],
)  # fmt: skip
def test_everything_else_stays_text(texts: list[str]) -> None:
    assert inferred(*texts).readings == ()


def test_a_shape_beyond_the_first_texts_that_no_pattern_reads_keeps_the_column_text() -> None:
    days = [f"{day:02d}.{month:02d}.2026" for month in range(1, 9) for day in range(1, 21)]
    assert inferred("12/31/2026", *days, "room 7", "7 b 8").readings == ()


def test_words_for_yes_and_no_beside_their_first_letters_are_one_kind() -> None:
    """Of a sheet of inspections that several people fill in."""
    (reading,) = inferred("yes", "no", "Y", "n").readings
    assert (reading.kind, reading.format.true_words, reading.format.false_words) == (
        Kind.BOOLEAN,
        ("yes", "y"),
        ("no", "n"),
    )
    (reading,) = inferred("Ja", "nein", "n").readings
    assert (reading.format.true_words, reading.format.false_words) == (("ja",), ("nein", "n"))
    (reading,) = inferred("TRUE", "false", "t").readings
    assert (reading.format.true_words, reading.format.false_words) == (("true", "t"), ("false",))
    assert inferred("yes", "no", "m").readings == ()
    assert inferred("on", "off", "o").readings == ()


@pytest.mark.parametrize(
    "written",
    [
        "2026.11.{:02}.", "2026.11.{:02}", "2026.1.{}.", "2026. 11. {:02}.", "2026. 11. {:02}",
        "2026年11月{}日", "2026년 11월 {}일", "{}. 11. 2026", "{:02}.11.2026.", "{}-Nov-2026", "{}/nov/2026",
        "{}.Nov.2026", "2026-Nov-{:02}", "2026/11/{:02}",
    ],
)  # fmt: skip
def test_each_national_form_of_a_day_is_a_day(written: str) -> None:
    """Hungary, Korea, China, Japan, Slovakia, Croatia, and programs that write names of months."""
    inferred = infer_format(pa.array([written.format(number) for number in (9, 19, 23)]))
    (reading,) = inferred.readings
    assert reading.kind is Kind.DATE
    assert is_read(pa.array([written.format(19)]), reading).all()


def test_the_console_has_the_same_words_for_yes_and_no() -> None:
    source = Path(__file__).parents[3] / "console/src/features/import/truth-words.ts"
    text = source.read_text(encoding="utf-8")
    words = {*re.findall(r"[^\s'()+]+", text)}
    assert {word for pair in format_inference._WORD_PAIRS for word in pair} - {"x", "-", "w"} <= words
