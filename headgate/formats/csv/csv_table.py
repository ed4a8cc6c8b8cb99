"""Read a CSV text as a table with its own columns, without a contract."""

from collections.abc import Sequence

from headgate.contracts.file_form import stated_encoding
from headgate.contracts.model import Contract
from headgate.formats.blank_rows import without_blank_rows
from headgate.formats.csv.csv_rows import QUOTE
from headgate.formats.csv.dialect import Dialect, without_trailing_blanks
from headgate.formats.csv.read_csv import read_rows
from headgate.formats.csv.sniff_dialect import sniff_dialect
from headgate.formats.csv.text_quotes import quote_evidence
from headgate.formats.format_name import FormatName
from headgate.formats.json.json_records import is_single_value, no_objects
from headgate.formats.received_rows import Received, written_as
from headgate.formats.sniff import text_of
from headgate.matching.file_table import FileTable, TextRows
from headgate.matching.header_names import made_up_name

_HEAD_BYTES = 1 << 18
_QUOTES_BYTES = 1 << 22


def csv_table(
    content: bytes, contract: Contract | None, *, with_header: bool | None, whole: bool
) -> FileTable:
    """Return the table: all rows if `whole`, else the first ones. `with_header` as in `sniff_dialect`."""
    text = text_of(content, stated_encoding(contract)).utf8
    if (contract is None or not contract.columns) and is_single_value(text):
        raise no_objects()
    read = text if whole or len(text) <= _HEAD_BYTES else text[: text.rfind(b"\n", 0, _HEAD_BYTES) + 1]
    dialect = _dialect(read, contract, with_header)
    # A name for each cell of a usual row: without a contract, the header may have more or fewer.
    names = (*dialect.names, *[""] * dialect.width)[: dialect.width - dialect.unnamed]
    cells = max(len(without_trailing_blanks(dialect.names)), min(len(dialect.names), len(names)))
    rows = read_rows(read, dialect)
    cells_by_place = {str(place): column for place, column in enumerate(rows.columns)}
    left = without_blank_rows(
        Received(cells_by_place, rows.source_rows, rows.ragged), written_as(FormatName.CSV, dialect)
    )
    broken = tuple(zip(map(int, left.ragged.source_rows), left.ragged.widths, strict=True))
    places = TextRows(
        read, rows.starts, left.source_rows, broken, dialect.form.delimiter, tuple(left.blank.tolist())
    )
    return FileTable(
        names,
        tuple(left.cells.values()),
        dialect.header_lines > 0,
        cells,
        is_header_by_look=dialect.is_header_by_look,
        broken_rows=len(broken),
        has_text_quotes=not dialect.form.quote,
        partly_quoted=_partly_quoted(read[:_QUOTES_BYTES], dialect, names) if whole else (),
        text_rows=places,
    )


def _partly_quoted(text: bytes, dialect: Dialect, names: Sequence[str]) -> tuple[str, ...]:
    """Return the columns in which quotes enclose some values without need."""
    if dialect.form.quote != QUOTE or not dialect.form.is_plain:
        return ()
    evidence = quote_evidence(text, dialect)
    columns = [] if evidence.is_needed else evidence.partly_enclosed
    columns = [column for column in columns if evidence.enclosed[column] > evidence.empty[column]]
    return tuple(names[column] or made_up_name(column + 1) for column in columns if column < len(names))


def _dialect(head: bytes, contract: Contract | None, with_header: bool | None) -> Dialect:
    """Return the dialect that the contract gives if it recognizes the header, else the dialect by shape."""
    dialect = sniff_dialect(head, contract, with_header=with_header)
    return dialect if contract is None or dialect.confidence else sniff_dialect(head, with_header=with_header)
