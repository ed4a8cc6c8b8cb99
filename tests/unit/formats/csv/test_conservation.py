"""Every row of a CSV text is received, or counted as skipped or as header: an independent reader counts as
many.
"""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import BadInputError, UnreadableFileError
from headgate.formats.csv.read_csv import read_csv, read_rows
from headgate.formats.csv.sniff_dialect import sniff_dialect
from tests.examples import examples

pytestmark = pytest.mark.unit

WORDS = st.sampled_from(
    [
        "ann",
        "Oslo",
        "New York",
        "AT46",
        "e5ba7672",
        "Airbus A310",
        "\\N",
        "NA",
        "",
        "a,b",
        'say "x"',
        "two\nlines",
    ]
)
NUMBERS = st.sampled_from(["1", "2.5", "-3", "1999", "2000", "12:30", "2024-01-31", ""])
TITLES = st.sampled_from(
    ["# rows: 60", "Report of May", "", "#", "# a comment, with a comma", "made by hand;x", "2024"]
)
FOOTERS = st.sampled_from(["", "(3 rows)", "Total: 7", "made by hand", "3 rows affected"])
NAMES = ("id", "name", "city", "total")


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, str, int]:
    """A text with titles, with a header or none, and with a footer; its delimiter.

    And the number of its columns.
    """
    columns = draw(st.lists(st.sampled_from([WORDS, NUMBERS]), min_size=2, max_size=4))
    rows = draw(st.lists(st.tuples(*columns).map(list), min_size=1, max_size=12))
    headers = draw(
        st.sampled_from(
            [[], [[*NAMES[: len(columns)]]], [["group"] * len(columns), [*NAMES[: len(columns)]]]]
        )
    )
    delimiter = draw(st.sampled_from(",;\t"))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    repeated = draw(st.sampled_from([[], rows[:1]]))
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(
        [*headers, *rows, *repeated]
    )
    above, below = (
        "".join(f"{line}\n" for line in draw(st.lists(lines, max_size=3))) for lines in (TITLES, FOOTERS)
    )
    return above + out.getvalue() + below, delimiter, len(columns)


def physical_rows(text: str, delimiter: str) -> int:
    """The rows that Python's strict reader counts; a blank line is none.

    RFC 4180 has no text behind a closing quote: where there is some, each line is a row (`rows.py`). Python's
    lenient reader would join lines at such a quote, and damage in one row would hide the rows below it.
    """
    lines, at, count = io.StringIO(text, newline="").readlines(), 0, 0
    while at < len(lines):
        reader = csv.reader(lines[at:], delimiter=delimiter, strict=True)
        try:
            count += bool(next(reader))
            at += reader.line_num
        except csv.Error:
            count, at = count + 1, at + 1
    return count


@examples(60)
@example(('# rows: 60\n# rows: 60\n"two\nlines",ann\n', ",", 2))
@example(('"two\nlines"\t1999\nmade by hand\n3 rows affected\nTotal: 7\n', "\t", 2))
@example(
    (
        '#\n# rows: 60\n# a comment, with a comma\na,b\t2000\n"two\nlines"\t12:30\na,b\t2000\nTotal: 7\n',
        "\t",
        2,
    )
)
@given(tables())
def test_without_a_contract_no_row_is_uncounted(table: tuple[str, str, int]) -> None:
    text, _, _ = table
    try:
        dialect = sniff_dialect(text.encode())
        read = read_rows(text.encode(), dialect)
    except BadInputError:
        return  # a value behind the last name: the file is rejected
    if not dialect.form.is_plain or dialect.form.quote != '"':
        return  # Python's reader has no such delimiter and no such quotes
    counted = (
        dialect.skipped_lines + dialect.header_lines + len(read.source_rows) + len(read.ragged.source_rows)
    )
    assert counted == physical_rows(text, dialect.form.delimiter)


@examples(60)
@given(tables(), st.sampled_from([{}, {"headgate.header": "none"}]))
def test_under_a_contract_no_row_is_uncounted(
    table: tuple[str, str, int], properties: dict[str, object]
) -> None:
    text, _, width = table
    columns = tuple(Column(name, ColumnType(Kind.STRING)) for name in NAMES[:width])
    try:
        received = read_csv(
            text.encode(), Contract("c", "things", "source", "1", columns, properties=properties)
        )
    except (UnreadableFileError, BadInputError):
        return
    assert received.dialect is not None
    dialect = received.dialect
    if not dialect.form.is_plain or dialect.form.quote != '"':
        return
    assert dialect.skipped_lines + dialect.header_lines + received.rows == physical_rows(
        text, dialect.form.delimiter
    )
    if not dialect.header_lines:
        assert received.rows == physical_rows(text, dialect.form.delimiter)
