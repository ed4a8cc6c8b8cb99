"""The edits of an upload as the page of the committed file lists them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from headgate.masking.redaction import redact_text
from headgate.values.cast_declared import trimmed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.uploads.edits import Edits, Step

MAX_LISTED = 100
_MAX_VALUES = 50


def typed_cells(
    rows: Path, names: Sequence[str], edits: Edits, contract: Contract | None, hidden: Collection[str]
) -> list[dict[str, Any]]:
    """Return the first typed cells: `row`, `column`, and the texts `before` and `after`, without numbers.

    Cells whose text is as before, as in a pasted column, are left out.

    Args:
        rows: all rows of the grid, as `headgate.uploads.grid.write_grid` writes them.
        names: the columns of the grid.
        hidden: further columns whose values may be sensitive; such cells have no texts.
    """
    listed = sorted(edits.cells, key=lambda cell: (cell.row, cell.column))[:MAX_LISTED]
    hidden = {cell.column for cell in listed if cell.column in hidden or hides(cell.column, edits, contract)}
    before = dict(rows_before(rows, names, {cell.row for cell in listed}))
    return [
        {
            "row": cell.row,
            "column": cell.column,
            "before": None if cell.column in hidden else before.get(cell.row, {}).get(cell.column),
            "after": None if cell.column in hidden else cell.text and redact_text(cell.text),
            "is_hidden": cell.column in hidden,
        }
        for cell in listed
        if cell.column in hidden or (before.get(cell.row, {}).get(cell.column) or "") != (cell.text or "")
    ]


def column_changes(edits: Edits, contract: Contract | None) -> list[dict[str, Any]]:
    """Return the changes of whole columns beside defaults, without values that may be sensitive."""
    return [
        _change(step, shows_values=not hides(step.column, edits, contract))
        for step in edits.steps
        if step.kind != "default"
    ]


def with_values_of_file(rows: Path, names: Sequence[str], edits: Edits) -> Edits:
    """Return the edits without mapped values that the file lacks: a remembered map has those of other files.

    A column that another step changes keeps all of its values.

    Args:
        rows: all rows of the grid, as `headgate.uploads.grid.write_grid` writes them.
        names: the columns of the grid.
    """
    mapped = {step.column for step in edits.steps if step.kind == "map"} & {*names}
    texts = _texts_by_column(rows, {name: names.index(name) for name in mapped}) if mapped else {}
    for cell in edits.cells:
        if cell.column in texts and cell.text:
            texts[cell.column].add(cell.text.strip())
    steps = []
    for step in edits.steps:
        if step.kind != "map":
            texts = {name: values for name, values in texts.items() if name not in {step.column, *step.into}}
        elif step.column in texts:
            values = {old: new for old, new in step.values.items() if old in texts[step.column]}
            texts[step.column].update(values.values())
            steps += [replace(step, values=values)] if values else []
            continue
        steps.append(step)
    return replace(edits, steps=tuple(steps))


def _texts_by_column(path: Path, places: Mapping[str, int]) -> dict[str, set[str]]:
    """Return the texts of columns of the grid by their places, without blanks at their ends."""
    texts: dict[str, set[str]] = {name: set() for name in places}
    with pa.memory_map(str(path)) as file:
        reader = pa.ipc.open_file(file)
        for place in range(reader.num_record_batches):
            batch = reader.get_batch(place)
            for name, column in places.items():
                texts[name].update(pc.unique(trimmed(batch.column(f"c{column}"))).drop_null().to_pylist())
    return texts


def _change(step: Step, *, shows_values: bool) -> dict[str, Any]:
    values = [
        {"before": redact_text(before), "after": redact_text(after)}
        for before, after in list(step.values.items())[:_MAX_VALUES]
        if shows_values
    ]
    return {
        "kind": step.kind,
        "column": step.column,
        "into": step.into,
        "text": redact_text(step.text) if shows_values else "",
        "search": redact_text(step.search) if shows_values else "",
        "values": values,
    }


def hides(column: str, edits: Edits, contract: Contract | None) -> bool:
    """Return whether the values of a column are hidden, because everybody sees the page of a file."""
    if contract is None or contract.personal:
        return True
    return edits.columns.get(column, column) in {sensitive.name for sensitive in contract.sensitive}


def rows_before(
    path: Path, names: Sequence[str], numbers: set[int]
) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    """Yield the wanted rows of the grid by number, with their texts by column."""
    if not numbers:
        return
    wanted = pa.array(sorted(numbers), pa.int64())
    with pa.memory_map(str(path)) as file:
        reader = pa.ipc.open_file(file)
        for place in range(reader.num_record_batches):
            batch = reader.get_batch(place)
            of_batch = batch.filter(pc.is_in(batch.column("row"), wanted))
            columns = [column.to_pylist() for column in of_batch.columns[:-1]]
            for number, *texts in zip(*columns, strict=True):
                yield number, dict(zip(names, texts, strict=True))
