"""Find the rows of a subject: the row with its key, and rows that refer to it, also indirectly. Pure."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.references import references
from headgate.errors import ContractError
from headgate.lake.states import RAGGED_TEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from headgate.contracts.model import Contract


@dataclass(frozen=True)
class Subject:
    """A person: a dataset, and the value of its primary key as text."""

    dataset: str
    key: str


@dataclass(frozen=True)
class SubjectColumns:
    """The columns that identify the subject's rows, by dataset, with the subject's values as text."""

    values: Mapping[str, Mapping[str, frozenset[str]]]

    def of(self, dataset: str) -> Mapping[str, frozenset[str]]:
        """Return the columns of one dataset; none if it cannot have rows of the subject."""
        return self.values.get(dataset, {})

    def mask(self, dataset: str, rows: pa.Table) -> pa.ChunkedArray | pa.Array:
        """Return True for each row of the subject."""
        is_of_subject = pa.array([False] * rows.num_rows, pa.bool_())
        for column, values in self.of(dataset).items():
            if column in rows.column_names:
                texts = pc.cast(rows[column], pa.string())
                is_of_subject = pc.or_(
                    is_of_subject,
                    pc.fill_null(pc.is_in(texts, pa.array(sorted(values), pa.string())), False),  # noqa: FBT003 Arrow's interface
                )
        return is_of_subject

    def has(self, dataset: str, record: str) -> bool:
        """Return whether a quarantined row, as JSON in its source's own names, is the subject's.

        A row with other fields than the contract's is the subject's if any cell has one of its values.
        """
        cells = json.loads(record) if record else {}
        wanted = self.of(dataset)
        all_values = frozenset().union(*wanted.values()) if wanted else frozenset()
        if RAGGED_TEXT in cells:
            return any(_is_in_line(value, str(cells[RAGGED_TEXT])) for value in all_values)
        if wanted.keys() & cells.keys():
            return any(
                _plain(str(cells[column])) in values for column, values in wanted.items() if column in cells
            )
        return any(_plain(str(cell)) in all_values for cell in cells.values())


def _is_in_line(value: str, line: str) -> bool:
    """Return whether a line with unknown cells contains the value as a word, ignoring leading zeros."""
    zeros = "0*" if value.isdecimal() else ""
    return re.search(rf"(?<![^\W_]){zeros}{re.escape(value)}(?![^\W_])", line) is not None


def _plain(text: str) -> str:
    """Return a key as in curated: without surrounding blanks and without leading zeros of a number."""
    bare = text.strip()
    return str(int(bare)) if bare.isdecimal() and bare.isascii() else bare


def key_column(contract: Contract) -> str:
    """Return the single column of a contract's primary key."""
    if len(contract.key) != 1:
        raise ContractError(
            f"{contract.id}: a subject needs a primary key of one column; this contract has "
            f"{len(contract.key)}."
        )
    return contract.key[0]


def subject_columns(
    subject: Subject,
    contracts: Mapping[str, Contract],
    read: Callable[[str, tuple[str, ...]], Iterable[pa.Table]],
) -> SubjectColumns:
    """Return the values that identify the subject's rows in every dataset.

    Args:
        read: yields every stored version of a dataset's rows, with these columns if they exist.
    """
    all_references = references(contracts)
    marks: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    marks[subject.dataset][key_column(contracts[subject.dataset])].add(subject.key)
    pending = [subject.dataset]
    while pending:
        parent = pending.pop()
        columns = SubjectColumns(
            {name: {column: frozenset(values) for column, values in of.items()} for name, of in marks.items()}
        )
        referenced_columns = {
            reference.parent_column for reference in all_references if reference.parent == parent
        }
        marked = (
            _values(
                columns, parent, read(parent, (*columns.of(parent), *referenced_columns)), referenced_columns
            )
            if referenced_columns
            else {}
        )
        if parent == subject.dataset:  # only the key itself: other columns of this row may be shared
            marked = {
                column: values for column, values in marked.items() if column == key_column(contracts[parent])
            }
            marked.setdefault(key_column(contracts[parent]), set()).add(subject.key)
        for reference in all_references:
            new = marked.get(reference.parent_column, set()) if reference.parent == parent else set()
            if new - marks[reference.dataset][reference.column]:
                marks[reference.dataset][reference.column] |= new
                pending.append(reference.dataset)
    return SubjectColumns(
        {
            name: {column: frozenset(v) for column, v in of.items() if v}
            for name, of in marks.items()
            if any(of.values())
        }
    )


def _values(
    columns: SubjectColumns, dataset: str, tables: Iterable[pa.Table], wanted: Iterable[str]
) -> dict[str, set[str]]:
    marked: dict[str, set[str]] = defaultdict(set)
    for rows in tables:
        subject_rows = rows.filter(columns.mask(dataset, rows))
        for column in wanted:
            if column in subject_rows.column_names:
                marked[column] |= set(pc.cast(subject_rows[column], pa.string()).drop_null().to_pylist())
    return marked
