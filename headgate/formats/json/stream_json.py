"""Read large JSON Lines from disk some at a time, exactly as `read_json` reads them in memory.

All names are known only after the last line, so the lines are read once into columns that are spooled beside the file,
and the batches come from there: as often as needed, without parsing JSON again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from headgate.errors import BadInputError
from headgate.formats.batches import Source
from headgate.formats.json.nested_names import by_contract
from headgate.formats.json.read_json import NO_RECORD, are_lines, check_flat, check_names, read_lines
from headgate.formats.read_file import holds_json
from headgate.formats.received import Ragged, Received
from headgate.formats.row_offsets import ListedOffsets, line_starts
from headgate.formats.sniff import is_utf8
from headgate.formats.typed_cells import respelled
from headgate.matching.match_header import match_header
from headgate.values.cells import NO_ROWS, Rows, int_array, numbers, text_array

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

    from headgate.contracts.model import Contract
    from headgate.formats.json.nested_names import Expands
    from headgate.formats.json.read_json import Records
    from headgate.matching.match_header import Header

_BLOCK_BYTES = 8 << 20


@dataclass
class _Shelf:
    """The columns of the records, spooled to disk in batches.

    Attributes:
        names: of the records, in the order in which they first come.
        starts: where the lines begin.
    """

    path: Path
    names: dict[str, None] = field(default_factory=dict)
    nested: set[str] = field(default_factory=set)
    starts: list[Rows] = field(default_factory=list)
    records: int = 0
    lines: int = 0
    _places: list[tuple[int, int]] = field(default_factory=list)

    def put(self, sink: pa.NativeFile, read: Records, starts: Rows) -> None:
        """These records come next."""
        self.names |= dict.fromkeys(read.columns)
        check_names(len(self.names) - 1)
        self.nested |= read.nested
        records = {"row": int_array(read.source_rows + self.lines)} | {f"/{name}": column for name, column in read.columns.items()}
        records |= {f"?{name}": is_typed for name, is_typed in read.typed.items()}
        apart = {"row": int_array(read.ragged.source_rows + self.lines), "text": text_array(read.ragged.texts)}
        self._places.append((_put(sink, records), _put(sink, apart)))
        self.starts.append(starts)
        self.records += len(read.source_rows)
        self.lines += len(starts)

    def batches(self, contract: Contract, header: Header) -> Iterator[Received]:
        """The rows as the contract names them."""
        said = dict(zip(header.names, self.names, strict=True))
        for places in self._places:
            with pa.OSFile(str(self.path)) as source:
                records, apart = (_got(source, place) for place in places)
            nulls = pa.nulls(records.num_rows, pa.string())
            held = {name: said[name] for name in contract.names if f"/{said.get(name)}" in records.schema.names}
            cells = {
                column.name: respelled(column, records[f"/{held[column.name]}"], records[f"?{held[column.name]}"])
                if column.name in held
                else nulls
                for column in contract.columns
            }
            ragged = Ragged(numbers(apart["row"]), tuple(apart["text"].to_pylist()), (NO_RECORD,) * apart.num_rows)
            yield Received(cells, numbers(records["row"]), ragged, header.absent, "json_lines")


def stream_json(path: Path, contract: Contract, shelf: Path, block_bytes: int = _BLOCK_BYTES) -> Source | None:
    """The rows of JSON Lines in UTF-8; None for any other file.

    Args:
        shelf: a local file for the records' columns, as they are: it is as secret as the file itself.
        block_bytes: how much text is worked on at once.

    Raises:
        UnreadableFileError, HeaderError: as `read_json`.
    """
    read = _shelved(path, shelf, block_bytes, by_contract(contract)) if _starts_with_lines(path) else None
    if read is None:
        return None
    check_flat(read.nested)
    header = match_header(tuple(read.names), contract)
    told = Received({}, NO_ROWS, form="json_lines", encoding="utf-8", confidence=read.records / read.lines if read.records else 0.0)
    starts = np.concatenate(read.starts)
    return Source(lambda: read.batches(contract, header), len(read.names), header.absent, told.written_as, lambda: ListedOffsets(starts))


def _starts_with_lines(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(_BLOCK_BYTES)
    lines = head[: head.rfind(b"\n") + 1]
    return (
        holds_json(lines) and not lines.startswith((b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe")) and b"\0" not in lines and are_lines(lines)
    )


def _shelved(path: Path, shelf: Path, block_bytes: int, expands: Expands) -> _Shelf | None:
    """The spooled records; None when the text is not UTF-8, so that the in-memory reader reports the encoding first."""
    found = _Shelf(shelf)
    try:
        with path.open("rb") as file, pa.OSFile(str(shelf), "wb") as sink:
            for at, block in _blocks(file, block_bytes):
                block.decode()
                found.put(sink, read_lines([line for line in block.splitlines() if line.strip()], expands), at + line_starts(block))
    except UnicodeDecodeError:
        return None
    except BadInputError:
        if is_utf8(path):
            raise
        return None
    return found


def _blocks(file: IO[bytes], block_bytes: int) -> Iterator[tuple[int, bytes]]:
    """The text in whole lines, some at a time, each with its place."""
    at, held = 0, b""
    while block := file.read(block_bytes):
        end = block.rfind(b"\n") + 1
        if end:
            yield at, held + block[:end]
            at, held = at + len(held) + end, block[end:]
        else:
            held += block
    if held:
        yield at, held


def _put(sink: pa.NativeFile, columns: dict[str, pa.Array]) -> int:
    """Where the columns lie."""
    place: int = sink.tell()
    batch = pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return place


def _got(source: pa.NativeFile, place: int) -> pa.RecordBatch:
    source.seek(place)
    with pa.ipc.open_stream(source) as reader:
        return reader.read_next_batch()
