"""Complete a file with some of the columns: each row gets the others from the lake's row of the same key.

A person exports a few columns, edits them and sends them back. The merge replaces whole rows, so the edited
file has whole rows, too. A row with a new key has no value in these columns. Values that are masked or about
people are not copied: nobody reads them by sending guessed keys.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.file_form import has_header
from headgate.contracts.followed_deletions import is_full
from headgate.contracts.model import Kind
from headgate.contracts.types import arrow_schema
from headgate.errors import BadInputError
from headgate.uploads.replaced_rows import rows_of_keys
from headgate.values.cast_declared import cast_column, without_nulls
from headgate.values.cells import text_array
from headgate.values.declared_spelling import in_declared_format

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.lake.ports import ObjectStore


def columns_to_keep(contract: Contract) -> list[str]:
    """Return the fields whose values a file may leave to the lake's row of the same key.

    Args:
        contract: of the files of the dataset.
    """
    closed = {
        *contract.personal,
        *(each.name for each in contract.columns if each.mask or each.generated_from),
    }
    if not contract.key or is_full(contract) or not has_header(contract) or closed & {*contract.key}:
        return []
    return [name for name in contract.names if name not in closed and name not in contract.key]


@dataclass(frozen=True)
class ValuesOfLake:
    """The rows of a dataset from which a file is completed.

    Attributes:
        bucket: the curated bucket.
        contract: of the files of the dataset.
        curated: the contract of its rows.
    """

    objects: ObjectStore
    bucket: str
    contract: Contract
    curated: Contract

    def complete(self, path: Path, names: Collection[str], completed: Path) -> None:
        """Write the edited file with the values of the lake in some of its columns.

        Args:
            path: the edited file, in which these columns are empty.
            names: of the columns.

        Raises:
            BadInputError: a column has values that are not copied, or the lake has too many rows to read.
        """
        if others := sorted({*names} - {*columns_to_keep(self.contract)}):
            message = f"values of {', '.join(others)} are not copied from the lake"
            raise BadInputError(rule="edits", message=message, remedy="send a file that has them")
        keys = self._keys_of(path)
        texts = self._texts_by_key(keys, sorted(names), completed.parent)
        with completed.open("w", newline="", encoding="utf-8") as written:
            writer, lines = csv.writer(written, lineterminator="\n"), _lines(path)
            header = next(lines)
            writer.writerow(header)
            of_rows = iter(keys)
            for cells in lines:
                if len(cells) != len(header):  # a ragged row stays ragged
                    writer.writerow(cells)
                    continue
                own = texts.get(next(of_rows), {})
                writer.writerow([own.get(name, cell) for name, cell in zip(header, cells, strict=True)])

    def _keys_of(self, path: Path) -> list[tuple[Any, ...]]:
        """Return the values of the key of each row that is not ragged, None for a value of another type."""
        lines = _lines(path)
        header = next(lines)
        rows = [cells for cells in lines if len(cells) == len(header)]
        columns = [self.contract.column(name) for name in self.contract.key]
        texts = [text_array(cells[header.index(column.name)] for cells in rows) for column in columns]
        read = (
            cast_column(column, without_nulls(column, text)).values.to_pylist()
            for column, text in zip(columns, texts, strict=True)
        )
        return [*zip(*read, strict=True)]

    def _texts_by_key(
        self, keys: Iterable[tuple[Any, ...]], names: Sequence[str], folder: Path
    ) -> dict[tuple[Any, ...], dict[str, str]]:
        """Return the texts of the lake's rows with these keys, as a file of the dataset writes them."""
        whole = [key for key in dict.fromkeys(keys) if None not in key]
        schema = pa.schema([arrow_schema(self.curated).field(name) for name in self.contract.key])
        key_rows = pa.table([*map(list, zip(*whole, strict=True))] if whole else [[] for _ in schema], schema)
        stored = rows_of_keys(self.objects, self.bucket, self.curated, key_rows, folder)
        if stored is None:
            message = "the lake has too many rows with keys near those of the file to complete its rows"
            raise BadInputError(
                rule="edits", message=message, remedy="send fewer rows at once, or all columns"
            )
        texts = [self._as_file(name, stored[name]).to_pylist() for name in names]
        keys_of_lake = zip(*(stored[name].to_pylist() for name in self.contract.key), strict=True)
        return {
            key: {name: text or "" for name, text in zip(names, cells, strict=True)}
            for key, cells in zip(keys_of_lake, zip(*texts, strict=True), strict=True)
        }

    def _as_file(self, name: str, values: pa.ChunkedArray) -> pa.Array:
        column = self.contract.column(name)
        text = in_declared_format(column, pc.cast(values.combine_chunks(), pa.string()), are_values=True)
        has_zone = column.type.kind is Kind.TIMESTAMP and column.format and column.format.timezone
        return pc.binary_join_element_wise(text, "Z", "") if has_zone else text


def _lines(path: Path) -> Iterator[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.reader(file)
