"""A person's edits of an upload before its commit (docs/adr/0064-http-api.md)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from headgate.matching.header_names import made_up_name

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from headgate.contracts.model import Contract
    from headgate.matching.mappings import Suggested

JOIN, COUNTRY, SPLIT, DEFAULT = "join", "country", "split", "default"
REPEATED_HOUR, APOSTROPHE, LAKE = "repeated_hour", "apostrophe", "lake"


@dataclass(frozen=True)
class Step:
    """A change of a whole column.

    Attributes:
        kind: `split` a column at a text into new columns; `map` values; `replace` a part of each text;
            `default` for empty cells or a missing column; `join` other columns to a new one; `country` for
            country codes; `repeated_hour` for the offsets of times that a change of clocks repeats;
            `apostrophe` takes away the one that an export puts before a text such as `=1` or `+44 20`;
            `lake` for a missing column, with the value of the lake's row of the same key.
        text: the separator of `split` and `join`, the replacement of `replace`, the default, or the kind of
            codes.
        search: the text that `replace` replaces.
        values: old value → new value of `map`.
        into: the new columns of `split`, or the columns that `join` reads.
    """

    kind: str
    column: str
    text: str = ""
    search: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    into: tuple[str, ...] = ()


@dataclass(frozen=True)
class CellEdit:
    """An edited cell; `text` None empties it."""

    row: int
    column: str
    text: str | None


@dataclass(frozen=True)
class Edits:
    """The decisions of a person about an upload.

    Attributes:
        dataset: empty if the gate finds it.
        columns: column of the file → field of the contract; None for a column that is left out.
        formats: field → keys of `headgate.format`, as in a contract.
        part: the sheet, archive member or list of records with the table.
        left_out: source rows that are not committed.
        currencies: field → other currencies of its amounts than the contract's, which are committed
            unchanged.
        no_dataset: a person decided that the rows are of no dataset, so neither the header nor what is
            remembered for it decides, and no row is committed to a dataset.
        encoding: of a text whose encoding a person chose.
        header_row: line of a text, or row of a sheet, that a person chose as the header; 0 if its form shows
            it.
    """

    dataset: str = ""
    columns: Mapping[str, str | None] = field(default_factory=dict)
    formats: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    cells: tuple[CellEdit, ...] = ()
    part: str = ""
    left_out: tuple[int, ...] = ()
    currencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    no_dataset: bool = False
    encoding: str = ""
    header_row: int = 0

    @classmethod
    def of(cls, read: Mapping[str, Any]) -> Edits:
        """Return the edits from JSON."""
        steps = tuple(Step(**{**step, "into": tuple(step.get("into", ()))}) for step in read.get("steps", ()))
        cells = tuple(CellEdit(**cell) for cell in read.get("cells", ()))
        own = {"steps": steps, "cells": cells, "left_out": tuple(read.get("left_out", ()))}
        return cls(**{**read, **own})

    def renamed(self, names: Mapping[str, str]) -> Edits:
        """Return the edits with new names of the file's columns, by the old ones."""

        def new(name: str) -> str:
            return names.get(name, name)

        return replace(
            self,
            columns={new(name): field for name, field in self.columns.items()},
            steps=tuple(
                replace(step, column=new(step.column), into=tuple(map(new, step.into))) for step in self.steps
            ),
            cells=tuple(replace(cell, column=new(cell.column)) for cell in self.cells),
        )

    def in_own_names(self, names: Sequence[str]) -> Edits:
        """Return the edits of a file in its own names of columns.

        Earlier versions called a column by its place if its heading was no plain name.
        """
        others = {*names, *self.made_columns}
        by_place = {made_up_name(place): name for place, name in enumerate(names, start=1)}
        return self.renamed({old: name for old, name in by_place.items() if old not in others})

    @property
    def changes_values(self) -> bool:
        """Whether the committed file differs from the sent file."""
        of_rows = self.formats or self.steps or self.cells or self.left_out
        return bool(of_rows or self.part or self.encoding or self.header_row)

    @property
    def is_of_no_dataset(self) -> bool:
        """Whether a person decided that the rows are of no dataset."""
        return self.no_dataset and not self.dataset

    @property
    def chooses_part_alone(self) -> bool:
        """Whether only the part of the file, its encoding, its header and the dataset are decided."""
        read = Edits(self.dataset, part=self.part, encoding=self.encoding, header_row=self.header_row)
        return bool(self.part or self.encoding or self.header_row) and self == read

    @property
    def for_next_file(self) -> Edits:
        """Return the edits for later files with the header, without rows and the part.

        Amounts in another currency are asked about for each file, because its rate and its rows are others.
        """
        return replace(self, cells=(), part="", left_out=(), no_dataset=False, currencies={})

    @property
    def kept_in_lake(self) -> frozenset[str]:
        """Return the missing columns with the values of the lake's rows of the same keys."""
        return frozenset(step.column for step in self.steps if step.kind == LAKE)

    @property
    def made_columns(self) -> tuple[str, ...]:
        """Return the columns that the steps add."""
        return tuple(
            chain.from_iterable(step.into if step.kind == SPLIT else (step.column,) for step in self.steps)
        )

    @property
    def mentioned_columns(self) -> frozenset[str]:
        """Return the columns that the decisions and the steps name."""
        of_steps = chain.from_iterable((step.column, *step.into) for step in self.steps)
        return frozenset(chain(self.columns, of_steps))

    def fitted_to(self, names: Collection[str], contract: Contract) -> Edits:
        """Return the decisions about these columns and those that the steps make of them.

        A value for all rows stays if its column is named as its field, so no column of a file was emptied.
        """
        there, steps = {*names}, []
        for step in self.steps:
            is_for_all = step.kind in {DEFAULT, LAKE} and self.columns.get(step.column) == step.column
            if is_for_all or {*(step.into if step.kind == JOIN else (step.column,))} <= there:
                steps.append(step)
                there |= {*step.into} if step.kind == SPLIT else {step.column}
        columns = {
            name: field
            for name, field in self.columns.items()
            if name in there and (field is None or field in contract.names)
        }
        formats = {field: form for field, form in self.formats.items() if field in columns.values()}
        return replace(self, columns=columns, formats=formats, steps=tuple(steps))

    @property
    def joined_columns(self) -> frozenset[str]:
        """Return the columns whose values are a part of a joined column."""
        return frozenset(chain.from_iterable(step.into for step in self.steps if step.kind == JOIN))

    @property
    def constants(self) -> dict[str, str]:
        """Return the value set for all rows, by missing column."""
        return {step.column: step.text for step in self.steps if step.kind == DEFAULT}

    def left_out_columns(self, names: Sequence[str]) -> list[str]:
        """Return the columns that a person left out; of a column that was split into a field, its other
        parts.
        """
        used = self.joined_columns | {name for name, field in self.columns.items() if field}

        def left(name: str, steps: Sequence[Step]) -> list[str]:
            if name in used:
                return []
            splits = (at for at, step in enumerate(steps) if step.kind == SPLIT and step.column == name)
            if (at := next(splits, None)) is None:
                return [name]
            parts = steps[at].into
            below = [each for part in parts for each in left(part, steps[at + 1 :])]
            return [name] if set(parts) <= set(below) else below

        decided = [name for name in names if self.columns.get(name, "") is None]
        return [each for name in decided for each in left(name, self.steps)]

    def facts(self, by: str, at: str, sent_as: str, sent_sha256: str) -> dict[str, Any]:
        """Return the editor and the numbers of edits for the file's record."""
        return {
            "by": by,
            "at": at,
            "sent_sha256": sent_sha256,
            "cells": len(self.cells),
            "steps": len(self.steps),
            "formats": dict(self.formats),
            "sent_as": sent_as,
            "part": self.part,
            "header_row": self.header_row,
            "defaults": sorted(self.constants),
        }

    @property
    def digest(self) -> str:
        """Return a text that is equal only for equal edits."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def fields_after_edits(suggested: Suggested, columns: Mapping[str, str | None]) -> tuple[str | None, ...]:
    """Return the field of each column by position, None for a column that is left out.

    An undecided column keeps its suggested field, unless another column has that field.
    """
    given_away = set(columns.values())
    kept = ["" if field in given_away else field for field in suggested.fields]
    return tuple(columns.get(name, field) for name, field in zip(suggested.names, kept, strict=True))
