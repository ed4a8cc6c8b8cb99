import numpy as np
import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import UnreadableFileError
from headgate.formats.csv.read_csv import read_csv
from headgate.formats.received_rows import Received

pytestmark = pytest.mark.unit

TEXT = ColumnType(Kind.STRING)
CONTRACT = Contract("c", "things", "source", "1", (Column("a", TEXT), Column("b", TEXT), Column("c", TEXT)))


def read(text: str) -> Received:
    return read_csv(text.encode(), CONTRACT)


def rows(received: Received) -> list[tuple[str | None, ...]]:
    return list(zip(*(received.cells[name].to_pylist() for name in "abc"), strict=True))


def test_words_that_other_readers_take_for_null_stay_words() -> None:
    assert rows(read("a,b,c\nNA,null,nan\n007,12.7,1e3\n")) == [("NA", "null", "nan"), ("007", "12.7", "1e3")]


def test_nothing_is_null_and_quoted_nothing_is_the_empty_text() -> None:
    assert rows(read('a,b,c\n,"",x\n')) == [(None, "", "x")]


def test_nothing_behind_a_quoted_cell_is_null_where_the_file_ends_with_it() -> None:
    assert rows(read('a,b,c\n1,"x",')) == [("1", "x", None)]


def test_mysql_null_is_null_unless_it_is_quoted() -> None:
    assert rows(read('a,b,c\n\\N,"\\N",x\n')) == [(None, "\\N", "x")]


def test_delimiters_quotes_and_newlines_inside_quotes_belong_to_the_cell() -> None:
    assert rows(read('a,b,c\n"x,y","say ""hi""","two\r\nlines"\n')) == [("x,y", 'say "hi"', "two\r\nlines")]


def test_blanks_around_a_value_are_kept() -> None:
    assert rows(read("a,b,c\n 12 ,\t,x\n")) == [(" 12 ", "\t", "x")]


def test_columns_come_in_contract_order_and_absent_ones_are_null() -> None:
    received = read("c,a\n3,1\n")
    assert rows(received) == [("1", None, "3")]
    assert received.missing_columns == ("b",)


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n\n"])
def test_a_header_alone_is_a_file_of_no_rows(end: str) -> None:
    assert read(f"a,b,c{end}").rows == 0


def test_blank_lines_are_no_rows_and_ragged_rows_keep_their_number() -> None:
    received = read('a,b,c\n1,2,3\n\n1,2\n"x\ny",2,3\n1,2,3,4\n\n7,8,9\n')
    assert rows(received) == [("1", "2", "3"), ("x\ny", "2", "3"), ("7", "8", "9")]
    assert received.source_rows.tolist() == [1, 3, 5]
    assert received.ragged.source_rows.tolist() == [2, 4]
    assert received.ragged.widths == (2, 4)
    assert received.rows == 5


def test_ragged_rows_are_numbered_right_across_blocks() -> None:
    lines = [f"{row},x,y" if row % 1000 else f"{row},x" for row in range(1, 200_001)]
    received = read("a,b,c\n" + "\n".join(lines))
    assert received.ragged.source_rows.tolist() == list(range(1000, 200_001, 1000))
    assert received.cells["a"].to_pylist() == [str(number) for number in received.source_rows]


def test_only_ragged_rows_leave_no_other_row() -> None:
    received = read("a,b,c\n1,2\n3\n")
    assert (len(received.source_rows), received.ragged.source_rows.tolist()) == (0, [1, 2])


def test_a_cell_larger_than_a_block_is_read() -> None:
    long = "x" * 3_000_000
    assert rows(read(f'a,b,c\n1,"{long}",3\n4,5,6\n')) == [("1", long, "3"), ("4", "5", "6")]


@pytest.mark.parametrize("tail", ['1,2,"3\n4,5,6\n7,8,9\n', '1,"2,3\n4,5,6\n', '1,2,3\n4,5,"6\n\n'])
def test_a_quote_that_swallows_rows_refuses_the_file(tail: str) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        read("a,b,c\n" + tail)
    assert refused.value.rule == "unclosed_quote"


@pytest.mark.parametrize("tail", ['1,2,"3\n4"\n', '1,2,"3\n4"', '"x\ny",2\n', '1,2,"say ""hi""\n"\n'])
def test_a_last_row_of_two_lines_is_no_unclosed_quote(tail: str) -> None:
    assert read("a,b,c\n" + tail).rows == 1


def test_a_quote_inside_a_word_is_a_character() -> None:
    assert rows(read('a,b,c\n5" pipe,x"y,z\n')) == [('5" pipe', 'x"y', "z")]


def test_source_rows_count_up_without_gaps_when_all_rows_are_whole() -> None:
    assert np.array_equal(read("a,b,c\n1,2,3\n4,5,6\n").source_rows, [1, 2])
