import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from xml.sax.saxutils import escape

import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import BadInputError, ContractError, HeaderError, UnreadableFileError
from headgate.formats.excel.read_excel import read_excel
from headgate.formats.read_file import read_file
from headgate.formats.unpack import is_workbook
from headgate.intake.rows.check_rows import check_bytes
from headgate.lake.ports import MaskingKey

pytestmark = pytest.mark.unit

TEXT = ColumnType(Kind.STRING)
CONTRACT = Contract("c", "things", "source", "1", tuple(Column(name, TEXT) for name in ("id", "name", "day")))
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LINKS = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
STYLES = (
    f'<styleSheet {MAIN}><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy\\ hh:mm"/>'
    '<numFmt numFmtId="165" formatCode="0.0&quot;day&quot;"/>'
    '</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf '
    'numFmtId="165"/></cellXfs></styleSheet>'
)
TEXTS = (
    f"<sst {MAIN}><si><t>shared</t></si><si><r><t>two "
    "</t></r><r><t>runs</t></r><rPh><t>hint</t></rPh></si></sst>"
)


def cell(at: str, value: object) -> str:
    """A text as an inline string, a number as it is, and anything that is XML already."""
    if isinstance(value, str) and value.startswith("<"):
        return value.replace("<c ", f'<c r="{at}" ', 1)
    if isinstance(value, str):
        return f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{at}"><v>{value}</v></c>'


def sheet(rows: Sequence[Sequence[object]]) -> str:
    lines = []
    for number, row in enumerate(rows, 1):
        cells = [
            cell(f"{'ABCDEFGHIJKLMNOP'[column]}{number}", value)
            for column, value in enumerate(row)
            if value is not None
        ]
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return f"<worksheet {MAIN}><sheetData>{''.join(lines)}</sheetData></worksheet>"


def workbook(sheets: dict[str, str], properties: str = "") -> bytes:
    names = "".join(
        f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(sheets, 1)
    )
    targets = "".join(
        f'<Relationship Id="rId{at}" Target="worksheets/sheet{at}.xml"/>' for at in range(1, len(sheets) + 1)
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/workbook.xml", f"<workbook {MAIN} {LINKS}>{properties}<sheets>{names}</sheets></workbook>"
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{targets}</Relationships>")
        archive.writestr("xl/styles.xml", STYLES)
        archive.writestr("xl/sharedStrings.xml", TEXTS)
        for at, content in enumerate(sheets.values(), 1):
            archive.writestr(f"xl/worksheets/sheet{at}.xml", content)
    return out.getvalue()


def rows(content: bytes) -> list[tuple[str | None, ...]]:
    received = read_excel(content, CONTRACT)
    return list(zip(*(received.cells[name].to_pylist() for name in CONTRACT.names), strict=True))


HEADER: list[object] = ["id", "name", "day"]


def test_texts_numbers_days_and_truths_are_read_as_they_are_shown() -> None:
    body: list[list[object]] = [
        HEADER,
        [1, '<c t="s"><v>0</v></c>', '<c s="1"><v>45292</v></c>'],
        ["007", '<c t="s"><v>1</v></c>', '<c s="2"><v>45292.5</v></c>'],
        [19.989999999999998, '<c t="b"><v>1</v></c>', '<c s="3"><v>7</v></c>'],
        [4111111111111110, '<c t="str"><f>A1</f><v>worked out</v></c>', None],
        [5, "<c ><f>A1+1</f></c>", '<c t="e"><v>#N/A</v></c>'],
    ]
    assert rows(workbook({"Sheet1": sheet(body)})) == [
        ("1", "shared", "2024-01-01"),
        ("007", "two runs", "2024-01-01 12:00:00"),
        ("19.99", "true", "7"),
        ("4.11111111111111E+15", "worked out", None),
        ("5", "=A1+1", "#N/A"),
    ]


def test_a_midnight_in_a_column_of_times_has_its_time() -> None:
    columns = (Column("id", TEXT), Column("name", TEXT), Column("day", ColumnType(Kind.TIMESTAMP)))
    body = [
        HEADER,
        [1, "a", '<c s="2"><v>45292</v></c>'],
        [2, "b", '<c s="2"><v>45292.5</v></c>'],
        [3, "c", "2024-01-01"],
    ]
    received = read_excel(workbook({"S": sheet(body)}), Contract("c", "things", "source", "1", columns))
    assert received.cells["day"].to_pylist() == ["2024-01-01 00:00:00", "2024-01-01 12:00:00", "2024-01-01"]


def test_characters_spelled_by_their_codes_are_read() -> None:
    assert rows(workbook({"S": sheet([HEADER, ["a_x000A_b", "_xD83D__xDE00_", "_x005F_x"]])})) == [
        ("a\nb", "\U0001f600", "_x")
    ]


def test_days_may_be_counted_from_1904() -> None:
    body = sheet([HEADER, [1, "a", '<c s="1"><v>43830</v></c>']])
    assert rows(workbook({"S": body}, '<workbookPr date1904="1"/>')) == [("1", "a", "2024-01-01")]


def test_every_sheet_with_the_header_is_read_and_others_are_reported() -> None:
    book = workbook(
        {
            "Notes": sheet([["see below"]]),
            "2009": sheet([HEADER, [1, "a"]]),
            "2010": sheet([["day", "id", "name"], [None, 2, "b"]]),
        }
    )
    received = read_excel(book, CONTRACT)
    assert received.cells["id"].to_pylist() == ["1", "2"]
    assert received.source_rows.tolist() == [1, 2]
    assert received.left_out == ("Notes (rows: 1)",)
    assert received.empty_sheets == ()


def test_empty_sheets_are_named_and_are_no_other_tables() -> None:
    book = workbook({"2009": sheet([HEADER, [1, "a"]]), "Notes": sheet([]), "More": sheet([])})
    received = read_excel(book, CONTRACT)
    assert (received.left_out, received.empty_sheets) == ((), ("Notes", "More"))
    assert received.written_as["empty_sheets"] == "Notes, More"


def test_a_sheet_with_fewer_columns_is_read_where_the_contract_allows_it() -> None:
    received = read_excel(
        workbook({"a": sheet([HEADER, [1, "a", "b"]]), "b": sheet([["id", "name"], [2, "c"]])}), CONTRACT
    )
    assert (received.cells["id"].to_pylist(), received.cells["day"].to_pylist()) == (["1", "2"], ["b", None])
    assert (received.missing_columns, received.left_out) == ((), ())


def test_a_sheet_with_most_of_the_columns_and_another_one_refuses_the_file() -> None:
    book = workbook(
        {
            "a": sheet([HEADER, [1, "a", "b"]]),
            "4111111111111111": sheet([["id", "name", "colour"], [2, "c", "red"]]),
        }
    )
    with pytest.raises(BadInputError) as refused:
        read_excel(book, CONTRACT)
    assert (refused.value.rule, refused.value.column) == ("unknown_column", "colour")
    assert refused.value.message.startswith("sheet [PAN ****1111]: "), (
        "the sheet is named, and no card number is"
    )


def test_a_sheet_that_continues_without_a_header_refuses_the_file() -> None:
    with pytest.raises(BadInputError, match="sheet b has rows as wide as the table's") as refused:
        read_excel(
            workbook({"a": sheet([HEADER, [1, "a", "b"]]), "b": sheet([[2, "c", "d"], [3, "e", "f"]])}),
            CONTRACT,
        )
    assert refused.value.rule == "not_a_table"


def test_a_sheet_with_another_table_or_with_a_header_alone_is_left_out_with_its_rows_counted() -> None:
    others = {
        "rates": sheet([["currency", "rate", "id"], [], ["GBP", 1, 2]]),
        "form": sheet([["id", "name", "colour"]]),
    }
    received = read_excel(workbook({"a": sheet([HEADER, [1, "a", "b"]]), **others}), CONTRACT)
    assert (received.rows, received.left_out) == (1, ("rates (rows: 2)", "form (rows: 1)"))


def test_each_sheet_that_is_left_out_is_a_warning_of_the_record() -> None:
    book = workbook(
        {
            "Notes": sheet([["see below"]]),
            "a": sheet([HEADER, [1, "a", "b"]]),
            "rates": sheet([["currency"], ["GBP"]]),
        }
    )
    gated = check_bytes(
        book, CONTRACT, MaskingKey("", b""), object_key="things/in.xlsx", received_at=datetime(2024, 1, 1)
    )
    assert (gated.counts.received, gated.counts.warnings, gated.counts.written_as["left_out"]) == (
        1,
        2,
        "Notes (rows: 1), rates (rows: 2)",
    )


def test_a_header_may_stand_below_a_title() -> None:
    titled = sheet([["All things"], [], HEADER, [1, "a", "b"]])
    assert rows(workbook({"S": titled})) == [("1", "a", "b")]


def test_a_header_that_is_said_again_costs_no_row_above_it() -> None:
    again = sheet([HEADER, HEADER, [1, "a", "b"], [2, "a", "b"], HEADER, [3, "a", "b"]])
    assert rows(workbook({"S": again})) == [
        ("1", "a", "b"),
        ("2", "a", "b"),
        ("id", "name", "day"),
        ("3", "a", "b"),
    ]


def test_a_fuller_header_further_down_costs_no_row_above_it() -> None:
    received = read_excel(
        workbook({"S": sheet([["id", "name"], [1, "a"], [2, "a"], HEADER, [3, "a", "b"]])}), CONTRACT
    )
    assert received.rows == 4
    assert received.cells["id"].to_pylist() == ["1", "2"]


def test_a_header_over_two_rows_rejects_the_file() -> None:
    """Of merged cells only the first has a value, so the lower row of the header has a column
    without a name.
    """
    with pytest.raises(HeaderError) as rejected:
        rows(workbook({"S": sheet([["id", "shown", None], [None, "name", "day"], [1, "a", "b"]])}))
    assert rejected.value.rule == "blank_column"


def test_blank_rows_are_none_and_cells_beside_the_header_make_a_row_ragged() -> None:
    received = read_excel(
        workbook({"S": sheet([HEADER, [], [1, "a", "b"], [2, "a", "b", "extra"], [3]])}), CONTRACT
    )
    assert received.source_rows.tolist() == [1, 3]
    assert (received.ragged.source_rows.tolist(), received.ragged.widths, received.ragged.texts) == (
        [2],
        (4,),
        ("2,a,b,extra",),
    )
    assert received.rows == 3


def test_a_workbook_is_known_by_its_parts_and_may_be_compressed_again() -> None:
    book = workbook({"S": sheet([HEADER, [1, "a", "b"]])})
    assert is_workbook(book)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("things.xlsx", book)
    assert read_file(out.getvalue(), CONTRACT).cells["name"].to_pylist() == ["a"]


@pytest.mark.parametrize(
    ("sheets", "rule"),
    [
        ({"S": sheet([])}, "empty_file"),
        ({"S": sheet([["1", "2"]])}, "not_a_table"),
        ({"S": sheet([["id", "name", "colour"]])}, "unknown_column"),
        ({"S": "<worksheet>broken"}, "corrupt_workbook"),
        ({"S": sheet([HEADER, ["_xD800_"]])}, "corrupt_workbook"),
        (
            {"S": f'<worksheet {MAIN}><sheetData><row r="9999999"/></sheetData></worksheet>'},
            "corrupt_workbook",
        ),
        (
            {
                "S": (
                    f'<worksheet {MAIN}><sheetData><row r="1"><c '
                    'r="ZZZ1"><v>1</v></c></row></sheetData></worksheet>'
                )
            },
            "corrupt_workbook",
        ),
        (
            {
                "S": (
                    f'<worksheet {MAIN}><sheetData><row r="1"><c '
                    't="s"><v>99</v></c></row></sheetData></worksheet>'
                )
            },
            "corrupt_workbook",
        ),
    ],
)
def test_a_workbook_that_is_no_table_is_refused_with_its_rule(sheets: dict[str, str], rule: str) -> None:
    with pytest.raises(BadInputError) as refused:
        read_excel(workbook(sheets), CONTRACT)
    assert refused.value.rule == rule


def test_entities_that_grow_are_refused() -> None:
    levels = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 12))
    body = '<worksheet><sheetData><row r="1"><c t="str"><v>&e11;</v></c></row></sheetData></worksheet>'
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "haha">{levels}]>{body}'
    with pytest.raises(BadInputError) as refused:
        read_excel(workbook({"S": bomb}), CONTRACT)
    assert refused.value.rule == "corrupt_workbook"


def rows_of(*lines: str, behind: str = "") -> str:
    return f"<worksheet {MAIN}><sheetData>{''.join(lines)}</sheetData>{behind}</worksheet>"


FULL = '<row r="1048576"><c t="b"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("sheets", "rule"),
    [
        (
            {
                "S": rows_of(
                    *(f'<row r="{at}"><c r="XFD{at}" t="b"><v>1</v></c></row>' for at in range(1, 1200))
                )
            },
            "too_large",
        ),
        ({f"S{at}": rows_of(FULL) for at in range(20)}, "too_large"),
        ({"S": rows_of(behind="<x/>" * ((1 << 20) + 1))}, "corrupt_workbook"),
        ({"S": rows_of(behind=f"<x>{' ' * (1 << 26)}</x>")}, "too_large"),
    ],
    ids=["blank columns", "blank rows", "unknown elements", "growth"],
)
def test_a_small_workbook_that_would_be_a_large_one_in_memory_is_refused(
    sheets: dict[str, str], rule: str
) -> None:
    book = workbook(sheets)
    assert len(book) < 200_000
    with pytest.raises(BadInputError) as refused:
        read_excel(book, CONTRACT)
    assert refused.value.rule == rule


def replaced(book: bytes, part: str, content: str) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in before.namelist():
            archive.writestr(name, content if name == part else before.read(name))
    return out.getvalue()


def test_a_long_text_that_many_cells_share_is_refused_before_it_is_repeated() -> None:
    lines = [f'<row r="{at}"><c t="s"><v>0</v></c></row>' for at in range(1, 1000)]
    book = replaced(
        workbook({"S": rows_of(*lines)}),
        "xl/sharedStrings.xml",
        f"<sst {MAIN}><si><t>{'z' * 200_000}</t></si></sst>",
    )
    assert len(book) < 20_000
    with pytest.raises(BadInputError) as refused:
        read_excel(book, CONTRACT)
    assert refused.value.rule == "too_large"


@pytest.mark.parametrize(
    "sheets",
    ['<sheet name="a" r:id="rId1"/><sheet name="b" r:id="rId1"/>', '<sheet name="a" r:id="rId1"/>' * 2],
)
def test_two_sheets_of_one_part_or_one_name_are_no_workbook(sheets: str) -> None:
    part = f"<workbook {MAIN} {LINKS}><sheets>{sheets}</sheets></workbook>"
    with pytest.raises(BadInputError) as refused:
        read_excel(
            replaced(workbook({"a": sheet([HEADER, [1, "a", "b"]])}), "xl/workbook.xml", part), CONTRACT
        )
    assert refused.value.rule == "corrupt_workbook"


def test_formatted_cells_that_say_nothing_take_no_place() -> None:
    lines = [
        f'<row r="{at}"><c r="A{at}" t="b"><v>1</v></c><c r="XFD{at}" s="1"/></row>' for at in range(2, 2000)
    ]
    received = read_excel(
        workbook({"S": rows_of('<row r="1"><c t="inlineStr"><is><t>id</t></is></c></row>', *lines)}), CONTRACT
    )
    assert (len(received.source_rows), len(received.ragged.texts)) == (1998, 0)


def test_a_cut_workbook_is_refused() -> None:
    book = workbook({"S": sheet([HEADER, [1, "a", "b"]])})
    with pytest.raises(BadInputError) as refused:
        read_file(book[: len(book) // 2], CONTRACT)
    assert refused.value.rule == "corrupt_archive"


def test_rows_above_the_header_that_fit_the_contract_are_read_and_others_counted() -> None:
    rows = [["Prices of May"], [1, "ann", "2024-01-01"], ["id", "name", "day"], [2, "bob", "2024-01-02"]]
    received = read_excel(workbook({"S": sheet(rows)}), CONTRACT)
    assert received.cells["id"].to_pylist() == ["1", "2"]
    assert received.written_as["skipped_lines"] == "1"


def test_rows_that_repeat_the_header_are_counted_as_skipped_lines() -> None:
    received = read_excel(workbook({"a": sheet([HEADER, HEADER, HEADER, [1, "a", "b"]])}), CONTRACT)
    assert (received.rows, received.skipped_lines, received.written_as["skipped_lines"]) == (1, 2, "2")


PRICES = [["article", "price"], ["A", 1.5], ["B", 2.5]]
SHOPS = [["shop", "city", "phone"], ["North", "Oslo", "1"], ["South", "Rome", "2"]]


def test_a_draft_names_the_sheets_that_it_does_not_read_and_takes_the_one_that_is_named() -> None:
    book = workbook({"Prices": sheet(PRICES), "Shops": sheet(SHOPS), "Notes": sheet([["see below"]])})
    drafted = draft_from_sample(book, "things")
    assert drafted.contract.names == ("shop", "city", "phone")
    assert any(
        "Shops is read" in finding.message and "Prices (rows: 3), Notes (rows: 1)" in finding.message
        for finding in drafted.findings
    )
    named = draft_from_sample(book, "things", sheet="prices")
    assert (named.rows, named.contract.names, named.contract.properties["headgate.sheet"]) == (
        2,
        ("article", "price"),
        "prices",
    )
    assert (
        draft_from_sample(workbook({"a": sheet(PRICES)}), "things").findings
        == draft_from_sample(workbook({"b": sheet(PRICES)}), "things").findings
    )


def test_only_the_sheet_that_a_contract_names_is_read_and_the_record_names_all() -> None:
    sheets = {"2009": sheet([HEADER, [1, "a", "b"]]), "2010": sheet([HEADER, [2, "c", "d"]])}
    assert read_excel(workbook(sheets), CONTRACT).written_as["sheets"] == "2009, 2010"
    received = read_excel(workbook(sheets), replace(CONTRACT, properties={"headgate.sheet": "2010"}))
    assert (received.cells["id"].to_pylist(), received.sheets, received.left_out) == (
        ["2"],
        ("2010",),
        ("2009 (rows: 2)",),
    )


def test_a_workbook_without_the_named_sheet_is_rejected_with_the_sheets_that_it_has() -> None:
    book = workbook({"2009": sheet([HEADER, [1, "a", "b"]])})
    with pytest.raises(UnreadableFileError, match="no sheet 2010 with rows; it has 2009") as refused:
        read_excel(book, replace(CONTRACT, properties={"headgate.sheet": "2010"}))
    assert refused.value.rule == "not_a_table"
    with pytest.raises(UnreadableFileError, match="it has 2009"):
        draft_from_sample(book, "things", sheet="2010")
    with pytest.raises(ContractError, match="only a workbook has sheets"):
        draft_from_sample(b"id,n\n1,2\n", "things", sheet="2010")


def test_floats_keep_every_digit_and_amounts_are_read_as_they_are_shown() -> None:
    """A column of floats or texts has exact digits.

    In one of decimals, what arithmetic with floats leaves is no part of an amount.
    """
    body = sheet(
        [
            ["id", "share", "amount"],
            ["a", 0.30000000000000004, 0.30000000000000004],
            ["b", 121.67771234567891, 12.5],
        ]
    )
    drafted = draft_from_sample(workbook({"a": body}), "things")
    assert [str(drafted.contract.column(name).type.kind) for name in ("share", "amount")] == [
        "double",
        "decimal",
    ]
    received = read_excel(workbook({"a": body}), drafted.contract)
    assert received.cells["share"].to_pylist() == ["0.30000000000000004", "121.67771234567891"]
    assert received.cells["amount"].to_pylist() == ["0.3", "12.5"]
    assert any(
        finding.column == "amount" and "arithmetic with floats" in finding.message
        for finding in drafted.findings
    )


def test_the_rows_of_a_sheet_that_is_left_out_are_counted_without_its_title() -> None:
    book = workbook(
        {
            "2009": sheet([HEADER, [1, "a"]]),
            "Fuel": sheet(
                [["Receipts as of today"], [], ["receipt", "litres", "price"], [7, 40, 71], [8, 41, 72]]
            ),
        }
    )
    assert read_excel(book, CONTRACT).left_out == ("Fuel (rows: 3)",)
