"""An upload with a person's edits: its columns, their fields, and what its commit changes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.contracts.currency import is_amount
from headgate.contracts.model import NUMBERS, Column, Contract, Kind
from headgate.contracts.new_column_policy import left_out_names
from headgate.formats.json.record_lists import WHOLE
from headgate.formats.parquet.read_parquet import converts_to
from headgate.lake.recorded_sheets import lists_sheet
from headgate.matching.header_names import folded
from headgate.matching.past_moments import records_the_past
from headgate.matching.sensitive_columns import possibly_sensitive, sensitive_without_contract
from headgate.uploads.edits import Edits, fields_after_edits
from headgate.uploads.upload import UploadMapping
from headgate.values.refusal_reasons import reason_of_column

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from headgate.contracts.hidden_values import HiddenBy
    from headgate.matching.mappings import Suggested
    from headgate.uploads.answered_rows import AnsweredRows
    from headgate.uploads.grid.opened_file import OpenedFile
    from headgate.uploads.proposed_steps import FieldStep


@dataclass(frozen=True)
class EditedUpload:
    """The facts of an upload before its check.

    Attributes:
        file: the file, or the archive member with its table.
        parts: the sheets, members or lists of records to choose from, with their numbers of rows if they can
            be counted.
        opened: the columns and rows; None without a header.
        edits: of the person, or those stored for the header.
        contract: of the dataset; None if it is not decided.
        suggested: the suggested fields of the columns; None without a contract.
        likely_dataset: the suggested dataset if it is not decided; empty for none.
        proposed_steps: steps that fill fields without a column.
        part_datasets: the suggested datasets of lists of JSON records.
        covers: sheets of a row, or of facts such as a cover, which are no tables.
        hidden_parts: sheets that a spreadsheet program does not show.
        inner_list: the list that is read, if it is in the records of another list; empty else.
        is_elsewhere: the key of the sent file is not of the dataset.
        beside_list: the names of values, lists and objects around the list that is read; no row has them.
        beside_columns: the names of single values beside the list, which are columns, the same in each row.
    """

    file: Path
    parts: Mapping[str, int | None]
    opened: OpenedFile | None
    edits: Edits
    is_remembered: bool
    contract: Contract | None
    suggested: Suggested | None = None
    likely_dataset: str = ""
    proposed_steps: tuple[FieldStep, ...] = ()
    part_datasets: Mapping[str, str] = field(default_factory=dict)
    covers: tuple[str, ...] = ()
    hidden_parts: tuple[str, ...] = ()
    is_elsewhere: bool = False
    inner_list: str = ""
    beside_list: tuple[str, ...] = ()
    beside_columns: tuple[str, ...] = ()
    answers: AnsweredRows | None = None

    @property
    def undecided_columns(self) -> tuple[str, ...]:
        """The columns that remembered decisions do not name: the gate asks, or has a rule for new columns."""
        if not self.is_remembered or self.opened is None or self.contract is None:
            return ()
        left_out = left_out_names(self.contract)
        named = self.edits.mentioned_columns
        return tuple(name for name in self.opened.names if name not in named and folded(name) not in left_out)

    def mapping(self) -> UploadMapping | None:
        """Return the decided mapping if the file is committed unchanged.

        None without decisions, or if remembered ones leave a required field without a column: the gate asks.
        """
        is_as_declared = self.opened is not None and self.opened.is_as_declared
        is_undecided = self.suggested is None or not self.edits.columns or bool(self.undecided_columns)
        if self.suggested is None or is_undecided or self.changes_values or is_as_declared:
            return None
        fields = tuple(field or None for field in fields_after_edits(self.suggested, self.edits.columns))
        if self.is_remembered and self.contract and self.contract.lacking(fields):
            return None
        return UploadMapping(self.suggested.to_json(), (), fields)

    @property
    def changes_values(self) -> bool:
        """Whether the committed file differs from the sent file, by the edits or to convert a stored type.

        A column whose stored type does not convert to that of its decided field is committed as its texts,
        and a file that the gate cannot read as it is, or splits into fewer columns, as the rows of its grid.
        """
        if self.edits.changes_values or self.opened is None:
            return self.edits.changes_values
        if self.answers:
            return True
        is_decided = self.contract is not None and any(self.edits.columns.values())
        if self.contract and (not self.opened.is_read_by_gate or (is_decided and self.opened.splits_more)):
            return True
        if self.opened.is_as_declared:  # without a header, the gate finds the dataset by the key
            return self.changes_rows or self.is_elsewhere
        if self.contract is None or not self.edits.columns:
            return False
        stored = dict(zip(self.opened.names, self.opened.headed.columns, strict=True))
        fields = [(name, field) for name, field in self.edits.columns.items() if field and name in stored]
        return not all(converts_to(stored[name].type, self.contract.column(field)) for name, field in fields)

    @property
    def changes_rows(self) -> bool:
        """Whether the edits change values or the order of the contract's columns, not only the part."""
        fields = self._declared_fields
        is_moved = any(fields.get(name) != field for name, field in self.edits.columns.items())
        return is_moved or replace(self.edits, part="").changes_values

    @property
    def _declared_fields(self) -> dict[str, str]:
        """The field of each column, by its place, in a file whose contract declares no header."""
        if self.opened is None or self.contract is None or not self.opened.is_as_declared:
            return {}
        return dict(zip(self.opened.names, self.contract.names, strict=True))

    def column_of(self, mapped: dict[str, str]) -> dict[str, str]:
        """Return the column of each field, from the edits or the gate's mapping."""
        names = self.opened.names if self.opened else ()
        decided = {name: field for name, field in self.edits.columns.items() if field}
        decided = decided or self._declared_fields or mapped
        return {**{name: name for name in names}, **{field: name for name, field in decided.items()}}

    @property
    def part(self) -> str:
        """The sheet or member that is read: the chosen one, or that of the first table."""
        sheets = self.opened.source.written_as.get("sheets", "") if self.opened and self.parts else ""
        return self.edits.part or sheets

    def parts_read(self, sheets: str = "") -> tuple[str, ...]:
        """Return the parts whose rows are read: the chosen one, or all sheets of the first table.

        Args:
            sheets: the sheets that the gate has read, as a file's record lists them.
        """
        if self.edits.part:
            return (self.edits.part,)
        return tuple(name for name in self.parts if lists_sheet(sheets or self.part, name))

    @property
    def lists(self) -> dict[str, str]:
        """The columns of lists of records that are parts of their own, with the part."""
        around = "" if self.edits.part == WHOLE else f"{self.edits.part}."
        inner = {
            part.removeprefix(around).replace(".", "_"): part
            for part, records in self.parts.items()
            if records is not None and part.startswith(around) and part not in {self.edits.part, WHOLE}
        }
        return {name: inner[name] for name in (self.opened.names if self.opened else ()) if name in inner}

    @property
    def own_part(self) -> str:
        """The chosen part of a file with several; empty for records as a whole."""
        is_one_of_several = len(self.parts) > 1 and self.edits.part in self.parts
        return self.edits.part if is_one_of_several and self.edits.part != WHOLE else ""

    @property
    def amounts(self) -> Collection[str]:
        """Return the columns whose decided or suggested field has a currency."""
        if self.contract is None or self.suggested is None:
            return frozenset()
        of_money = {column.name for column in self.contract.columns if is_amount(column.unit)}
        fields = fields_after_edits(self.suggested, self.edits.columns)
        return {name for name, field in zip(self.suggested.names, fields, strict=True) if field in of_money}

    @property
    def declared(self) -> dict[str, Column]:
        """The fields of times, and of numbers or of yes and no with a declared format, by their column.

        Numbers of a workbook, of JSON or of Parquet are in no format.
        """
        if self.contract is None or self.suggested is None or not self.opened or self.opened.read_as:
            return {}
        fields = fields_after_edits(self.suggested, self.edits.columns)
        columns = {
            name: self.contract.column(field)
            for name, field in zip(self.suggested.names, fields, strict=True)
            if field and pa.types.is_string(self.opened.stored_types[name])
        }
        kinds = {*NUMBERS, Kind.BOOLEAN}
        return {
            name: column
            for name, column in columns.items()
            if not column.mask
            and (column.type.kind is Kind.TIMESTAMP or (column.format and column.type.kind in kinds))
        }

    @property
    def past(self) -> dict[str, str]:
        """The columns whose decided field records the past, with the reason why a later date is doubtful."""
        if self.contract is None:
            return {}
        fields = [
            (name, self.contract.column(field))
            for name, field in self.edits.columns.items()
            if field in self.contract.names
        ]
        return {
            name: reason_of_column(column, "is in the future", "Correct the day, the month or the year")
            for name, column in fields
            if records_the_past(column, self.contract)
        }

    @property
    def hidden(self) -> Mapping[str, HiddenBy]:
        """Return the columns whose values may be sensitive, without a field by name and values, and why."""
        if self.opened is None:
            return {}
        samples = dict(zip(self.opened.names, self.opened.headed.samples, strict=True))
        sensitive = sensitive_without_contract(samples)
        if self.contract is None:
            return sensitive
        fields = dict(self.edits.columns)
        if not fields and self.suggested:
            fields = dict(zip(self.suggested.names, self.suggested.fields, strict=True))
        without_field = {name: rule for name, rule in sensitive.items() if not fields.get(name)}
        return possibly_sensitive(self.contract, samples, self.suggested) | without_field
