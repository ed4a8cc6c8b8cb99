"""An upload with a person's edits: its columns, their fields, and the edited file."""

from __future__ import annotations

import hashlib
import io
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.country_fields import ALPHA_2, country_fields
from headgate.contracts.currency import is_amount
from headgate.contracts.file_form import ENCODING_PROPERTY, stated_beside, stated_encoding
from headgate.contracts.model import NUMBERS, TIMES, Column, ColumnType, Contract, Kind
from headgate.errors import BadInputError
from headgate.formats.format_list import format_of
from headgate.formats.format_name import WORKBOOKS
from headgate.formats.guess_encoding import OFFERED, is_guessed
from headgate.formats.json.json_records import lists_of_records, read_records
from headgate.formats.json.nested_names import every_object
from headgate.formats.json.record_lists import WHOLE, RecordList, RecordPlace, name_around
from headgate.formats.parquet.read_parquet import converts_to
from headgate.formats.sniff import is_old_workbook
from headgate.formats.unpack import data_members
from headgate.lake import keys
from headgate.lake.recorded_sheets import MIN_SHEET_ROWS, lists_sheet
from headgate.matching.dataset_evidence import (
    dataset_made_of_list,
    dataset_of_inner_list,
    dataset_of_named_list,
    likely_dataset,
)
from headgate.matching.file_table import FileTable, as_text
from headgate.matching.header_names import folded
from headgate.matching.past_moments import records_the_past
from headgate.matching.sensitive_columns import possibly_sensitive, sensitive_without_contract
from headgate.matching.suggest_mapping import ALIAS, EXACT, VALUE
from headgate.uploads.answered_rows import AnsweredRows, answered_rows, without_references
from headgate.uploads.column_readings import readings_of
from headgate.uploads.edited_rows import check_edits, check_widths, edited_csv, member_of, source_format_of
from headgate.uploads.edits import Edits, fields_after_edits
from headgate.uploads.import_grid import OpenedFile, is_json_file, open_file
from headgate.uploads.number_cells import NumberCells
from headgate.uploads.proposed_steps import FieldStep, names_in_records, proposed_steps
from headgate.uploads.upload import UploadMapping, UploadRecord, why_not_named
from headgate.values.cast_declared import cast_column, without_nulls
from headgate.values.country_codes import are_countries, in_country_codes
from headgate.values.refusal_reasons import reason_of_column

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from headgate.formats.excel.workbook import Sheet
    from headgate.matching.mappings import Mappings, Suggested
    from headgate.values.format_inference import Reading

_MAX_JSON_BYTES = 32 << 20  # parsed as a whole to find its lists
_COUNTRY_CONFIDENCE = 0.7  # below the threshold of certainty: a person confirms it
MAX_DRAFT_BYTES = 8 << 20  # about ten seconds; `headgate contract init --raw` drafts from a larger file
_MAX_PROPOSED_LISTS, _MAX_PROPOSED_BYTES = 4, 8 << 20
_MAX_COVER_COLUMNS = 2  # of a sheet of facts, such as "Contact: …"
_MAX_TRIED_MEMBERS = 20  # before a person chooses one
_MAX_PART_CHARS = 100  # of a sheet's or member's name in a key
_WIDEST = {"precision": 38, "scale": 9}
_NO_TEXT = {Kind.BOOLEAN, Kind.DATE, Kind.TIMESTAMP, Kind.DECIMAL}


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

    def mapping(self) -> UploadMapping | None:
        """Return the decided mapping if the file is committed unchanged; None without decisions."""
        is_as_declared = self.opened is not None and self.opened.is_as_declared
        if self.suggested is None or not self.edits.columns or self.changes_values or is_as_declared:
            return None
        fields = tuple(field or None for field in fields_after_edits(self.suggested, self.edits.columns))
        return UploadMapping(self.suggested.to_json(), (), fields)

    @property
    def changes_values(self) -> bool:
        """Whether the committed file differs from the sent file, by the edits or to convert a stored type.

        A column whose stored type does not convert to that of its decided field is committed as its texts,
        and a file that the gate cannot read as it is as the rows of its grid.
        """
        if self.edits.changes_values or self.opened is None:
            return self.edits.changes_values
        if self.answers:
            return True
        if self.contract and not self.opened.is_read_by_gate:
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
        """The fields with a declared format of numbers, or of yes and no, by their column of texts.

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
            if column.format and not column.mask and column.type.kind in kinds
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
    def hidden(self) -> Collection[str]:
        """Return the columns whose values may be sensitive, without a field by name and values."""
        if self.opened is None:
            return frozenset()
        samples = dict(zip(self.opened.names, self.opened.headed.samples, strict=True))
        sensitive = sensitive_without_contract(samples)
        if self.contract is None:
            return sensitive
        fields = dict(self.edits.columns)
        if not fields and self.suggested:
            fields = dict(zip(self.suggested.names, self.suggested.fields, strict=True))
        without_field = {name for name in sensitive if not fields.get(name)}
        return possibly_sensitive(self.contract, samples, self.suggested) | without_field


@dataclass(frozen=True)
class _SentPart:
    """The file or an archive member.

    Attributes:
        part: the sheet, member or list that is read; empty for the first one.
        parts: the parts to choose from, with the number of their records if known.
        narrow: the headers of narrow sheets.
        facts: narrow sheets with titles, which are no tables but if no other sheet is.
        hidden: sheets that a spreadsheet program does not show; they are the last parts.
    """

    file: Path
    part: str
    parts: Mapping[str, int | None] = field(default_factory=dict)
    narrow: Mapping[str, Sequence[str]] = field(default_factory=dict)
    facts: frozenset[str] = frozenset()
    hidden: tuple[str, ...] = ()


def edited_content(
    upload: UploadRecord, path: Path, folder: Path, mappings: Mappings, limit_bytes: int
) -> EditedUpload:
    """Return the facts of an upload with its content at `path`.

    Raises:
        BadInputError: the file cannot be read.
    """
    edits, contracts = upload.edits or Edits(), mappings.contracts
    sent = _member(path, folder, edits.part, limit_bytes)
    file, parts, edits = sent.file, sent.parts, replace(edits, part=sent.part)
    is_open = upload.edits is None or edits.chooses_part_alone
    if lists := _lists(file):
        parts = {each.name: each.records for each in lists}
        edits = replace(edits, part=edits.part if edits.part in parts else _first_list(lists))
    read_list = next((each for each in lists if each.name == edits.part), None)
    inner_list = read_list.name if read_list and read_list.is_inner else ""
    sheet = edits.part if edits.part in parts and file == path else ""
    dataset = "" if edits.is_of_no_dataset else edits.dataset or keys.dataset_of(upload.key)

    def opened_at(name: str, encoding: str = edits.encoding, beside: Sequence[str] = ()) -> OpenedFile | None:
        read = _stating(encoding, contracts.get(dataset))
        return open_file(file, folder, read, name, limit_bytes, beside=beside)

    opened = opened_at(sheet)
    if is_open and opened and edits.part and not (lists or edits.dataset or edits.is_of_no_dataset):
        dataset = dataset if _fits(dataset, upload.key, opened, mappings) else ""
    if opened and upload.edits is None and dataset not in contracts and file == path and not lists:
        opened, sheet = _first_sheet(upload.key, opened, sent, opened_at, mappings)
        edits = replace(edits, part=sheet)
    is_remembered = False
    if opened and is_open:
        edits, is_remembered = _remembered(upload.key, edits, opened, mappings)
        if not is_remembered and mappings.remembers_edits and is_guessed(opened.source.written_as):
            opened, edits, is_remembered = _remembered_encoding(
                upload.key, edits, opened, partial(opened_at, sheet), mappings
            )
    of_parts = _datasets_of_lists(file, lists, contracts)
    dataset = edits.dataset or dataset
    if opened and dataset not in contracts and not edits.is_of_no_dataset:
        dataset = _dataset_of_columns(upload.key, opened, inner_list, of_parts, mappings)
    contract = contracts.get(dataset)
    opened, edits, beside = _reopened(read_list, opened, contract, edits, partial(opened_at, sheet))
    edited = EditedUpload(
        file,
        parts,
        opened,
        edits,
        is_remembered,
        contract,
        part_datasets=of_parts,
        covers=_covers(sent.narrow, contracts),
        hidden_parts=sent.hidden,
        is_elsewhere=bool(contract) and keys.dataset_of(upload.key) != dataset,
        inner_list=inner_list,
        beside_list=_in_no_row(read_list, opened),
        beside_columns=beside,
    )
    suggested = _with_suggestions(edited, upload.key, edits.part if lists else "", inner_list, mappings)
    return replace(suggested, answers=_answers(suggested, upload))


def _stating(encoding: str, contract: Contract | None) -> Contract | None:
    """Return the contract by which a text is read in the encoding that a person chose, if any."""
    if not encoding:
        return contract
    read = contract or Contract("", "", "source", "0", ())
    return replace(read, properties={**read.properties, ENCODING_PROPERTY: encoding})


def _is_in_other_encoding(opened: OpenedFile, encoding: str) -> bool:
    """Return whether a text was read in a guessed encoding, and another one is stated for its source."""
    written_as = opened.source.written_as
    return bool(encoding) and is_guessed(written_as) and written_as["encoding"] != encoding


def _in_no_row(read_list: RecordList | None, opened: OpenedFile | None) -> tuple[str, ...]:
    """Return the names beside a list that are no columns."""
    names = {*map(folded, opened.names)} if opened else set()
    return tuple(name for name in (read_list.beside if read_list else ()) if folded(name) not in names)


def _reopened(
    read_list: RecordList | None,
    opened: OpenedFile | None,
    contract: Contract | None,
    edits: Edits,
    opened_with: Callable[..., OpenedFile | None],
) -> tuple[OpenedFile | None, Edits, tuple[str, ...]]:
    """Return the file as its dataset states it: in its encoding, with the values beside its list as columns.

    Also return the edits of these columns, and the names of the values.
    """
    encoding = edits.encoding or stated_encoding(contract)
    if opened and _is_in_other_encoding(opened, encoding):
        opened = opened_with(encoding)
    beside = _values_beside(read_list, opened, contract, edits)
    edits = _without_values_beside(edits, read_list, {*beside, *(opened.names if opened else ())})
    return (opened_with(encoding, beside) if beside else opened), edits, beside


def _without_values_beside(edits: Edits, read_list: RecordList | None, columns: Collection[str]) -> Edits:
    """Return the edits without values beside a list that are left out, and so are no columns."""
    gone = {*(read_list.values if read_list else ())} - {*columns}
    kept = {name: field_ for name, field_ in edits.columns.items() if field_ or name not in gone}
    return edits if len(kept) == len(edits.columns) else replace(edits, columns=kept)


def _values_beside(
    read_list: RecordList | None, opened: OpenedFile | None, contract: Contract | None, edits: Edits
) -> tuple[str, ...]:
    """Return the names of the values beside a list that are columns.

    A dataset has those that it declares. To a new dataset all are offered, unless a record has the name.
    """
    if read_list is None or opened is None or read_list.is_inner or edits.is_of_no_dataset:
        return ()
    mapped = (name for name, field_ in edits.columns.items() if field_)
    declared = {*map(folded, (*stated_beside(contract), *mapped))}
    own = {*map(folded, opened.names)}
    names = (name for name in read_list.values if contract is None or folded(name) in declared)
    return tuple(name for name in names if folded(name) not in own)


def _answers(edited: EditedUpload, upload: UploadRecord) -> AnsweredRows | None:
    """Return the refused rows that the file replaces, if its columns are decided and no values are masked."""
    opened, contract, edits = edited.opened, edited.contract, edited.edits
    if opened is None or contract is None or contract.sensitive:
        return None
    is_decided = any(edits.columns.values()) and not upload.raw_version
    return answered_rows(opened, edits.left_out) if is_decided else None


def open_part(
    path: Path, folder: Path, part: str, contract: Contract | None, limit_bytes: int
) -> tuple[OpenedFile | None, Path]:
    """Open the part of a sent file that an edited copy has; return its rows and the file or member with them.

    Args:
        part: as stored with the edits: a part, or the sheets that were read as one table.
    """
    sent = _member(path, folder, part, limit_bytes)
    is_sheet = part in sent.parts and sent.file == path
    is_one = is_sheet or part in {each.name for each in _lists(sent.file)}
    return open_file(sent.file, folder, contract, part if is_one else "", limit_bytes), sent.file


def _dataset_of_columns(
    key: str, opened: OpenedFile, inner_list: str, of_parts: Mapping[str, str], mappings: Mappings
) -> str:
    """Return the dataset of a part by its columns; empty if unknown.

    Records around a list are of another dataset than the list.
    """
    if inner_list:
        return of_parts.get(inner_list, "")
    return mappings.dataset_of_table(key, opened.headed) if opened.headed.has_header else ""


def _fits(dataset: str, key: str, opened: OpenedFile, mappings: Mappings) -> bool:
    """Return whether a sheet has the key, else the required columns, of the dataset of its file's name."""
    if dataset not in mappings.contracts or not opened.headed.has_header:
        return True
    contract = mappings.contracts[dataset]
    needed = contract.key or [column.name for column in contract.columns if column.required]
    suggested = _suggested(key, contract, opened.headed, mappings, opened.headed.names)
    named = sum(how in {EXACT, ALIAS} for how in suggested.how)
    is_most = 2 * named >= min(len(suggested.names), len(contract.columns))
    return is_most and {*needed} <= {*suggested.fields}


def _with_suggestions(
    edited: EditedUpload, key: str, list_name: str, inner_list: str, mappings: Mappings
) -> EditedUpload:
    """Add the suggested fields of the columns and steps; for a part of no dataset, the likely one."""
    opened, contract, edits = edited.opened, edited.contract, edited.edits
    if opened is None:
        return edited
    names = opened.headed.names
    if contract is None:
        likely = _likely_dataset_of_part(list_name, names, inner_list, mappings.contracts)
        return replace(edited, likely_dataset=likely)
    matched = contract.names if opened.is_as_declared else names_in_records(names, inner_list)
    suggested = _suggested(key, contract, opened.headed, mappings, matched)
    # Stored edits are for the contract; the gate reports fields that they lack.
    if edits.columns and not edited.is_remembered:
        check_edits(edits, contract, opened.names)
    if not edited.is_remembered:
        check_widths(edits, contract)
    texts = dict(zip(opened.names, map(as_text, opened.headed.columns), strict=True))
    steps = proposed_steps(suggested, contract, edits, texts, inner_list)
    return replace(edited, suggested=suggested, proposed_steps=steps)


def _covers(narrow: Mapping[str, Sequence[str]], contracts: Mapping[str, Contract]) -> tuple[str, ...]:
    """Return the narrow sheets without a header of a dataset."""
    return tuple(
        name for name, header in narrow.items() if not (header and likely_dataset(header, contracts))
    )


def _first_sheet(
    key: str,
    opened: OpenedFile,
    sent: _SentPart,
    opened_at: Callable[[str], OpenedFile | None],
    mappings: Mappings,
) -> tuple[OpenedFile, str]:
    """Return the first sheet with a table if another one was opened, and its name; else what was opened.

    A sheet of a dataset goes before sheets without one, such as a cover with notes. A cover of facts below a
    title, such as a site and an author, is a table of two columns to a reader of sheets.
    """
    if not (read_sheets := opened.source.written_as.get("sheets", "")):
        return opened, ""
    first = (opened, "")
    is_of_dataset = bool(mappings.dataset_of_table(key, opened.headed))
    for sheet in sent.parts:
        if lists_sheet(read_sheets, sheet):
            break
        with suppress(BadInputError):
            table = opened_at(sheet)
            if table is None or not _is_table(table):
                continue
            if mappings.dataset_of_table(key, table.headed):
                return table, sheet
            if not is_of_dataset and first[0] is opened and sheet not in sent.facts:
                first = (table, sheet)
    return first


def _first_table(body: bytes, members: Sequence[str], folder: Path, limit_bytes: int) -> str:
    """Return the first of an archive's members that is a table with rows; empty if few tries find none."""
    for name in members[:_MAX_TRIED_MEMBERS] if len(members) > 1 else ():
        with suppress(BadInputError):
            if (inner := _written_member(body, name, folder)) is None:
                continue
            opened = open_file(inner, folder, None, "", limit_bytes)
            if opened and _is_table(opened):
                return name
    return ""


def _written_member(body: bytes, name: str, folder: Path) -> Path | None:
    """Write an archive member to the folder; return None if it cannot be read."""
    content = member_of(body, name)
    if content is None:
        return None
    inner = folder / f"member{PurePosixPath(name).suffix}"
    inner.write_bytes(content)
    return inner


def _is_table(opened: OpenedFile) -> bool:
    """Return whether a sheet has rows below the names of two columns or more, of which two have values."""
    filled = sum(any(column.to_pylist()) for column in opened.headed.samples)
    return len(opened.names) > 1 and filled > 1


def _remembered(key: str, edits: Edits, opened: OpenedFile, mappings: Mappings) -> tuple[Edits, bool]:
    """Return the edits stored for the header, if they are of the chosen dataset; else the own ones."""
    headed = without_references(opened.headed)
    if not opened.headed.has_header or not (read := mappings.remembered_edits(key, headed)):
        return edits, False
    stored = Edits.of(read).renamed(opened.headed.formerly_shown).for_next_file
    about_rows = dict.fromkeys(opened.names[len(headed.names) :])
    stored = replace(stored, columns={**stored.columns, **about_rows})
    remembered, is_applicable = _applicable(stored, opened, mappings)
    if is_applicable and edits.dataset in {"", remembered.dataset}:
        return replace(remembered, part=edits.part), True
    return edits, False


def _remembered_encoding(
    key: str,
    edits: Edits,
    opened: OpenedFile,
    opened_in: Callable[[str], OpenedFile | None],
    mappings: Mappings,
) -> tuple[OpenedFile, Edits, bool]:
    """Return the file in another encoding if edits with it are stored for the header that it shows."""
    for encoding in OFFERED:
        with suppress(BadInputError):
            if (other := opened_in(encoding)) is None or other.names == opened.names:
                continue
            stored, is_remembered = _remembered(key, edits, other, mappings)
            if is_remembered and stored.encoding == encoding:
                return other, stored, True
    return opened, edits, False


def _datasets_of_lists(
    path: Path, lists: Sequence[RecordList], contracts: Mapping[str, Contract]
) -> dict[str, str]:
    """Return the suggested dataset of each list of records, if they are few, as each is parsed."""
    proposed_lists = [each for each in lists if each.name != WHOLE][:_MAX_PROPOSED_LISTS]
    if path.stat().st_size > _MAX_PROPOSED_BYTES:
        return {}
    body = path.read_bytes() if proposed_lists else b""
    proposed = {}
    for each in proposed_lists:
        with suppress(BadInputError):  # shown when a person chooses the list
            columns = read_records(body, expands=every_object, place=RecordPlace(each.name)).columns
            inner_list = each.name if each.is_inner else ""
            list_name = "" if each.is_inner else each.name
            proposed[each.name] = _likely_dataset_of_part(list_name, [*columns], inner_list, contracts)
    return {name: dataset for name, dataset in proposed.items() if dataset}


def _likely_dataset_of_part(
    list_name: str, names: Sequence[str], inner_list: str, contracts: Mapping[str, Contract]
) -> str:
    """Return the suggested dataset by the columns of a part, else by the name of its list."""
    return _likely_dataset(names, inner_list, contracts) or dataset_of_named_list(list_name, names, contracts)


def _likely_dataset(names: Sequence[str], inner_list: str, contracts: Mapping[str, Contract]) -> str:
    """Return the suggested dataset; a list in records is matched by its own columns."""
    if not inner_list:
        return likely_dataset(names, contracts)
    around = [name_around(name, inner_list) for name in names]
    own = [name for name, outer in zip(names, around, strict=True) if not outer]
    outer_columns = [name for name, outer in zip(names, around, strict=True) if outer]
    return dataset_of_inner_list(own, [*filter(None, around)], contracts) or dataset_made_of_list(
        own, outer_columns, contracts
    )


def _suggested(
    key: str, contract: Contract, headed: FileTable, mappings: Mappings, names: Sequence[str]
) -> Suggested:
    """Return the suggested fields of the columns, by name and by value in any format.

    Values alone do not match days and booleans to text fields, nor lists to a field of another name.

    Args:
        names: the names to match: of the columns around an inner list, those in the outer record.
    """
    kinds = {column.name: column.type.kind for column in contract.columns}
    readings = [_reading(sample) for sample in headed.samples]
    is_day_a_time = Kind.DATE not in kinds.values()
    samples = [
        sample if reading is None else _in_plain_spelling(sample, reading, is_day_a_time=is_day_a_time)
        for sample, reading in zip(headed.samples, readings, strict=True)
    ]
    if country_fields(contract):
        samples = [in_country_codes(each, ALPHA_2) if are_countries(each) else each for each in samples]
    named = replace(headed, names=tuple(names))
    matched = mappings.matched(key, contract.dataset, named, samples)
    suggested = replace(matched, names=headed.shown, fingerprint=headed.fingerprint)
    nested = {column.name for column in contract.columns if column.nested}
    are_nested = [pa.types.is_nested(column.type) for column in headed.columns]
    fields = tuple(
        ""
        if (how == VALUE and reading and kinds.get(field) is Kind.STRING and reading.kind in _NO_TEXT)
        or (is_nested and field not in nested and (how != EXACT or kinds.get(field) is not Kind.STRING))
        else field
        for field, how, reading, is_nested in zip(
            suggested.fields, suggested.how, readings, are_nested, strict=True
        )
    )
    return _with_countries(replace(suggested, fields=fields), contract, headed.samples)


def _with_countries(suggested: Suggested, contract: Contract, samples: Sequence[pa.Array]) -> Suggested:
    """Suggest the missing field of country codes for the column of countries, if there is one of each.

    Of two columns, such as the countries of an invoice and of a delivery, a person chooses one.
    """
    without_field = [place for place, field in enumerate(suggested.fields) if not field]
    places = [place for place in without_field if are_countries(samples[place])]
    missing = [field for field in country_fields(contract) if field not in suggested.fields]
    if len(places) != 1 or len(missing) != 1:
        return suggested
    place, field = places[0], missing[0]
    fields, confidence, how = (
        (*values[:place], value, *values[place + 1 :])
        for values, value in (
            (suggested.fields, field),
            (suggested.confidence, _COUNTRY_CONFIDENCE),
            (suggested.how, VALUE),
        )
    )
    absent = tuple(name for name in suggested.absent if name != field)
    return replace(suggested, fields=fields, confidence=confidence, how=how, absent=absent)


def _applicable(edits: Edits, opened: OpenedFile, mappings: Mappings) -> tuple[Edits, bool]:
    """Return stored edits, unless they no longer fit a changed contract."""
    contract = mappings.contracts[edits.dataset]
    try:
        check_edits(edits, contract, opened.names)
        check_widths(edits, contract)
    except BadInputError:
        return Edits(), False
    return _without_moments(edits, contract, opened.names), True


def _without_moments(edits: Edits, contract: Contract, names: Collection[str]) -> Edits:
    """Return the edits without days and times set for all rows of another file.

    Rows with an old time would lose against those in the lake.
    """
    moments = {
        step.column
        for step in edits.steps
        if step.kind == "default"
        and step.column not in names
        and (field := edits.columns.get(step.column))
        and contract.column(field).type.kind in TIMES
    }
    steps = tuple(step for step in edits.steps if step.column not in moments)
    columns = {name: field for name, field in edits.columns.items() if name not in moments}
    return replace(edits, steps=steps, columns=columns)


def _lists(path: Path) -> tuple[RecordList, ...]:
    """Return the lists of records in a JSON file with nested objects or lists; none for other files."""
    if not is_json_file(path) or path.stat().st_size > _MAX_JSON_BYTES:
        return ()
    try:
        lists = lists_of_records(path.read_bytes())
        is_flat = [each.name for each in lists] == [WHOLE] and not read_records(path.read_bytes()).nested
    except BadInputError:
        return ()
    return () if is_flat else lists


def _first_list(lists: Sequence[RecordList]) -> str:
    """Return the outermost list, and the longest of several."""
    return min(lists, key=lambda each: (each.name != WHOLE, each.name.count("."), -each.records)).name


def _member(path: Path, folder: Path, part: str, limit_bytes: int) -> _SentPart:
    """Return the file or an archive member: the chosen one, else the first that is a table with rows."""
    with path.open("rb") as file:
        head = file.read(1 << 12)
    whole = _SentPart(path, part)
    if not head.startswith(b"PK") and not is_old_workbook(head):
        return whole
    body = path.read_bytes()
    if format_of(body).name in WORKBOOKS:
        sheets = _sheets(body)
        hidden = tuple(sheet.name for sheet in sheets if sheet.is_hidden)
        names = dict.fromkeys([*(sheet.name for sheet in sheets if not sheet.is_hidden), *hidden])
        facts = _sheets_of_facts(sheets)
        return replace(whole, parts=names, narrow=_narrow(sheets), facts=facts, hidden=hidden)
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = tuple(member.filename for member in data_members(archive))
    except zipfile.BadZipFile:
        return whole
    part = part or _first_table(body, members, folder, limit_bytes)
    inner = _written_member(body, part, folder) if part in members else None
    if inner is None:
        return _SentPart(path, part, dict.fromkeys(members if len(members) > 1 else ()))
    return _SentPart(inner, part, dict.fromkeys(members))


def _narrow(sheets: Sequence[Sheet]) -> dict[str, Sequence[str]]:
    """Return the sheets of a row or of two columns at most, such as a cover, with their headers.

    A sheet of a row has no header with rows below it.
    """
    filled = {sheet.name: [[*filter(None, row)] for row in sheet.rows if any(row)] for sheet in sheets}
    return {
        name: rows[0] if len(rows) >= MIN_SHEET_ROWS else ()
        for name, rows in filled.items()
        if len(rows) < MIN_SHEET_ROWS or max(map(len, rows)) <= _MAX_COVER_COLUMNS
    }


def _sheets_of_facts(sheets: Sequence[Sheet]) -> frozenset[str]:
    """Return the sheets of two columns at most with rows of one cell, such as a title or a remark."""
    widths = {sheet.name: {sum(map(bool, row)) for row in sheet.rows} - {0} for sheet in sheets}
    return frozenset(
        name for name, filled in widths.items() if filled and min(filled) < max(filled) <= _MAX_COVER_COLUMNS
    )


def _sheets(body: bytes) -> tuple[Sheet, ...]:
    from headgate.formats.excel.read_excel import sheets  # noqa: PLC0415 few uploads are workbooks

    try:
        filled = tuple(sheet for sheet in sheets(body) if any(sheet.rows))
    except (BadInputError, ValueError):
        return ()
    return filled if len(filled) > 1 else ()


def edited_file(edited: EditedUpload, folder: Path, *, is_always_written: bool = False) -> Path | None:
    """Write the edited file; return None if the file is unchanged.

    Args:
        is_always_written: also write a file whose values stay as they are.
    """
    if not (edited.changes_values or is_always_written) or edited.opened is None:
        return edited.file if edited.edits.part and edited.opened is None else None
    if edited.opened.is_as_declared and not edited.changes_rows:
        return edited.file
    path = folder / "edited.csv"
    opened = edited.opened
    types = [column.type for column in opened.headed.columns]
    stored = dict(zip(opened.names, types, strict=True))
    edited_csv(
        opened.source,
        opened.names,
        edited.edits,
        edited.contract,
        path,
        stored=stored,
        number_cells=_number_cells(edited),
    )
    return path


def _number_cells(edited: EditedUpload) -> NumberCells | None:
    """Return the numbers and booleans of a workbook or of JSON in the formats of their fields, if any."""
    opened, edits, contract = edited.opened, edited.edits, edited.contract
    if contract is None or opened is None or opened.read_as is None:
        return None
    column_of = {field: name for name, field in edits.columns.items() if field}
    if not edits.columns:  # the gate matches the names of the edited file
        fields = edited.suggested.fields if edited.suggested else ()
        column_of = {field: name for name, field in zip(opened.names, fields, strict=False) if field}
        column_of |= {name: name for name in opened.names if name in contract.names}
    typed = {}
    for each in contract.columns:
        declared = source_format_of(edits, each) or each.format
        is_typed = each.type.kind in {*NUMBERS, Kind.BOOLEAN} and not each.mask
        if declared and is_typed and (name := column_of.get(each.name, "")) in opened.names:
            typed[name] = replace(each, format=declared)
    if not typed:
        return None
    return NumberCells.read(opened.source, opened.read_as(typed), opened.names, typed)


def edited_key(upload: UploadRecord, edited: EditedUpload) -> str:
    """Return the edited file's key in raw; a file of raw keeps its key."""
    stem = PurePosixPath(upload.name).name.split(".")[0] or "upload"
    name = _name_of_copy(stem, edited.own_part)
    # The gate would take a list for rows of the records around it, whose values it has as well.
    is_list_of_none = bool(edited.inner_list) and edited.contract is None and not upload.raw_version
    if edited.edits.is_of_no_dataset or is_list_of_none:
        return keys.no_dataset_key(upload.sha256, name)
    if upload.raw_version:
        return upload.key
    dataset = edited.contract.dataset if edited.contract else keys.UPLOADS
    if edited.answers:
        return keys.corrected_rows_key(dataset, edited.answers.file_id, upload.sha256[:16])
    return f"{dataset}/{name}"


def _name_of_copy(stem: str, part: str) -> str:
    """Return the name of an edited file, which differs for each part of the sent file.

    A later version of one sheet must not replace another sheet.
    """
    if not part:
        return f"{stem}.csv"
    plain = f"{stem}-{part.removesuffix('.csv')}.csv"
    if len(part) <= _MAX_PART_CHARS and not why_not_named(plain):
        return plain
    digest = hashlib.sha256(part.encode()).hexdigest()[:8]
    readable = f"{stem}-{PurePosixPath(part.replace('/', '-')).stem}-{digest}.csv"
    is_permitted = len(part) <= _MAX_PART_CHARS and not why_not_named(readable)
    return readable if is_permitted else f"{stem}-{digest}.csv"


def _reading(sample: pa.Array) -> Reading | None:
    """Return the format of nearly all values of a column; None for texts.

    Dates in unclear order get one of their formats: each makes them dates of the same field.
    """
    valid = sample.filter(pc.is_valid(sample))
    readings = readings_of(valid) if len(valid) else ()
    return readings[0].reading if readings else None


def _in_plain_spelling(sample: pa.Array, reading: Reading, *, is_day_a_time: bool) -> pa.Array:
    """Return a column's values in the plain format of their type, so that formats do not affect matching."""
    kind = reading.kind
    column_type = ColumnType(kind, **_WIDEST) if kind is Kind.DECIMAL else ColumnType(kind)
    column = Column("", column_type, format=reading.format)
    values = cast_column(column, without_nulls(column, sample)).values.to_pylist()
    after = " 00:00:00" if kind is Kind.DATE and is_day_a_time else ""
    plain = pa.array(
        [None if value is None else f"{_plain_text(value)}{after}" for value in values], pa.string()
    )
    return pc.coalesce(plain, sample)


def _plain_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
