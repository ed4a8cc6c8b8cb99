import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.errors import UnreadableFileError
from headgate.formats.csv.csv_rows import Form

pytestmark = pytest.mark.unit


def cells(text: str, form: Form | None = None, width: int = 0) -> list[list[str | None]]:
    return [row.cells for row in (form or Form()).rows(text, 0, width)]


@given(st.lists(st.lists(st.text(alphabet='ab,"\n\r \\'), min_size=2, max_size=4), min_size=1))
def test_what_a_csv_writer_wrote_is_read_back_whole(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    assert cells(out.getvalue()) == rows


@given(st.text(alphabet='ab,"\n\\'), st.integers(0, 4))
def test_any_text_is_read_or_refused_and_every_row_lies_behind_the_last(text: str, width: int) -> None:
    try:
        rows = list(Form().rows(text, 0, width))
    except UnreadableFileError:
        return
    at = 0
    for row in rows:
        assert not text[at : row.start].strip("\r\n")
        at = row.end
    assert not text[at:].strip("\r\n")


def test_a_quoted_cell_keeps_quotes_that_nobody_doubled() -> None:
    assert cells('1,"5" pipe, long",x\n', width=3) == [["1", '5" pipe, long', "x"]]
    assert cells('1,"24"","next, cell"\n', width=3) == [["1", '24"', "next, cell"]]


def test_an_opening_quote_that_nothing_closes_on_its_line_is_a_character() -> None:
    assert cells('1,"5,x,"y, z"\n7,8,9,0\n', width=4) == [["1", '"5', "x", "y, z"], ["7", "8", "9", "0"]]
    assert cells('1,2,"\n7,"8",9\n', width=3) == [["1", "2", '"'], ["7", "8", "9"]]


def test_a_row_that_the_standard_can_read_is_never_read_otherwise() -> None:
    assert cells('"a"",""b",c\n', width=3) == [['a","b', "c"]]


def test_a_row_that_no_reading_fits_stays_as_it_is() -> None:
    (row,) = Form().rows('1,"5" x,2\n', 0, 5)
    assert len(row.cells) != 5
    assert (row.start, row.end) == (0, 10)


def test_a_backslash_escapes_quotes_and_itself_and_nothing_else() -> None:
    form = Form(escape="\\")
    assert cells('"say \\"hi\\"","C:\\\\dir\\new"\n', form) == [['say "hi"', "C:\\dir\\new"]]
    assert cells("\\N,x\n", form) == [[None, "x"]]


def test_a_delimiter_may_have_two_characters_and_a_quote_may_be_single() -> None:
    assert cells('1, "a, b", 2\n', Form(", ")) == [["1", "a, b", "2"]]
    assert cells("1;'a;b';it''s\n", Form(";", "'")) == [["1", "a;b", "it''s"]]


def test_nothing_and_quoted_nothing_differ() -> None:
    assert cells(',"",\\N,"\\N"\n') == [[None, "", None, "\\N"]]


@pytest.mark.parametrize("text", ['a,"b\nc,d\n', 'a,b\nc,"d', '"'])
def test_a_quote_that_is_never_closed_refuses_the_file_and_shows_no_cell(text: str) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        cells(text, width=2)
    assert refused.value.rule == "unclosed_quote"


def test_line_ends_may_be_mixed() -> None:
    assert cells("1,2\r3,4\r\n5,6\n\n7,8") == [["1", "2"], ["3", "4"], ["5", "6"], ["7", "8"]]
