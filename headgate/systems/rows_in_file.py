"""A system's frames as Arrow rows of their contract, exactly: a conversion that would change a value is an
error.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as pat

from headgate.contracts.model import Column, Contract, Kind
from headgate.contracts.odcs_writer import physical_type
from headgate.contracts.types import arrow_schema, arrow_type
from headgate.engines.write_rows import write_batches
from headgate.errors import AuditError
from headgate.snapshots.publishing import write_parquet
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import pandas as pd


# What pandas may hold for each kind; anything else (a float for money, a local time) has already lost
# something.
_NATURAL: Mapping[Kind, tuple[Callable[[pa.DataType], bool], ...]] = {
    Kind.STRING: (pat.is_string, pat.is_large_string),
    Kind.BOOLEAN: (pat.is_boolean,),
    Kind.SMALLINT: (pat.is_integer, pat.is_floating),
    Kind.INTEGER: (pat.is_integer, pat.is_floating),
    Kind.BIGINT: (pat.is_integer, pat.is_floating),
    Kind.DOUBLE: (pat.is_floating, pat.is_integer),
    Kind.DECIMAL: (pat.is_decimal,),
    Kind.DATE: (pat.is_date, pat.is_timestamp),
    Kind.TIMESTAMP: (pat.is_timestamp,),
}

_NUMBER = "Round {column}, or convert it with pd.to_numeric; nulls need the dtype Int64"
# What to do about a column that does not fit, by the kind of the contract.
_CONVERSIONS: Mapping[Kind, str] = {
    Kind.STRING: 'Convert it with {column}.astype("string").',
    Kind.BOOLEAN: 'Convert it with {column}.astype("boolean").',
    Kind.SMALLINT: f"{_NUMBER}.",
    Kind.INTEGER: f"{_NUMBER}.",
    Kind.BIGINT: f"{_NUMBER}.",
    Kind.DOUBLE: 'Convert it with {column}.astype("float64").',
    Kind.DECIMAL: "Make each value a decimal.Decimal, rounded to the scale of {type}.",
    Kind.DATE: "Return days without a time: datetime.date, or {column}.dt.normalize().",
    Kind.TIMESTAMP: 'Return times in UTC without a zone: {column}.dt.tz_convert("UTC").dt.tz_localize(None).',
}

STAMPS = ("as_of", "snapshot_id")
"""The columns that the runner adds to every table."""


_BATCH_ROWS = 65_536


class OwnFolder:
    """A temporary folder that is deleted when nothing refers to this object any more."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="headgate-rows-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    def link(self, path: Path) -> Path:
        """Return a file of the same content in this folder: a link where the file system has them."""
        target = self.path / path.name
        try:
            target.hardlink_to(path)
        except OSError:  # another file system
            shutil.copyfile(path, target)
        return target


@dataclass(frozen=True)
class RowsInFile:
    """A table in a Parquet file, which may exceed the memory and is deleted with this object.

    Its columns have the types of the contract, without the stamps; its rows are in the order of the
    contract's key.

    Attributes:
        keeps_parts: parts of the table whose rows did not change keep the stamps of the run that wrote them,
            and are neither written nor audited again.
    """

    path: Path
    _folder: OwnFolder = field(repr=False)
    keeps_parts: bool = False

    @classmethod
    def new(cls, name: str, *, keeps_parts: bool = False) -> RowsInFile:
        """Return a table whose file is still to be written to `path`."""
        folder = OwnFolder()
        return cls(folder.path / f"{name}.parquet", folder, keeps_parts)

    @property
    def folder(self) -> Path:
        """The folder of the file, with room for others until this object is gone."""
        return self.path.parent

    def frame(self) -> pd.DataFrame:
        """Return all rows in memory."""
        rows: pd.DataFrame = table_of(self.path).to_pandas()
        return rows

    def write_stamped(self, contract: Contract, stamps: Mapping[str, object]) -> RowsInFile:
        """Return the rows with the stamps, by the contract, in another file of the folder.

        Raises:
            AuditError: a column is missing or unknown, or has another type than in the contract.
        """
        require_unstamped(contract, pq.read_schema(self.path))
        schema = arrow_schema(contract)
        with pq.ParquetFile(self.path) as file:
            path = self.folder / f"stamped-{self.path.name}"
            write_parquet(
                path, schema, stamped(file.iter_batches(_BATCH_ROWS, use_threads=False), schema, stamps)
            )
        return RowsInFile(path, self._folder)


def unstamped_schema(contract: Contract) -> pa.Schema:
    """Return the contract's Arrow schema without the columns that the runner adds."""
    return pa.schema([column for column in arrow_schema(contract) if column.name not in STAMPS])


def require_unstamped(contract: Contract, columns: pa.Schema) -> None:
    """Raise AuditError unless columns are the contract's, with its types, without the stamps."""
    own = unstamped_schema(contract)
    if [(column.name, column.type) for column in columns] != [(column.name, column.type) for column in own]:
        raise AuditError(f"{contract.id}: the columns of the system's file are not the contract's")


def stamped(
    batches: Iterator[pa.RecordBatch], schema: pa.Schema, stamps: Mapping[str, object]
) -> Iterator[pa.RecordBatch]:
    """Yield rows with the stamps as further columns."""
    for batch in batches:
        columns = {
            name: pa.repeat(pa.scalar(value, schema.field(name).type), batch.num_rows)
            for name, value in stamps.items()
        }
        yield pa.RecordBatch.from_arrays(
            [columns[name] if name in columns else batch[name] for name in schema.names], schema=schema
        )


def without_rows(contracts: Mapping[str, Contract]) -> dict[str, pd.DataFrame]:
    """Return an empty frame for each table, with its contract's columns except the stamps."""
    frames = {name: arrow_schema(contract).empty_table().to_pandas() for name, contract in contracts.items()}
    return {name: frame.drop(columns=list(STAMPS)) for name, frame in frames.items()}


def write_to_file(contract: Contract, frames: Iterable[pd.DataFrame]) -> RowsInFile:
    """Write frames to a file without the stamps, in the order of the contract's key."""
    made, schema = RowsInFile.new(contract.dataset), unstamped_schema(contract)
    texts = [
        column.name
        for column in contract.columns
        if column.type.kind is Kind.STRING and column.name not in STAMPS
    ]
    write_batches((unstamped_rows(contract, frame) for frame in frames), schema, made.path, texts)
    return made


def unstamped_rows(contract: Contract, frame: pd.DataFrame) -> pa.Table:
    """Return the frame's rows by the contract without the stamps."""
    schema = unstamped_schema(contract)
    _require_columns(contract, frame, schema.names)
    own = (column for column in contract.columns if column.name in schema.names)
    return pa.table([_exact(contract, column, frame[column.name]) for column in own], schema=schema)


def rows_by_contract(contract: Contract, frame: pd.DataFrame) -> pa.Table:
    """Return the frame's rows with the contract's columns, order and types; NaN, NaT and None are null.

    Raises:
        AuditError: names the column that is missing, unknown, or holds something that its type does not hold
            exactly.
    """
    _require_columns(contract, frame, contract.names)
    return pa.table(
        {column.name: _exact(contract, column, frame[column.name]) for column in contract.columns}
    )


def _require_columns(contract: Contract, frame: pd.DataFrame, names: Sequence[str]) -> None:
    missing, unknown = (
        sorted(set(names) - set(frame.columns)),
        sorted(set(map(str, frame.columns)) - set(names)),
    )
    if missing or unknown:
        lacks = [f"lack {', '.join(missing)}"] if missing else []
        further = [f"have {', '.join(unknown)}, which the contract has not"] if unknown else []
        raise AuditError(
            f"{contract.id}: the rows {' and '.join([*lacks, *further])}. The columns are "
            f"{', '.join(name for name in names if name not in STAMPS)}; correct what builds the rows, or "
            "the contract."
        )


def _exact(contract: Contract, column: Column, values: pd.Series) -> pa.Array:
    try:
        natural = pa.Array.from_pandas(values)
        natural = natural.dictionary_decode() if pat.is_dictionary(natural.type) else natural
        exact = natural.cast(arrow_type(column.type))
        if pat.is_null(natural.type):
            return exact
        # Arrow drops the time of day from a timestamp without a word.
        kept = _is_natural(column.type.kind, natural.type) and exact.cast(natural.type).equals(natural)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        raise _misfit(contract, column, values) from None  # Arrow's own message quotes the value
    if not kept:
        raise _misfit(contract, column, values)
    return exact


def _misfit(contract: Contract, column: Column, values: pd.Series) -> AuditError:
    """Return the error of a column that its type does not hold exactly, without a value."""
    kind = column.type.kind
    expected = physical_type(column.type)
    return AuditError(
        f"{contract.id}: the column {column.name} is {expected} in the contract, and the rows have "
        f"{_content(values)}. {_CONVERSIONS[kind].format(column=column.name, type=expected)}"
    )


def _content(values: pd.Series) -> str:
    """Return what a column of pandas holds, in words."""
    if values.dtype != object:
        timezone = getattr(values.dtype, "tz", None)
        if timezone is not None:
            return f"timestamps of the time zone {timezone}"
        return f"{values.dtype} values that it does not hold exactly"
    kinds = sorted({type(value).__name__ for value in values.dropna()})
    return f"Python values of the type {' and '.join(kinds)}" + (
        "" if len(kinds) > 1 else " that it does not hold exactly"
    )


def _is_natural(kind: Kind, stored: pa.DataType) -> bool:
    if pat.is_timestamp(stored) and stored.tz is not None:
        return False
    return any(holds(stored) for holds in _NATURAL[kind])
