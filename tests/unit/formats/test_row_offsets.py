"""A refused row is found in its file by its byte offset, whatever the file's format and encoding."""

import datetime as dt
import gzip
import io
import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.formats.csv import stream_csv
from headgate.formats.json.json_records import read_records
from headgate.formats.row_offsets import record_starts, row_starts
from headgate.intake.rows.check_rows import CheckedRows, check_bytes
from headgate.lake.ports import MaskingKey
from tests.unit.formats.excel.test_read_excel import sheet, workbook

pytestmark = pytest.mark.unit

CONTRACT = Contract(
    "c",
    "things",
    "source",
    "1",
    (Column("n", ColumnType(Kind.INTEGER)), Column("note", ColumnType(Kind.STRING))),
)
ROWS = [
    ["1", "plain"],
    ["bad 2", 'two\r\nlines, "quoted"'],
    ["3", "é ∑ 𝄞"],
    ["bad 4", "\n\n"],
    ["bad 5", "𝄞"],
    ["6", ""],
]
BAD = [2, 4, 5]


def gated(body: bytes, contract: Contract = CONTRACT) -> CheckedRows:
    return check_bytes(
        body, contract, MaskingKey("", b""), object_key="things/a", received_at=dt.datetime(2024, 1, 1)
    )


def offsets(body: bytes, contract: Contract = CONTRACT) -> dict[int, int | None]:
    aside = gated(body, contract).quarantine_rows
    return dict(zip(aside["source_row"].to_pylist(), aside["byte_offset"].to_pylist(), strict=True))


def quoted(rows: list[list[str]], line_end: str = "\n") -> str:
    doubled = [[cell.replace('"', '""') for cell in row] for row in rows]
    return line_end.join(["n,note", "", *(",".join(f'"{cell}"' for cell in row) for row in doubled), ""])


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_at_its_offset_a_row_of_csv_begins_also_when_rows_span_lines(line_end: str, encoding: str) -> None:
    body = quoted(
        ROWS if encoding != "utf-16-le" else [[cell.replace("∑", "") for cell in row] for row in ROWS],
        line_end,
    ).encode(encoding)
    plain = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(encoding, encoding)
    found = offsets(body)
    assert sorted(found) == BAD
    for row, at in found.items():
        assert body[at:].decode(plain).startswith(f'"bad {row}"')


def test_in_windows_1252_a_character_is_a_byte() -> None:
    body = "n;note\n1;éééé€\nbad;x\n".encode("cp1252")
    assert offsets(body) == {2: body.index(b"bad")}


@pytest.mark.parametrize(
    ("encoding", "word"),
    [("windows-1251", "Москва"), ("shift_jis", "都市、ソ"), ("gb18030", "北京𝄞"), ("utf-16-be", "北京𝄞")],
)
def test_in_the_encoding_that_the_contract_states_a_row_has_its_place(encoding: str, word: str) -> None:
    body = f"n;note\n1;{word}\nbad;{word}\n2;{word}\nworse;x\n".encode(encoding)
    found = offsets(body, replace(CONTRACT, properties={"headgate.encoding": encoding}))
    assert found == {2: body.index("bad".encode(encoding)), 4: body.index("worse".encode(encoding))}


def test_rows_that_are_read_one_by_one_have_their_places() -> None:
    body = 'n,note\n1,"5" pipé"\n\nbad,"6" pipe"\n2,x,ragged\n'.encode()
    assert offsets(body) == {2: body.index(b"bad"), 3: body.index(b"2,x")}


def test_the_offset_is_one_of_the_unpacked_file() -> None:
    body = quoted(ROWS).encode()
    assert offsets(gzip.compress(body)) == offsets(body)


@pytest.mark.parametrize(
    "text", ["{lines}", "[{commas}]", '{{"count": [1, {{}}], "rows": [{commas}]}}', " [ {commas} ] "]
)
def test_records_of_json_have_their_places(text: str) -> None:
    records = [json.dumps({"note": note + "\\ [{", "n": number}, ensure_ascii=False) for number, note in ROWS]
    body = text.format(lines="\n\n  \n".join(records), commas=",\n ".join(records)).encode()
    found = offsets(body)
    assert sorted(found) == BAD
    assert all(body[at or 0 :].startswith(records[row - 1].encode()) for row, at in found.items())


def test_a_line_that_is_no_record_says_so_and_where_it_is() -> None:
    body = b'{"n": 1, "note": "a"}\n{"n": 2, "no\n'
    (reported,) = gated(body).quarantine_rows.to_pylist()
    assert (reported["rule"], reported["reason"], reported["byte_offset"]) == (
        "ragged_row",
        "The line is not a JSON object. Write one object in each line.",
        body.index(b'{"n": 2'),
    )


def test_rows_of_parquet_and_excel_have_none() -> None:
    out = io.BytesIO()
    pq.write_table(pa.table({"n": ["1", "bad"], "note": ["a", "b"]}), out)
    book = workbook({"a": sheet([["n", "note"], ["1", "a"], ["bad", "b"]])})
    assert [offsets(body) for body in (out.getvalue(), book)] == [{2: None}, {2: None}]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=6), st.integers(0, 2))
def test_a_refused_row_of_a_workbook_has_the_number_that_excel_shows(
    blank_rows: list[int], title_rows: int
) -> None:
    """A report has a title, blank rows between its rows, and a second sheet."""
    rows: list[list[str]] = [["Report"] for _ in range(title_rows)] + [["n", "note"]]
    bad = []
    for blanks in blank_rows:
        rows += [[]] * blanks + [["bad", "b"]]
        bad.append(len(rows))
    rows.append(["7", "a", "beside the table"])
    book = workbook({"a": sheet(rows), "b": sheet([["n", "note"], ["1", "a"], ["bad", "b"]])})
    aside = gated(book).quarantine_rows
    assert aside["sheet_row"].to_pylist() == [*bad, len(rows), 3]


def test_rows_of_other_files_have_no_number_in_excel() -> None:
    assert gated(b"n,note\nbad,b\n").quarantine_rows["sheet_row"].to_pylist() == [None]


def test_a_record_whose_place_is_uncertain_has_none() -> None:
    assert record_starts(b'{"a": [{}], "b": [{}]}', 1).tolist() == []
    assert read_records(b'[{"n": 1}, 5]').starts.tolist() == []


CELLS = st.text(st.sampled_from('ab,"\r\n é𝄞'), max_size=5)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=12), st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_row_is_found_however_its_cells_look(rows: list[list[str]], line_end: str) -> None:
    text = quoted(rows, line_end).encode()
    data = text[text.index(b"note") + 4 :]
    found = row_starts(memoryview(data), '"').tolist()
    doubled = [[cell.replace('"', '""') for cell in row] for row in rows]
    assert [
        data[at:].startswith(",".join(f'"{cell}"' for cell in row).encode())
        for at, row in zip(found, doubled, strict=True)
    ] == [True] * len(rows)


@pytest.mark.parametrize("step", [1, 2, 7])
@pytest.mark.parametrize("block_bytes", [1, 2, 3, 1 << 20])
def test_a_file_on_disk_gives_its_places_in_turn_wherever_its_blocks_end(
    step: int, block_bytes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = quoted(ROWS * 5, "\r\n").encode()
    (tmp_path / "rows.csv").write_bytes(data)
    monkeypatch.setattr(stream_csv, "_BLOCK_BYTES", block_bytes)
    source = stream_csv.stream_plain_csv(tmp_path / "rows.csv", CONTRACT)
    assert source
    assert source.row_offsets
    places, at = source.row_offsets(), len("n,note")
    begins = row_starts(memoryview(data)[at:], '"') + at
    taken = [place for _ in range(0, len(begins) + step, step) for place in places.take(step).tolist()]
    assert taken == begins.tolist()
