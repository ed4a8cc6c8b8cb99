"""The remembered header that is nearest to that of a file: columns come and go from one file to the next."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.contracts.new_column_policy import ALIASES
from headgate.matching.changed_meaning import has_other_numbers, numbers_in
from headgate.matching.header_names import folded, is_made_up

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from headgate.contracts.model import Contract
    from headgate.matching.file_table import FileTable
    from headgate.matching.suggest_mapping import Match

_MIN_SHARED = 0.75  # of the columns of the wider header: one of four may be new or gone


def place_of_nearest(names: Collection[str], headers: Sequence[Collection[str]]) -> int | None:
    """Return the place of the header that shares most columns with these names, the first of equal ones.

    None if none shares enough of them.
    """
    shares = [_shared(names, header) for header in headers]
    best = max(shares, default=0.0)
    return shares.index(best) if best >= _MIN_SHARED else None


def _shared(names: Collection[str], others: Collection[str]) -> float:
    one_header, other_header = set(map(folded, names)), set(map(folded, others))
    return len(one_header & other_header) / max(len(one_header), len(other_header), 1)


def decided_places(
    headed: FileTable, contract: Contract, fields: Mapping[str, str | None]
) -> dict[int, str | None]:
    """Return the field of each column that people decided about, by position; None for one to leave out.

    Args:
        fields: column → field, as decided for another header. Fields that the contract lacks, or whose name
            another column of the file has, decide nothing.
    """
    kept = {*map(folded, headed.rememberable)}
    by_name = {folded(name): field for name, field in fields.items() if folded(name) in kept}
    names = [folded(name) for name in headed.shown]
    open_fields = {None, *contract.names} - {*names}
    return {
        place: by_name[name]
        for place, name in enumerate(names)
        if name in by_name and by_name[name] in open_fields
    }


def in_decided_names(headed: FileTable, places: Mapping[int, str | None]) -> FileTable:
    """Return the table with the names of the fields that people decided about, which match exactly."""
    names = tuple(places.get(place) or name for place, name in enumerate(headed.names))
    return replace(headed, names=names)


def with_other_names(contract: Contract, headings: Mapping[str, Collection[str]]) -> Contract:
    """Return the contract with the headings that people decided as a single field as its other names.

    Headings with numbers are left out: another name with numbers rules out columns with other numbers.

    Args:
        headings: field → columns that people decided as it in earlier files.
    """
    counts = Counter(folded(name) for names in headings.values() for name in {*names})
    own = contract.properties.get(ALIASES, {})
    if not headings or not isinstance(own, dict):
        return contract
    decided = {
        field: [
            *own.get(field, ()),
            *(name for name in names if counts[folded(name)] == 1 and not numbers_in(name)),
        ]
        for field, names in headings.items()
    }
    return replace(contract, properties={**contract.properties, ALIASES: {**own, **decided}})


def without_other_numbers(
    match: Match, names: Sequence[str], headings: Mapping[str, Collection[str]]
) -> Match:
    """Return the match without pairs whose column has other numbers than each heading decided as the field.

    Args:
        headings: field → columns that people decided as it in earlier files.
    """
    pairs = tuple(
        pair
        for pair in match.pairs
        if pair.how in {"exact", "alias"}
        or not (
            numbered := [
                each for each in headings.get(pair.field, ()) if numbers_in(each) and not is_made_up(each)
            ]
        )
        or not all(has_other_numbers(names[pair.position], each) for each in numbered)
    )
    return replace(match, pairs=pairs)
