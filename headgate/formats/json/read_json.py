"""Read JSON in a contract's columns, in batches.

A file in memory is one batch; large JSON Lines are read from disk in blocks. All names are known only after
the last line, so the blocks are first spooled as columns. Batches are read from the spool, as often as
needed, without parsing JSON again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import IO, TYPE_CHECKING

import numpy as np
import pyarrow as pa

from headgate.contracts.new_column_policy import NewColumns, left_out_names, policy_of
from headgate.errors import BadInputError
from headgate.formats.batches import Source
from headgate.formats.format_name import JSON_LINES
from headgate.formats.json.json_records import (
    NO_RECORD,
    Records,
    are_lines,
    check_name_count,
    holds_json,
    read_lines,
    records_of,
    shown_name,
)
from headgate.formats.json.json_text import not_kept
from headgate.formats.json.nested_names import by_contract
from headgate.formats.json.record_lists import RecordPlace
from headgate.formats.received_rows import Ragged, Received
from headgate.formats.row_offsets import ListedOffsets, line_starts
from headgate.formats.sniff import is_utf8, text_for
from headgate.formats.typed_cells import respelled
from headgate.matching.header_names import folded
from headgate.matching.match_header import fields_of, folded_aliases, match_header
from headgate.values.cells import NO_ROWS, Rows, int_array, numbers, text_array

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.formats.json.nested_names import Expands

_BLOCK_BYTES = 8 << 20


def read_json(content: bytes, contract: Contract) -> Source:
    """Return the rows of a JSON or JSON Lines file as one batch.

    Raises:
        UnreadableFileError: as `read_records`; `type`: a column has lists or objects that the contract does
            not keep.
        HeaderError: as `read_records`, or the names do not match the contract.
    """
    return source_of_records(
        records_of(text_for(content, contract), content, by_contract(contract), RecordPlace.by(contract)),
        contract,
    )


def source_of_records(read: Records, contract: Contract) -> Source:
    """Return the rows of records in memory as one batch.

    Raises:
        UnreadableFileError: `type`, as `read_json`.
        HeaderError: the names do not match the contract.
    """
    form = Received(
        {},
        NO_ROWS,
        format_name=read.form,
        encoding=read.encoding,
        confidence=read.confidence,
        starts=read.starts,
    )
    return _source(lambda: iter((read,)), tuple(read.columns), read.nested, form, contract)


def read_json_lines(
    path: Path, contract: Contract, spool: Path, block_bytes: int = _BLOCK_BYTES
) -> Source | None:
    """Return the rows of JSON Lines in UTF-8, one batch per block of lines; None for any other file.

    Args:
        spool: a local file for the unmasked columns of the records, as secret as the file itself.
        block_bytes: size of the text to parse at once.
    """
    read = (
        _spool_records(path, spool, block_bytes, by_contract(contract)) if _starts_with_lines(path) else None
    )
    return _source(read.blocks, tuple(read.names), read.nested, read.form, contract) if read else None


def _source(
    blocks: Callable[[], Iterator[Records]],
    names: Sequence[str],
    nested: Iterable[str],
    form: Received,
    contract: Contract,
) -> Source:
    """Return the source of blocks of records.

    Args:
        names, nested: of all blocks.
        form: the file's properties, with the starts of all rows, but without rows.
    """
    _check_nested(nested, contract)
    header = match_header(names, contract, in_order=False)
    name_of = dict(zip(header.names, names, strict=True))

    def batches() -> Iterator[Received]:
        for block in blocks():
            yield replace(
                form,
                cells=_cells(block, contract, name_of),
                source_rows=block.source_rows,
                ragged=block.ragged,
                missing_columns=header.absent,
            )

    return Source(batches, len(names), header.absent, form.written_as, partial(ListedOffsets, form.starts))


def _cells(block: Records, contract: Contract, name_of: Mapping[str, str]) -> dict[str, pa.Array]:
    """Return the contract's columns; null if the block lacks the name."""
    nulls = pa.nulls(len(block.source_rows), pa.string())
    fields = {field: name for field, name in name_of.items() if name in block.columns}
    return {
        column.name: respelled(column, block.columns[fields[column.name]], block.typed[fields[column.name]])
        if column.name in fields
        else nulls
        for column in contract.columns
    }


def _check_nested(nested: Iterable[str], contract: Contract) -> None:
    """Raise UnreadableFileError for the first name with lists or objects that the contract does not accept.

    It accepts columns kept as JSON text or left out, and new columns unless its policy is to ask. Other names
    of its columns are matched afterwards.
    """
    kept = {column.name for column in contract.columns if column.nested or column.undeclared}
    asks = policy_of(contract) is NewColumns.ASK
    passed = left_out_names(contract) | folded_aliases(contract)
    names = sorted(name for name in nested if folded(name) not in passed)
    for name, declared in zip(names, fields_of(names, contract), strict=True):
        if declared not in kept and (declared or asks):
            raise not_kept(shown_name(name), is_declared=bool(declared))


@dataclass
class _Spool:
    """The columns of the records, spooled to disk in blocks.

    Attributes:
        names: of the records, in the order in which they first occur.
        starts: byte offsets of the lines.
    """

    path: Path
    names: dict[str, None] = field(default_factory=dict)
    nested: set[str] = field(default_factory=set)
    starts: list[Rows] = field(default_factory=list)
    records: int = 0
    lines: int = 0
    _places: list[tuple[int, int]] = field(default_factory=list)

    @property
    def form(self) -> Received:
        """The properties of the file and the offsets of its rows."""
        confidence = self.records / self.lines if self.records else 0.0
        return Received(
            {},
            NO_ROWS,
            format_name=JSON_LINES,
            encoding="utf-8",
            confidence=confidence,
            starts=np.concatenate(self.starts),
        )

    def write(self, sink: pa.NativeFile, read: Records, starts: Rows) -> None:
        """Write the next block."""
        self.names |= dict.fromkeys(read.columns)
        check_name_count(len(self.names) - 1)
        self.nested |= read.nested
        records = {"row": int_array(read.source_rows + self.lines)} | {
            f"/{name}": column for name, column in read.columns.items()
        }
        records |= {f"?{name}": is_typed for name, is_typed in read.typed.items()}
        ragged_rows = {
            "row": int_array(read.ragged.source_rows + self.lines),
            "text": text_array(read.ragged.texts),
        }
        self._places.append((_write(sink, records), _write(sink, ragged_rows)))
        self.starts.append(starts)
        self.records += len(read.source_rows)
        self.lines += len(starts)

    def blocks(self) -> Iterator[Records]:
        """Yield the blocks from disk."""
        for places in self._places:
            with pa.OSFile(str(self.path)) as source:
                records, ragged_rows = (_read(source, place) for place in places)
            columns, typed = (
                {name[1:]: records[name] for name in records.schema.names if name[0] == prefix}
                for prefix in "/?"
            )
            ragged = Ragged(
                numbers(ragged_rows["row"]),
                tuple(ragged_rows["text"].to_pylist()),
                (NO_RECORD,) * ragged_rows.num_rows,
            )
            yield Records(
                columns,
                frozenset(),
                numbers(records["row"]),
                ragged,
                JSON_LINES,
                "utf-8",
                NO_ROWS,
                typed=typed,
            )


def _starts_with_lines(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(_BLOCK_BYTES)
    lines = head[: head.rfind(b"\n") + 1]
    return (
        holds_json(lines)
        and not lines.startswith((b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe"))
        and b"\0" not in lines
        and are_lines(lines)
    )


def _spool_records(path: Path, spool: Path, block_bytes: int, expands: Expands) -> _Spool | None:
    """Return the spooled records, or None if the text is not UTF-8.

    The in-memory reader then reports the encoding first.
    """
    spooled = _Spool(spool)
    try:
        with path.open("rb") as file, pa.OSFile(str(spool), "wb") as sink:
            for at, block in _blocks(file, block_bytes):
                block.decode()
                spooled.write(
                    sink,
                    read_lines([line for line in block.splitlines() if line.strip()], expands),
                    at + line_starts(block),
                )
    except UnicodeDecodeError:
        return None
    except BadInputError:
        if is_utf8(path):
            raise
        return None
    return spooled


def _blocks(file: IO[bytes], block_bytes: int) -> Iterator[tuple[int, bytes]]:
    """Yield blocks of complete lines with their offsets."""
    at, rest = 0, b""
    while block := file.read(block_bytes):
        end = block.rfind(b"\n") + 1
        if end:
            yield at, rest + block[:end]
            at, rest = at + len(rest) + end, block[end:]
        else:
            rest += block
    if rest:
        yield at, rest


def _write(sink: pa.NativeFile, columns: dict[str, pa.Array]) -> int:
    """Write the columns and return their offset."""
    place: int = sink.tell()
    batch = pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return place


def _read(source: pa.NativeFile, place: int) -> pa.RecordBatch:
    source.seek(place)
    with pa.ipc.open_stream(source) as reader:
        return reader.read_next_batch()
