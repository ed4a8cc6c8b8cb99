"""Edits that are stored for a header, as far as they fit the file and the contract."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.contracts.model import TIMES, Contract
from headgate.errors import BadInputError
from headgate.formats.guess_encoding import OFFERED, is_guessed
from headgate.uploads.answered_rows import without_references
from headgate.uploads.edited_rows import check_edits, check_widths
from headgate.uploads.edits import Edits

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from headgate.matching.mappings import Mappings
    from headgate.uploads.grid.opened_file import OpenedFile


def edits_of_header(
    key: str,
    edits: Edits,
    opened: OpenedFile,
    opened_in: Callable[[str], OpenedFile | None],
    mappings: Mappings,
) -> tuple[OpenedFile, Edits, bool]:
    """Return the file and the edits stored for its header, if any, and whether they are.

    A text in a guessed encoding is read in the encoding of stored edits that fit.
    """
    stored, is_remembered = _stored_edits(key, edits, opened, mappings)
    if is_remembered or not (mappings.remembers_edits and is_guessed(opened.source.written_as)):
        return opened, stored, is_remembered
    return _in_other_encoding(key, edits, opened, opened_in, mappings)


def _stored_edits(key: str, edits: Edits, opened: OpenedFile, mappings: Mappings) -> tuple[Edits, bool]:
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


def _in_other_encoding(
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
            stored, is_remembered = _stored_edits(key, edits, other, mappings)
            if is_remembered and stored.encoding == encoding:
                return other, stored, True
    return opened, edits, False


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
