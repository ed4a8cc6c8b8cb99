import csv
import io
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.gate.first_table import read_first_table
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Rule
from headgate.contracts.source_format import SourceFormat
from headgate.errors import HeaderError, UnreadableFileError
from headgate.formats.csv.arrow_readable import has_regular_quotes
from headgate.formats.csv.csv_rows import Row
from headgate.formats.csv.dialect import Dialect
from headgate.formats.csv.read_csv import MAX_COLUMNS, read_csv
from headgate.formats.csv.sniff_dialect import sniff_dialect
from headgate.formats.received_rows import Received

pytestmark = pytest.mark.unit

TEXT = ColumnType(Kind.STRING)
CONTRACT = Contract(
    "c", "things", "source", "1", tuple(Column(name, TEXT) for name in ("id", "name", "note"))
)


def read(text: str) -> tuple[list[tuple[str | None, ...]], Dialect]:
    received = read_csv(text.encode(), CONTRACT)
    assert received.dialect is not None
    return list(
        zip(*(received.cells[name].to_pylist() for name in CONTRACT.names), strict=True)
    ), received.dialect


@pytest.mark.parametrize(
    ("text", "delimiter", "quote", "escape"),
    [
        ('id, name, note\n1, "a, b", x\n', ", ", '"', ""),
        ("id\x01name\x01note\n1\x01a, b\x01x\n", "\x01", '"', ""),
        ("id;'name';note\n1;'a, b';'x'\n", ";", "'", ""),
    ],
)
def test_the_form_is_found_from_the_text(text: str, delimiter: str, quote: str, escape: str) -> None:
    rows, dialect = read(text)
    assert rows == [("1", "a, b", "x")]
    assert (dialect.form.delimiter, dialect.form.quote, dialect.form.escape) == (delimiter, quote, escape)
    assert dialect.confidence == 1.0


def test_single_quotes_are_quotes_only_where_they_hold_delimiters() -> None:
    assert read("id;name;note\n1;'a;b';'x'\n")[0] == [("1", "a;b", "x")]
    assert read("id;name;note\n1;'a';'til dawn\n")[0] == [("1", "'a'", "'til dawn")]


def test_apostrophes_that_only_make_one_row_of_two_are_no_quotes() -> None:
    received = read_csv(b"id,name,note\n1,'90s\n2,',a '90s\n", CONTRACT)
    assert received.ragged.texts == ("1,'90s",)
    assert received.cells["name"].to_pylist() == ["'"]
    assert read("id;name;note\n1;'a;\nb';'x'\n2;'c;d';'y'\n")[0] == [("1", "a;\nb", "x"), ("2", "c;d", "y")]


def test_escaped_quotes_are_read_as_they_are_meant() -> None:
    rows, dialect = read('id,name,note\n1,"say \\"hi\\" twice","x"\n')
    assert rows == [("1", 'say "hi" twice', "x")]
    assert dialect.form.escape == "\\"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_only_the_files_own_delimiter_ends_a_cell_behind_an_escaped_quote(delimiter: str, sign: str) -> None:
    if sign != delimiter:
        text = 'id,name,note\n1,"12\\"@ wide, long",x\n2,"size 5\\"@6\\"@, x",y\n'.replace(
            ",", delimiter
        ).replace("@", sign)
        rows, dialect = read(text)
        assert rows == [
            ("1", f'12"{sign} wide{delimiter} long', "x"),
            ("2", f'size 5"{sign}6"{sign}{delimiter} x', "y"),
        ]
        assert dialect.form.escape == "\\"


def test_escaped_quotes_are_read_as_they_are_meant_in_cells_without_quotes_around_them_too() -> None:
    rows, dialect = read('id,name,note\n1,say \\"hi\\" twice,C:\\\\dir\n2,\\N,\\\\N\n')
    assert rows == [("1", 'say "hi" twice', "C:\\dir"), ("2", None, "\\N")]
    assert dialect.form.escape == "\\"


@pytest.mark.parametrize("delimiter", ["\x01", "\x1f"])
def test_single_quotes_are_found_beside_a_rare_delimiter_too(delimiter: str) -> None:
    rows, dialect = read("id,name,note\n1,'a,b','it''s'\n2,'c','d\ne'\n".replace(",", delimiter))
    assert rows == [("1", f"a{delimiter}b", "it's"), ("2", "c", "d\ne")]
    assert dialect.form.quote == "'"


def test_single_quotes_that_make_every_row_as_wide_as_the_header_are_quotes_however_few() -> None:
    rows, dialect = read('id,name,note\n1,say "hi","5" pipe\n2,\'a,b\',x\n')
    assert rows == [("1", 'say "hi"', '"5" pipe'), ("2", "a,b", "x")]
    assert dialect.form.quote == "'"


def test_the_rows_of_a_wide_text_are_looked_at_no_more_often_than_those_of_a_narrower_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Once for each column, 40,000 columns take minutes to be refused."""

    def looks(columns: int) -> int:
        looked: list[Row] = []
        monkeypatch.setattr(
            Row, "texts", property(lambda row: looked.append(row) or tuple(cell or "" for cell in row.cells))
        )
        sniff_dialect(
            f"{','.join(map('c{}'.format, range(columns)))}\n{','.join(['1'] * columns)}\n".encode()
        )
        return len(looked)

    assert looks(8_000) == looks(4_000)


def test_a_backslash_at_the_end_of_a_cell_is_no_escape() -> None:
    rows, dialect = read('id,name,note\n1,"C:\\","x"\n2,"a","D:\\"\n')
    assert rows == [("1", "C:\\", "x"), ("2", "a", "D:\\")]
    assert dialect.form.escape == ""


def test_a_backslash_ending_a_cell_is_an_escape_where_only_it_makes_rows_as_wide_as_the_header() -> None:
    rows, dialect = read('id|name|note\n1|"12\\"| wide"|x\n2|"a"|y\n')
    assert rows == [("1", '12"| wide', "x"), ("2", "a", "y")]
    assert dialect.form.escape == "\\"


def test_a_row_with_a_cell_too_many_makes_no_backslash_an_escape() -> None:
    received = read_csv(b'id,name,note\n1,"C:\\",x\n2,a,b,c\n', CONTRACT)
    assert received.cells["name"].to_pylist() == ["C:\\"]
    assert received.ragged.texts == ("2,a,b,c",)


def test_lines_above_the_header_are_counted_and_passed_over() -> None:
    rows, dialect = read("Report of the day;made by hand\n;;\n\nid;name;note\n1;a;b\n")
    assert rows == [("1", "a", "b")]
    assert (dialect.skipped_lines, dialect.form.delimiter) == (2, ";")


def test_a_header_that_is_said_twice_is_one_header() -> None:
    rows, dialect = read("id,name,note\nID,Name,Note\n1,a,b\n")
    assert rows == [("1", "a", "b")]
    assert dialect.header_lines == 2


@pytest.mark.parametrize("header", ["id,name,note,", "id,name,note", "id,name,note,,", "ID , Name,NOTE, "])
def test_a_delimiter_at_the_end_of_every_row_makes_no_column(header: str) -> None:
    rows, dialect = read(f'{header}\n1,a,b,\n2,,c,""\n')
    assert rows == [("1", "a", "b"), ("2", None, "c")]
    assert (dialect.width, dialect.unnamed, dialect.confidence) == (4, 1, 1.0)


def test_a_header_alone_may_end_with_a_delimiter() -> None:
    assert read("id,name,note,\n")[0] == []
    assert read("id,name,note,\n1,a,b\n")[0] == [("1", "a", "b")]


def test_an_unknown_file_has_no_column_behind_its_last_name() -> None:
    table = read_first_table(b"day,total,\n2024-01-01,2,\n2024-01-02,3,\n")
    assert table.dialect.names == ("day", "total")
    assert [column.to_pylist() for column in table.rows.columns] == [["2024-01-01", "2024-01-02"], ["2", "3"]]


@pytest.mark.parametrize("text", ["id,name,note,\n1,a,b,\n2,a,b,x\n", "id,,name,note\n1,,a,b\n"])
def test_a_column_without_a_name_is_refused_where_it_is_one(text: str) -> None:
    with pytest.raises(HeaderError) as refused:
        read(text)
    assert refused.value.rule == "blank_column"


def test_a_row_with_a_delimiter_less_or_more_than_the_others_is_ragged_and_keeps_its_text() -> None:
    received = read_csv(b"id,name,note,\n1,a,b,\n2,a,b\n3,a,\n4,a,b,,\n", CONTRACT)
    assert (received.ragged.texts, received.ragged.widths) == (("2,a,b", "3,a,", "4,a,b,,"), (3, 3, 5))


def test_blank_cells_between_delimiters_are_cells() -> None:
    assert read("id,name,note\n1,,b\n2,,c\n")[0] == [("1", None, "b"), ("2", None, "c")]
    assert read("id|name|note\n||b\n||c\n")[0] == [(None, None, "b"), (None, None, "c")]


def test_lines_that_only_partly_name_columns_are_no_header_of_several_lines() -> None:
    with pytest.raises(UnreadableFileError) as refused:
        read("i,na,x\nd,me,y\n1,a,b\n")
    assert refused.value.rule == "not_a_table"


TYPED = Contract("c", "things", "source", "1", (Column("id", ColumnType(Kind.BIGINT)), Column("name", TEXT)))


def test_words_for_types_are_a_row_where_they_could_be_one() -> None:
    assert read("id,name,note\ntext,date,int\n")[0] == [("text", "date", "int")]
    assert read_csv(b"id,name\n7,date\n", TYPED).rows == 1


def test_a_footer_of_another_width_is_quarantined_and_counted() -> None:
    received = read_csv(b"id,name,note\n1,a,b\nTotal: 1\n", CONTRACT)
    assert (received.rows, received.ragged.source_rows.tolist()) == (2, [2])


def test_confidence_reports_how_much_of_the_header_is_known() -> None:
    assert sniff_dialect(b"id,name,colour,size\n1,2,3,4\n", CONTRACT).confidence == 0.5
    assert sniff_dialect(b"id,name,note\n1,2,3\n", CONTRACT).confidence == 1.0


@pytest.mark.parametrize(
    ("text", "found"), [("a,b\r\n1,2\r\n", "\r\n"), ("a,b\r1,2", "\r"), ("a,b\n1,2\r\n", ""), ("a,b", "")]
)
def test_line_ends_are_reported_unless_they_are_mixed(text: str, found: str) -> None:
    assert sniff_dialect(text.encode()).line_end == found


@pytest.mark.parametrize(
    ("encoding", "reported"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_reported(encoding: str, reported: str) -> None:
    received = read_csv("id,name,note\n1,Zoë,x\n".encode(encoding), CONTRACT)
    assert received.cells["name"].to_pylist() == ["Zoë"]
    assert received.dialect is not None
    assert received.dialect.encoding == reported


def test_odd_quotes_keep_every_character_of_their_cells() -> None:
    rows, _ = read('id,name,note\n1,"5" pipe, long",x\n2,"opened,y\n3,"a ""b""",z\n4,5" pipe,w\n')
    assert rows == [
        ("1", '5" pipe, long', "x"),
        ("2", '"opened', "y"),
        ("3", 'a "b"', "z"),
        ("4", '5" pipe', "w"),
    ]


@given(st.lists(st.tuples(*[st.text(alphabet='a,"\n ')] * 3), min_size=1))
def test_what_is_quoted_by_the_standard_is_regular_and_read_whole(rows: list[tuple[str, str, str]]) -> None:
    body = "".join(
        ",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n" for row in rows
    ).encode()
    data = memoryview(b"id,name,note\r\n" + body)
    assert has_regular_quotes(body, sniff_dialect(bytes(data), CONTRACT).form)
    assert read(bytes(data).decode())[0] == rows


@pytest.mark.parametrize("body", ['1,"a"b,2\n', '1,a"b,2\n', '1,"a,2\n', '1,""a,2\n', '1,"5" x",2\n', 'x"\n'])
def test_a_quote_in_an_odd_place_is_seen(body: str) -> None:
    assert not has_regular_quotes(body.encode(), sniff_dialect(b"id,name,note\n", CONTRACT).form)


def test_a_file_of_absurd_width_is_refused() -> None:
    wide = ",".join(f"c{number}" for number in range(MAX_COLUMNS + 1)).encode()
    with pytest.raises(UnreadableFileError) as refused:
        read_first_table(wide + b"\n")
    assert refused.value.rule == "too_large"


def test_without_a_contract_the_even_dialect_is_taken() -> None:
    table = read_first_table(b"when|what\n2024-01-01|a, b\n2024-01-02|c, d, e\n")
    assert (table.dialect.form.delimiter, table.dialect.names) == ("|", ("when", "what"))
    assert [column.to_pylist() for column in table.rows.columns] == [
        ["2024-01-01", "2024-01-02"],
        ["a, b", "c, d, e"],
    ]


@pytest.mark.parametrize(
    ("quoted", "said"), [('"12\\"| wide"', '12"| wide'), ("'5\" x| 6\" y'", '5" x| 6" y')]
)
def test_without_a_contract_quotes_and_escapes_are_those_that_make_all_rows_as_wide_as_most(
    quoted: str, said: str
) -> None:
    table = read_first_table(f"id|name|note\n1|a|x\n2|{quoted}|y\n3|b|z\n".encode())
    assert table.rows.columns[1].to_pylist() == ["a", said, "b"]


def test_without_a_header_columns_are_numbered() -> None:
    table = read_first_table(b"1,2.5,a\n2,3.5,b\n3,4.5,c\n")
    assert (table.dialect.header_lines, table.dialect.names) == (0, ("column_1", "column_2", "column_3"))
    assert len(table.rows.source_rows) == 3


def test_several_header_lines_are_joined() -> None:
    table = read_first_table(b"order,order\nid,total\n1,2.5\n2,3.5\n")
    assert (table.dialect.header_lines, table.dialect.names) == (2, ("order id", "order total"))


@pytest.mark.parametrize("header", ["id,total", "id,total,more"])
def test_a_second_table_is_not_read_as_rows_of_the_first(header: str) -> None:
    body = "id,total\n1,2\n3,4\n"
    table = read_first_table((body + header + "\n" + "5,6\n").encode())
    assert len(table.rows.source_rows) == 2


BACKSLASHED = st.lists(
    st.sampled_from(["a ", "b", "5", "x,", '"', '\\"', "\\", "it's"]), min_size=1, max_size=4
).map("".join)


@given(
    st.lists(st.tuples(BACKSLASHED, BACKSLASHED), min_size=1, max_size=20),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@example([('5\\" pipe', "x"), ("plain, text", "y")], csv.QUOTE_MINIMAL)
def test_what_a_writer_of_rfc_4180_doubles_is_read_as_it_was_whatever_backslashes_stand_beside_it(
    rows: list[tuple[str, str]], quoting: Literal[0, 1]
) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=quoting, lineterminator="\n").writerows(
        [CONTRACT.names, *(("1", *row) for row in rows)]
    )
    assert read(out.getvalue())[0] == [("1", *row) for row in rows]


PRICES = Contract(
    "c",
    "prices",
    "source",
    "1",
    (
        Column("id", ColumnType(Kind.BIGINT), required=True, rules=(Rule("required"),)),
        Column("name", ColumnType(Kind.STRING)),
        Column("price", ColumnType(Kind.DECIMAL, precision=10, scale=2)),
    ),
)


def prices(text: str) -> tuple[list[tuple[str | None, ...]], Received]:
    received = read_csv(text.encode(), PRICES)
    return list(zip(*(received.cells[name].to_pylist() for name in PRICES.names), strict=True)), received


@pytest.mark.parametrize("above", [2, 50, 120])
@pytest.mark.parametrize("title", ["", "Prices of May\n\n", "Prices,of,May\n"])
def test_rows_above_the_header_that_fit_the_contract_are_read(above: int, title: str) -> None:
    rows = [(str(number), f"n{number}", f"{number}.50") for number in range(above + 2)]
    lines = [",".join(row) for row in rows]
    found, received = prices(title + "\n".join([*lines[:above], "id,name,price", *lines[above:]]))
    assert found == rows
    assert received.written_as["skipped_lines"] == str(bool(title) + 0)


def test_rows_between_the_first_that_fits_and_the_header_are_judged_and_found_again() -> None:
    text = "Prices\n1,ann,1.50\nx,y,z\ntorn\nid,name,price\n3,cy,3.50\n"
    found, received = prices(text)
    assert found == [("1", "ann", "1.50"), ("x", "y", "z"), ("3", "cy", "3.50")]
    assert received.ragged.texts == ("torn",)
    assert [text.encode()[start:].split(b"\n")[0] for start in received.starts] == [
        b"1,ann,1.50",
        b"x,y,z",
        b"torn",
        b"3,cy,3.50",
    ]


def test_a_title_as_wide_as_the_header_is_skipped_and_counted() -> None:
    found, received = prices("Prices,,\n,,\nid,name,price\n3,cy,3.50\n")
    assert found == [("3", "cy", "3.50")]
    assert received.written_as["skipped_lines"] == "2"


@pytest.mark.parametrize("above", ["", "torn\n", "1,ann\n", "# rows: 3\n\n"])
def test_files_of_a_contract_without_a_header_are_read_from_their_first_row_on(above: str) -> None:
    """Nothing stands above a table without a header: a first row of another width is received and quarantined
    with its text.
    """
    text = f"{above}1,ann,1.50\n1,ann,1.50\n2,bob,2.50\n"
    received = read_csv(text.encode(), replace(PRICES, properties={"headgate.header": "none"}))
    assert received.cells["name"].to_pylist() == ["ann", "ann", "bob"]
    assert (received.rows, received.ragged.texts) == (3 + bool(above), tuple(above.strip().splitlines()))
    assert received.written_as["skipped_lines"] == "0"


@pytest.mark.parametrize(
    ("text", "header_lines"),
    [
        ("1,ann,1.50\n2,bob,2.50\nid,name,price\n3,cy,3.50\n4,dee,4.50\n", 0),
        ("ann,rome\nann,rome\nbob,oslo\n", 0),
        ("V1,V2\n7,8.5\n9,10\n", 1),
        ("country,2019,2020\nChile,12,13\nPeru,14,15\n", 1),
        ("A12,x\nB7,y\nC9,z\n", 0),
    ],
)
def test_a_first_row_of_values_is_no_header(text: str, header_lines: int) -> None:
    """`V1` and years are names in the M4 series and in tables of the World Bank."""
    assert sniff_dialect(text.encode()).header_lines == header_lines


def test_a_blank_belongs_to_the_delimiter_only_where_the_first_line_has_it_too() -> None:
    """Found in a database's CSV test suite: read with `, `, the first line was one column."""
    assert sniff_dialect(("a,b\n" + "25-09-2001, bla\n" * 2813).encode()).names == ("a", "b")


@pytest.mark.parametrize(
    ("text", "rows", "ragged"),
    [
        ("id,price\n1,90,\n2,50,\n", 0, 2),  # or 1,90 without quotes, and no id
        ("id;price\n1;90;\n2;50;\n", 2, 0),
    ],
)
def test_a_last_delimiter_is_no_part_of_a_row_unless_a_number_may_hold_it(
    text: str, rows: int, ragged: int
) -> None:
    price = Column("price", ColumnType(Kind.DECIMAL, precision=8, scale=2), format=SourceFormat(decimal=","))
    received = read_csv(text.encode(), replace(CONTRACT, columns=(Column("id", TEXT), price)))
    assert (len(received.source_rows), len(received.ragged.source_rows)) == (rows, ragged)


@pytest.mark.parametrize(
    "comment", ["# produced by the export tool", "# lines, of, many, cells", '# 5" pipes', "#"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_comments_above_a_table_are_no_rows_of_it_however_many_they_are(comment: str, delimiter: str) -> None:
    """Else a blank, which comments have in each line, is the delimiter, and the header is a row of data."""
    names = ("id", "name", "amount")
    rows = [names, ("1", "ann", "3.5"), ("2", "bob", "4.5")]
    text = f"{comment}\n" * 12 + "".join(f"{delimiter.join(row)}\n" for row in rows)
    dialect = sniff_dialect(text.encode())
    assert (dialect.form.delimiter, dialect.names, dialect.skipped_lines, dialect.header_lines) == (
        delimiter,
        ("id", "name", "amount"),
        12,
        1,
    )


def test_a_text_whose_rows_all_begin_with_the_mark_of_comments_is_a_table() -> None:
    dialect = sniff_dialect(b"#1,a\n#2,b\n#3,c\n")
    assert (dialect.form.delimiter, dialect.width, dialect.skipped_lines, dialect.header_lines) == (
        ",",
        2,
        0,
        0,
    )


def test_a_contract_with_names_that_join_a_header_and_its_description_still_reads_the_file() -> None:
    """Drafts of 0.1.0 joined `Progress` and the description below it."""
    rows = [f"{place},R_{place},{place % 7}" for place in range(40)]
    text = "\n".join(["Progress,ResponseId,Q1", "Progress,Response ID,How likely?", *rows]).encode()
    names = ("progress", "responseid response id", "q1 how likely?")
    joined = replace(CONTRACT, columns=tuple(Column(name, TEXT) for name in names))
    dialect = sniff_dialect(text, joined)
    assert (tuple(map(str.lower, dialect.names)), dialect.header_lines) == (names, 2)
    plain = replace(CONTRACT, columns=tuple(Column(name, TEXT) for name in ("progress", "responseid", "q1")))
    assert sniff_dialect(text, plain).header_lines == 1
