"""Values of a text column that differ from another one only in blanks at their ends."""

from collections.abc import Mapping
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import Column, Kind
from headgate.contracts.source_format import SourceFormat
from headgate.drafts.findings import Finding
from headgate.values.cast_declared import trimmed


def spelt_with_blank_ends(cells: Mapping[str, pa.Array]) -> dict[str, int]:
    """Return the columns with values that are another one without its blanks, and how many cells have these.

    `V02` and `V02 ` read alike, and would be two keys, two groups and two allowed values.
    """
    counts = {name: _with_a_plain_twin(text) for name, text in cells.items()}
    return {name: count for name, count in counts.items() if count}


def without_blank_ends(cells: Mapping[str, pa.Array], names: Mapping[str, int]) -> dict[str, pa.Array]:
    """Return the cells, without blanks at the ends in these columns."""
    return {name: trimmed(text) if name in names else text for name, text in cells.items()}


def with_trim(columns: Mapping[str, Column], names: Mapping[str, int]) -> dict[str, Column]:
    """Return the columns whose texts are declared to be read without blanks at their ends."""
    return {
        name: replace(column, format=SourceFormat(trim=True))
        if name in names
        and (column.type.kind is Kind.STRING and column.mask is None and column.format is None)
        else column
        for name, column in columns.items()
    }


def about_blank_ends(columns: Mapping[str, Column], names: Mapping[str, int]) -> tuple[Finding, ...]:
    """Return a finding for each column of `with_trim`."""
    return tuple(
        Finding(columns[name].name, _words(count))
        for name, count in names.items()
        if columns[name].format == SourceFormat(trim=True)
    )


def _words(count: int) -> str:
    cells = "1 value differs" if count == 1 else f"{count:,} values differ"
    return f"{cells} from another one only in blanks at the ends, which are removed"


def _with_a_plain_twin(text: pa.Array) -> int:
    if not pa.types.is_string(text.type) and not pa.types.is_large_string(text.type):
        return 0
    shown = trimmed(text)
    longer = pc.not_equal(text, shown)
    if not (pc.any(longer).as_py() or False):
        return 0
    plain = pc.unique(text.filter(pc.invert(longer)))
    ends = shown.filter(longer)
    is_twin = pc.and_(pc.is_in(ends, plain), pc.not_equal(ends, ""))
    return int(pc.sum(is_twin).as_py() or 0)
