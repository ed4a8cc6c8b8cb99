"""Count the records of a file with readers that the gate does not use: csv, json, openpyxl, and the footer of
a Parquet file.

A count is all of a file's records, its header and lines above it included. It is None where no such reader
reads the file.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
import zipfile
from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Sequence

_DELIMITERS = ",;\t|"
_PROBED = 200
_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
csv.field_size_limit(sys.maxsize)


def count_records(body: bytes, dialect: dict[str, Any] | None = None) -> int | None:
    """Return the number of records.

    Args:
        dialect: how a CSV text is written (`delimiter`, `quotechar`, `escapechar`), where its publisher says
            so.
    """
    content = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    if content[:4] == b"PAR1":
        return _parquet_rows(content)
    if zipfile.is_zipfile(io.BytesIO(content)):
        return sum(workbook_rows(content).values())
    text = _decoded(content)
    records = _json_records(text)
    return _csv_count(text, dialect) if records is None else records


def csv_records(text: str, dialect: dict[str, Any] | None = None) -> list[list[str]]:
    """Return the records of a CSV text; blank lines are none."""
    form: dict[str, Any] = dialect or {"delimiter": _delimiter(text)[0]}
    return [
        cells
        for cells in csv.reader(io.StringIO(text, newline=""), **form)
        if cells and cells not in ([""], ["\x1a"])
    ]


def _csv_count(text: str, dialect: dict[str, Any] | None) -> int | None:
    """Return the number of records.

    None where no delimiter splits most lines into one width and the delimiters give different counts.

    Example: old_list_structure.md of shared/data/parquet, a page with program code whose quotes join lines
    for one delimiter only.
    """
    if dialect or _delimiter(text)[1]:
        return len(csv_records(text, dialect))
    counts = {len(csv_records(text, {"delimiter": delimiter})) for delimiter in _DELIMITERS}
    return counts.pop() if len(counts) == 1 else None


def workbook_rows(content: bytes) -> dict[str, int]:
    """Return the number of filled rows by sheet."""
    import openpyxl  # noqa: PLC0415 most files are no workbooks

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    return {
        sheet.title: sum(any(cell is not None for cell in row) for row in sheet.iter_rows(values_only=True))
        for sheet in book.worksheets
    }


def _parquet_rows(content: bytes) -> int | None:
    try:
        footer = pq.read_metadata(pa.BufferReader(content))
        return sum(footer.row_group(at).num_rows for at in range(footer.num_row_groups))
    except (pa.ArrowException, OSError, ValueError):
        return None


def _decoded(content: bytes) -> str:
    for encoding in (_BOMS.get(content[:2], _BOMS.get(content[:3], "utf-8")), "latin-1"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""


def _json_records(text: str) -> int | None:
    """Return the number of a JSON text's objects: of a list, or one on each line; None for any other text."""
    if text.lstrip()[:1] not in {"[", "{"}:
        return None
    try:
        read = json.loads(text)
        return len(read) if isinstance(read, list) else 1
    except (ValueError, RecursionError):
        pass
    try:
        lines = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return None
    return len(lines) if all(isinstance(line, dict) for line in lines) else None


def _delimiter(text: str) -> tuple[str, bool]:
    """Return the delimiter by which most of the first lines have one number of cells, and more than one.

    And whether most lines do.
    """
    lines = text.splitlines(keepends=True)[:_PROBED]

    def agreement(delimiter: str) -> tuple[int, int, int]:
        widths: Sequence[int] = [len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells]
        ((width, count),) = Counter(widths).most_common(1) or [(0, 0)]
        return (count if width > 1 else 0), width, len(widths)

    best = max(_DELIMITERS, key=lambda delimiter: agreement(delimiter)[:2])
    count, _, total = agreement(best)
    return best, 2 * count > total
