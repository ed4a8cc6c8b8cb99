import io
import zipfile
from xml.sax.saxutils import escape

import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import BadInputError
from headgate.intake.read_excel import read_excel
from headgate.intake.read_file import read_file
from headgate.intake.unpack import is_workbook

pytestmark = pytest.mark.unit

TEXT = ColumnType(Kind.STRING)
CONTRACT = Contract("c", "things", "source", "1", tuple(Column(name, TEXT) for name in ("id", "name", "day")))
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LINKS = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
STYLES = (
    f'<styleSheet {MAIN}><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy\\ hh:mm"/>'
    '<numFmt numFmtId="165" formatCode="0.0&quot;day&quot;"/>'
    '</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>'
)
TEXTS = f"<sst {MAIN}><si><t>shared</t></si><si><r><t>two </t></r><r><t>runs</t></r><rPh><t>hint</t></rPh></si></sst>"


def cell(at: str, value: object) -> str:
    """A text as an inline string, a number as it is, and anything that is XML already."""
    if isinstance(value, str) and value.startswith("<"):
        return value.replace("<c ", f'<c r="{at}" ', 1)
    if isinstance(value, str):
        return f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{at}"><v>{value}</v></c>'


def sheet(rows: list[list[object]], merged: str = "") -> str:
    lines = []
    for number, row in enumerate(rows, 1):
        cells = [cell(f"{'ABCDEFGH'[column]}{number}", value) for column, value in enumerate(row) if value is not None]
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    spans = f'<mergeCells><mergeCell ref="{merged}"/></mergeCells>' if merged else ""
    return f"<worksheet {MAIN}><sheetData>{''.join(lines)}</sheetData>{spans}</worksheet>"


def workbook(sheets: dict[str, str], properties: str = "") -> bytes:
    names = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(sheets, 1))
    targets = "".join(f'<Relationship Id="rId{at}" Target="worksheets/sheet{at}.xml"/>' for at in range(1, len(sheets) + 1))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", f"<workbook {MAIN} {LINKS}>{properties}<sheets>{names}</sheets></workbook>")
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


def test_days_may_be_counted_from_1904() -> None:
    body = sheet([HEADER, [1, "a", '<c s="1"><v>43830</v></c>']])
    assert rows(workbook({"S": body}, '<workbookPr date1904="1"/>')) == [("1", "a", "2024-01-01")]


def test_every_sheet_with_the_header_is_read_and_others_are_told_of() -> None:
    book = workbook(
        {"Notes": sheet([["see below"]]), "2009": sheet([HEADER, [1, "a"]]), "2010": sheet([["day", "id", "name"], [None, 2, "b"]])}
    )
    received = read_excel(book, CONTRACT)
    assert received.cells["id"].to_pylist() == ["1", "2"]
    assert received.source_rows.tolist() == [1, 2]
    assert received.left_out == ("Notes",)


def test_a_header_may_stand_below_a_title_and_in_merged_rows() -> None:
    titled = sheet([["All things"], [], ["id", "shown", None], [None, "name", "day"], [1, "a", "b"]], "A3:A4")
    assert rows(workbook({"S": titled})) == [("1", "a", "b")]


def test_blank_rows_are_none_and_cells_beside_the_header_make_a_row_ragged() -> None:
    received = read_excel(workbook({"S": sheet([HEADER, [], [1, "a", "b"], [2, "a", "b", "extra"], [3]])}), CONTRACT)
    assert received.source_rows.tolist() == [1, 3]
    assert (received.ragged.source_rows.tolist(), received.ragged.widths, received.ragged.texts) == ([2], (4,), ("2,a,b,extra",))
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
        ({"S": f'<worksheet {MAIN}><sheetData><row r="9999999"/></sheetData></worksheet>'}, "corrupt_workbook"),
        ({"S": f'<worksheet {MAIN}><sheetData><row r="1"><c r="ZZZ1"><v>1</v></c></row></sheetData></worksheet>'}, "corrupt_workbook"),
        ({"S": f'<worksheet {MAIN}><sheetData><row r="1"><c t="s"><v>99</v></c></row></sheetData></worksheet>'}, "corrupt_workbook"),
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


def test_a_cut_workbook_is_refused() -> None:
    book = workbook({"S": sheet([HEADER, [1, "a", "b"]])})
    with pytest.raises(BadInputError) as refused:
        read_file(book[: len(book) // 2], CONTRACT)
    assert refused.value.rule == "corrupt_archive"
