"""Edits that are stored for a header, as far as they fit the file and the contract."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.contracts.model import TIMES, Contract
from headgate.errors import BadInputError
from headgate.formats.guess_encoding import OFFERED, is_guessed
from headgate.lake import keys
from headgate.matching.header_names import folded
from headgate.matching.nearest_header import place_of_nearest
from headgate.uploads.answered_rows import without_references
from headgate.uploads.edited_rows import check_edits, check_widths
from headgate.uploads.edits import Edits

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from headgate.matching.file_table import FileTable
    from headgate.matching.mappings import Mappings
    from headgate.uploads.grid.opened_file import OpenedFile
    from headgate.uploads.grid.top_rows import FirstRow


def edits_of_header(
    key: str,
    edits: Edits,
    opened: OpenedFile,
    opened_by: Callable[[Edits], OpenedFile | None],
    mappings: Mappings,
    *,
    beside: Collection[str] = (),
    top: Callable[[], Sequence[FirstRow]],
) -> tuple[OpenedFile, Edits, bool]:
    """Return the file and the edits stored for its header, if any, and whether they are.

    A text in a guessed encoding is read in the encoding of stored edits that fit, and a file with the header
    of stored edits in another row is read from that row on. Stored edits also decide about the values beside
    a list, which are no columns before the dataset is chosen.

    Args:
        opened_by: opens the file in the encoding and with the header of edits.
        top: reads the first rows of the file.
    """
    stored, is_remembered = _stored_edits(key, edits, opened, mappings, beside)
    if is_remembered or not mappings.remembers_edits:
        return opened, stored, is_remembered
    others = [] if edits.header_row else _with_other_header(key, edits, opened, mappings, top)
    if is_guessed(opened.source.written_as):
        others += [replace(edits, encoding=encoding) for encoding in OFFERED]
    return _read_otherwise(key, opened, others, opened_by, mappings) or (opened, edits, False)


def _stored_edits(
    key: str, edits: Edits, opened: OpenedFile, mappings: Mappings, beside: Collection[str] = ()
) -> tuple[Edits, bool]:
    """Return the edits stored for the header, or the nearest one, if they are of the chosen dataset.

    Else return the own ones.
    """
    headed = without_references(opened.headed)
    if not opened.headed.has_header:
        return edits, False
    about_rows = dict.fromkeys(opened.names[len(headed.names) :])
    if read := mappings.remembered_edits(key, headed):
        stored = Edits.of(read).for_next_file.in_own_names(headed.shown)
        columns = {**stored.columns, **about_rows}
        stored = replace(stored, columns=columns, header_row=edits.header_row)
        remembered, is_applicable = _applicable(stored, opened, mappings)
        is_applicable = is_applicable and edits.dataset in {"", remembered.dataset}
        return (replace(remembered, part=edits.part), True) if is_applicable else (edits, False)
    of_key = keys.dataset_of(key)
    dataset = edits.dataset or (of_key if of_key in mappings.contracts else "")
    nearest = _nearest_edits(key, dataset, headed, mappings, beside)
    if nearest is None:
        return edits, False
    columns = {**nearest.columns, **about_rows}
    return replace(nearest, columns=columns, part=edits.part, header_row=edits.header_row), True


def _nearest_edits(
    key: str, dataset: str, headed: FileTable, mappings: Mappings, beside: Collection[str]
) -> Edits | None:
    """Return the edits stored for the nearest header, as far as they are about the file's columns."""
    names = headed.rememberable
    shown = {folded(name): name for name in names}
    every = [Edits.of(read).for_next_file for read in mappings.edits_of_other_headers(key, headed)]
    every = [
        each.renamed({name: shown.get(folded(name), name) for name in each.mentioned_columns})
        for each in every
        if dataset in {"", each.dataset}
    ]
    headers = [each.mentioned_columns - ({*each.made_columns} - {*names}) for each in every]
    place = place_of_nearest(headed.shown, headers)
    if place is None:
        return None
    nearest, contract = every[place], mappings.contracts[every[place].dataset]
    fitted = _without_moments(nearest.fitted_to((*names, *beside), contract), contract, names)
    with suppress(BadInputError):
        check_widths(fitted, contract)
        return _with_own_names(fitted, names, contract)
    return None


def _with_own_names(edits: Edits, names: Sequence[str], contract: Contract) -> Edits:
    """Return the edits in which a new column with the name of an open field is that field."""
    open_fields = {folded(field): field for field in contract.names if field not in edits.columns.values()}
    new = [name for name in names if name not in edits.mentioned_columns and folded(name) in open_fields]
    return replace(edits, columns={**edits.columns, **{name: open_fields[folded(name)] for name in new}})


def _read_otherwise(
    key: str,
    opened: OpenedFile,
    others: Sequence[Edits],
    opened_by: Callable[[Edits], OpenedFile | None],
    mappings: Mappings,
) -> tuple[OpenedFile, Edits, bool] | None:
    """Return the file as other edits read it, if such edits are stored for the header that it shows then."""
    for chosen in others:
        with suppress(BadInputError):
            if (other := opened_by(chosen)) is None or other.names == opened.names:
                continue
            stored, is_remembered = _stored_edits(key, chosen, other, mappings)
            if is_remembered and stored.encoding == chosen.encoding:
                return other, stored, True
    return None


def _with_other_header(
    key: str, edits: Edits, opened: OpenedFile, mappings: Mappings, top: Callable[[], Sequence[FirstRow]]
) -> list[Edits]:
    """Return edits for each of the first rows with the columns of a header that a person once chose."""
    stored = [Edits.of(read) for read in mappings.edits_of_other_headers(key, opened.headed)]
    chosen = [{*map(folded, each.mentioned_columns)} for each in stored if each.header_row]
    rows = [(row, {*map(folded, row.header.rememberable)}) for row in (top() if chosen else ())]
    return [
        replace(edits, header_row=row.number) for row, names in rows if any(names <= each for each in chosen)
    ]


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
