"""Texts of fixed width: columns by widths, by a ruler, by blanks; and no CSV file is taken for one."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.difference import differences
from headgate.contracts.file_form import stated_widths
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import ContractError, HeaderError
from headgate.formats.fixed_width import read_fixed_width
from headgate.formats.format_list import format_of
from headgate.formats.format_name import FormatName
from headgate.formats.read_table import read_table
from tests.examples import examples

pytestmark = pytest.mark.unit

NAMES = ("customer", "day", "cds", "amount")
SALES = Contract(
    "headgate.source.sales",
    "sales",
    "source",
    "1.0.0",
    tuple(Column(name, ColumnType(Kind.STRING)) for name in NAMES),
    properties={"headgate.header": "none"},
)
# The form of CDNOW_master.txt, Fader & Hardie.
CDNOW = (
    b" 00001 19970101  1   11.77\r\n"
    b" 00002 19970112  1   12.00\r\n"
    b" 00002 19970112  5   77.00\r\n"
    b" 00003 19970102 12  120.76\r\n"
)


def cells_of(content: bytes, contract: Contract = SALES) -> list[tuple[str | None, ...]]:
    cells = read_fixed_width(content, contract).cells
    return list(zip(*(cells[name].to_pylist() for name in contract.names), strict=True))


def test_columns_are_parted_by_characters_that_are_blank_in_every_line() -> None:
    assert format_of(CDNOW).name == FormatName.FIXED_WIDTH
    assert cells_of(CDNOW)[0] == ("00001", "19970101", "1", "11.77")
    read = read_fixed_width(CDNOW, SALES)
    assert (read.written_as["format"], "delimiter" in read.written_as) == ("fixed_width", False)
    assert read.starts.tolist() == [0, 28, 56, 84]


@pytest.mark.parametrize("amounts", [("3.661,48", "120,00-", "0,05"), ("3,661.48", "1,120.00-", "4,000.05")])
def test_commas_of_amounts_part_no_cells(amounts: tuple[str, ...]) -> None:
    content = "".join(f"{n:05d}  Köln   {amount:>10}  2026020{n}\n" for n, amount in enumerate(amounts))
    assert format_of(content.encode()).name == FormatName.FIXED_WIDTH
    assert [row[2] for row in cells_of(content.encode())] == [*amounts]


def test_stated_widths_part_columns_without_blanks_between_them() -> None:
    contract = replace(SALES, properties={**SALES.properties, "headgate.widths": [5, 8, 2, 8]})
    content = b"0000119970101 1   11.77\n00002199701121   \n0000319970102 5   77.00 beyond\n"
    assert format_of(content, contract).name == FormatName.FIXED_WIDTH
    read = read_fixed_width(content, contract)
    assert cells_of(content, contract) == [
        ("00001", "19970101", "1", "11.77"),
        ("00002", "19970112", "1", None),
    ]
    assert read.ragged.source_rows.tolist() == [3]


@pytest.mark.parametrize("widths", ["5,8", [5], [5, 0], [5, True], [5, "8"]])
def test_widths_that_are_none_are_an_error_of_the_contract(widths: object) -> None:
    with pytest.raises(ContractError, match=r"state how many characters"):
        stated_widths(replace(SALES, properties={"headgate.widths": widths}))


def test_a_change_of_widths_breaks_senders_and_readers() -> None:
    wider = replace(SALES, properties={**SALES.properties, "headgate.widths": [6, 8, 2, 8]})
    assert [change.breaks.name for change in differences(SALES, wider)] == ["BOTH"]


def test_a_ruler_shows_the_columns_and_is_no_row() -> None:
    content = b"name          town\n------------  --------\nAda Lovelace  London\nBob           New York\n"
    table = read_table(content)
    assert (table.names, [column.to_pylist() for column in table.columns]) == (
        ("name", "town"),
        [["Ada Lovelace", "Bob"], ["London", "New York"]],
    )


def test_a_value_between_two_columns_makes_its_row_ragged() -> None:
    late = CDNOW * 700 + b" 00004 19970101x 1   11.77\r\n"
    read = read_fixed_width(late, SALES)
    assert (read.ragged.source_rows.tolist(), len(read.source_rows)) == ([2801], 2800)


def test_a_file_with_other_columns_than_the_contract_is_rejected() -> None:
    named = replace(SALES, properties={})
    with pytest.raises(HeaderError, match="column id: the contract has no such column"):
        cells_of(b"id     day   cds\n1   199701     1\n2   199702     2\n", named)


def test_a_text_in_an_old_encoding_keeps_its_letters_and_places() -> None:
    content = "Zoë     Köln  1\nAndré   Bonn  2\nJürgen  Ulm   3\n".encode("cp1252")
    contract = replace(SALES, columns=SALES.columns[:3])
    assert [row[0] for row in cells_of(content, contract)] == ["Zoë", "André", "Jürgen"]
    assert read_fixed_width(content, contract).starts.tolist() == [0, 16, 32]


@pytest.mark.parametrize(
    "text",
    [
        "a  b\n1  2\n",
        "id name\n1 Ada\n2 Bob\n3 Cy\n",
        "There are two blanks.  After each sentence.\nNothing aligns.  They differ\nA third.  Line here\n",
        "one\ntwo\nthree\nfour\n",
        "id,  name\n1,   Ada\n2,   Bob\n3,   Cyd\n",
        "a\tb  c\n1\t2  3\n2\t3  4\n5\t6  7\n",
        "",
    ],
)
def test_other_texts_are_no_text_of_fixed_width(text: str) -> None:
    assert format_of(text.encode()).name == FormatName.CSV


CELLS = st.text(st.sampled_from("abc XYZ019.-'"), max_size=9)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=3, max_size=12), st.sampled_from(",;|\t"))
@examples(60)
def test_no_csv_file_is_taken_for_one(rows: list[list[str]], delimiter: str) -> None:
    out = StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    assert format_of(out.getvalue().encode()).name == FormatName.CSV


WORDS = st.text(st.sampled_from("abcXYZ019.,;|'\\\"é"), min_size=1, max_size=9)


@given(st.lists(st.tuples(*[WORDS] * 4), min_size=1, max_size=12), st.integers(1, 3))
@examples(60)
def test_every_cell_of_aligned_columns_is_read_as_it_was_written(
    rows: list[tuple[str, ...]], gap: int
) -> None:
    widths = [max(map(len, column)) + gap for column in zip(*rows, strict=True)]
    text = "\n".join("".join(map(str.ljust, row, widths)) for row in rows)
    assert cells_of(text.encode()) == rows
    with_widths = replace(SALES, properties={**SALES.properties, "headgate.widths": widths})
    assert cells_of(text.encode(), with_widths) == rows
