"""The edits that a person makes in an upload before its commit (docs/adr/0064-http-api.md)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.matching.mappings import Suggested

JOIN, COUNTRY = "join", "country"


@dataclass(frozen=True)
class Step:
    """A change of a whole column.

    Attributes:
        kind: `split` a column at a text into new columns; `map` whole values; `replace` a part of each text;
            `default` for empty cells, or for a column that the file does not have; `join` other columns into
            a new one; `country` for codes of countries.
        text: what `split` splits at, what `replace` writes, what `join` writes between, the default, or
            the kind of codes.
        search: what `replace` looks for.
        values: old value → new value of `map`.
        into: names of the columns that `split` makes, and of those that `join` reads.
    """

    kind: str
    column: str
    text: str = ""
    search: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    into: tuple[str, ...] = ()


@dataclass(frozen=True)
class CellEdit:
    """A typed cell; `text` None empties it."""

    row: int
    column: str
    text: str | None


@dataclass(frozen=True)
class Edits:
    """The decisions of a person about an upload.

    Attributes:
        dataset: the dataset that the file is of; empty where the gate finds it.
        columns: column of the file → field of the contract; None for a column that is left out.
        formats: field → keys of `headgate.format`, as a contract declares them.
        part: the sheet of a workbook, the member of an archive, or the list of records, that is the table.
        left_out: source rows that are not committed.
        currencies: field → currencies other than the contract's in which its amounts are, which are committed
            as they are.
    """

    dataset: str = ""
    columns: Mapping[str, str | None] = field(default_factory=dict)
    formats: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    cells: tuple[CellEdit, ...] = ()
    part: str = ""
    left_out: tuple[int, ...] = ()
    currencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, read: Mapping[str, Any]) -> Edits:
        """Return the edits that JSON states."""
        steps = tuple(Step(**{**step, "into": tuple(step.get("into", ()))}) for step in read.get("steps", ()))
        cells = tuple(CellEdit(**cell) for cell in read.get("cells", ()))
        own = {"steps": steps, "cells": cells, "left_out": tuple(read.get("left_out", ()))}
        return cls(**{**read, **own})

    @property
    def changes_values(self) -> bool:
        """Whether the file that is committed is another one than the file that was sent."""
        return bool(self.formats or self.steps or self.cells or self.part or self.left_out)

    @property
    def chooses_part_alone(self) -> bool:
        """Whether nothing is decided but which part of the file is the table, and of which dataset it is."""
        return bool(self.part) and self == Edits(self.dataset, part=self.part)

    @property
    def for_next_file(self) -> Edits:
        """Return the edits for the next file with the header: all but those of rows, and the part."""
        return replace(self, cells=(), part="", left_out=())

    @property
    def made_columns(self) -> tuple[str, ...]:
        """Return the names of the columns that the steps add where the file does not have them."""
        return tuple(
            chain.from_iterable(step.into if step.kind == "split" else (step.column,) for step in self.steps)
        )

    @property
    def constants(self) -> dict[str, str]:
        """The value by column that a person set for all rows without one."""
        return {step.column: step.text for step in self.steps if step.kind == "default"}

    def facts(self, by: str, at: str, sent_as: str, sent_sha256: str) -> dict[str, Any]:
        """Return who edited a file and how much of it, as the record of the file keeps it."""
        return {
            "by": by,
            "at": at,
            "sent_sha256": sent_sha256,
            "cells": len(self.cells),
            "steps": len(self.steps),
            "formats": dict(self.formats),
            "sent_as": sent_as,
            "part": self.part,
            "defaults": sorted(self.constants),
        }

    @property
    def digest(self) -> str:
        """Return a text that is equal for equal edits only."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def fields_after_edits(suggested: Suggested, columns: Mapping[str, str | None]) -> tuple[str | None, ...]:
    """Return the field of each column by position, None for a column that is left out.

    A column that is not decided keeps its suggested field, unless another column has it: then it has none.
    """
    given_away = set(columns.values())
    kept = ["" if field in given_away else field for field in suggested.fields]
    return tuple(columns.get(name, field) for name, field in zip(suggested.names, kept, strict=True))
