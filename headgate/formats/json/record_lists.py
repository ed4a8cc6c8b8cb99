"""Find the lists of records in a JSON text.

The name of a list is its path: `export.orders` is the list `orders` in the object `export`, and
`export.orders.lines` are the concatenated lists `lines` in its records. `$` is the text itself, as in
JSONPath (RFC 9535).

A record of a list in records has the values of the record around it (`orders_number`), and its place in its
list (`lines_position`), because the file has no other key for it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from headgate.contracts.file_form import stated_beside, stated_records
from headgate.errors import UnreadableFileError
from headgate.formats.typed_cells import TypedText
from headgate.matching.header_names import folded, showable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from headgate.contracts.model import Contract

    Path = tuple[str, ...]

WHOLE = "$"
_SEPARATOR = "."
_MAX_LEVELS = 16
_MAX_LISTS = 50  # an object whose names are ids has one list per id
_LONG_NUMBER = re.compile(r"\d{5}")
_ENCLOSING_PREFIX = "parent"  # prefix of the columns of the records that enclose a list
_POSITION = "position"


@dataclass(frozen=True)
class RecordPlace:
    """The position of the records in a JSON text.

    Attributes:
        list_name: path of the stated list; empty for the list that the fewest objects enclose.
        fields: folded names of a record's values. An object with one of them is a record itself, even if its
            objects have lists.
        beside: folded names of values beside the list, which each of its records has.
    """

    list_name: str = ""
    fields: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()

    @classmethod
    def by(cls, contract: Contract | None) -> RecordPlace:
        """Return the position of the records in a contract's files."""
        names = (*contract.names, *(heading for heading, _ in contract.headings)) if contract else ()
        beside = frozenset(map(folded, stated_beside(contract)))
        return cls(stated_records(contract), frozenset(map(folded, names)), beside)


@dataclass(frozen=True)
class RecordList:
    """A list of records in a JSON text.

    Attributes:
        name: its path.
        records: number of its records; for lists in records, the total.
        is_inner: whether it lies in the records of another list.
        beside: the names of values around the list that are in no record, such as single values in the
            objects around the outermost list.
        values: those of them that are single values around the outermost list.
    """

    name: str
    records: int
    is_inner: bool
    beside: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


def is_records(value: object) -> bool:
    """Return whether a value is a list that contains only objects."""
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)


def record_lists(parsed: object) -> tuple[RecordList, ...]:
    """Return the lists of records of a parsed text, each before the lists in its records.

    Return none if there are too many, or if names may be values.
    """
    counts: Counter[Path] = Counter()
    inner: set[Path] = set()
    _count(parsed, (), counts, inner, is_inner=False)
    if len(counts) > _MAX_LISTS or any(map(_may_be_value, chain.from_iterable(counts))):
        return ()
    return tuple(
        RecordList(
            name_of_list(path),
            count,
            path in inner,
            beside=_beside(parsed, path),
            values=tuple(filter(showable, values_beside(parsed, path))),
        )
        for path, count in counts.items()
    )


def _may_be_value(name: str) -> bool:
    """Return whether a name in an object may be a value, such as the number of an article."""
    return _LONG_NUMBER.search(name) is not None or not showable(name)


def values_beside(parsed: object, path: Path) -> dict[str, Any]:
    """Return the single values in the objects around the outermost list, the nearest of each name."""
    values: dict[str, Any] = {}
    around = parsed
    for name in path:
        if not isinstance(around, dict):
            break
        values |= {key: part for key, part in around.items() if not isinstance(part, dict | list)}
        around = around.get(name)
    return values


def with_values_beside(
    records: Sequence[object], parsed: object, path: Path, place: RecordPlace
) -> Sequence[object]:
    """Return the records with the chosen values beside their list; a record's own value comes first."""
    values = values_beside(parsed, path) if place.beside else {}
    chosen = {folded(key): (key, part) for key, part in values.items() if folded(key) in place.beside}
    if not chosen:
        return records
    names = (key for record in records if isinstance(record, dict) for key in record)
    own = {folded(key): key for key in names if folded(key) in chosen}
    beside = {own.get(name, key): part for name, (key, part) in chosen.items()}
    return [
        {**record, **{key: part for key, part in beside.items() if key not in record}}
        if isinstance(record, dict)
        else record
        for record in records
    ]


def _beside(parsed: object, path: Path) -> tuple[str, ...]:
    """Return the names of values around a list that are in none of its records.

    These are values, lists and objects around the outermost list without records of their own, and lists of
    values in records.
    """
    names: dict[str, None] = {}
    around, is_inner = [parsed], False
    for name in path:
        objects = [value for value in around if isinstance(value, dict)]
        for key, part in (item for each in objects for item in each.items()):
            is_omitted = isinstance(part, list) if is_inner else not _has_records(part)
            if is_omitted and key != name and part not in ([], {}) and not is_records(part):
                names[key] = None
        parts = [each.get(name) for each in objects]
        is_inner = is_inner or any(isinstance(part, list) for part in parts)
        around = [value for part in parts for value in (part if isinstance(part, list) else [part])]
    return tuple(filter(showable, names))


def _has_records(value: object, level: int = 0) -> bool:
    if is_records(value) or level == _MAX_LEVELS:
        return True
    return isinstance(value, dict) and any(_has_records(part, level + 1) for part in value.values())


def _count(value: object, path: Path, counts: Counter[Path], inner: set[Path], *, is_inner: bool) -> None:
    if len(path) > _MAX_LEVELS:
        return
    if is_records(value):
        counts[path] += len(value)  # type: ignore[arg-type]  # a list
        inner |= {path} if is_inner else set()
    entries = value if isinstance(value, list) else [value]
    for entry in entries:
        if isinstance(entry, dict):
            for name, part in entry.items():
                if isinstance(part, dict | list):
                    _count(part, (*path, name), counts, inner, is_inner=is_inner or isinstance(value, list))


def nearest_lists(parsed: object, place: RecordPlace) -> dict[Path, list[Any]]:
    """Return the lists of records that the fewest objects enclose.

    Return none if the text has no such list or is a record itself.
    """
    level: dict[Path, object] = {(): parsed}
    while level and len(next(iter(level))) <= _MAX_LEVELS:
        if lists := {path: value for path, value in level.items() if isinstance(value, list)}:
            nearest = {path: value for path, value in lists.items() if is_records(value) or not path}
            if nearest:
                return nearest
        if len(next(iter(level))) == 1 and isinstance(parsed, dict):
            scalars = (name for name, value in parsed.items() if not isinstance(value, dict | list))
            if not (place.fields - place.beside).isdisjoint(map(folded, scalars)):
                return {}
        level = {
            (*path, name): part
            for path, value in level.items()
            if isinstance(value, dict)
            for name, part in value.items()
            if isinstance(part, dict | list)
        }
    return {}


def records_at(parsed: object, place: RecordPlace) -> Sequence[object]:
    """Return the records of the stated list.

    A record of a list in records has the values of the record around it, too: `lines` in `orders` have
    `orders_number`. It has its position unless the contract has no such field.
    """
    name = place.list_name
    for path in _paths(parsed):
        if name_of_list(path) == name:
            records = [*_records(parsed, path, _ENCLOSING_PREFIX, {}, place, is_inner=False)]
            return with_values_beside(records, parsed, path, place)
    names = ", ".join(each.name for each in record_lists(parsed)) or "none"
    raise UnreadableFileError(
        rule="not_a_table",
        message=f"the JSON has no list of records {name if showable(name) else 'of the stated path'}",
        remedy=f"state one of its lists: {names}",
    )


def name_around(name: str, list_name: str) -> str:
    """Return the name that a column has in the records around a list; empty for the list's own columns.

    >>> name_around("orders_number", "export.orders.lines"), name_around("sku", "export.orders.lines")
    ('number', '')
    """
    labels = (_ENCLOSING_PREFIX, *list_name.split(_SEPARATOR)[:-1])
    return next((name[len(label) + 1 :] for label in labels if name.startswith(f"{label}_")), "")


def position_column(list_name: str) -> str:
    """Return the name of the column with the position of a record in its list.

    >>> position_column("export.orders.lines")
    'lines_position'
    """
    return f"{list_name.rpartition(_SEPARATOR)[2]}_{_POSITION}"


def name_of_list(path: Path) -> str:
    """Return the path of a list as text."""
    return _SEPARATOR.join(path) or WHOLE


def _paths(parsed: object) -> list[Path]:
    counts: Counter[Path] = Counter()
    _count(parsed, (), counts, set(), is_inner=False)
    return list(counts)


def _as_record(entry: object, list_name: str) -> Mapping[str, Any]:
    if isinstance(entry, dict):
        return entry
    shown = list_name if showable(list_name) else "of the stated path"
    raise UnreadableFileError(
        rule="not_a_table",
        message=f"the list {shown} has an entry that is no record",
        remedy="send lists of records alone, or choose another list",
    )


def _records(
    value: object, path: Path, label: str, around: Mapping[str, Any], place: RecordPlace, *, is_inner: bool
) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        column = f"{label}_{_POSITION}"
        is_numbered = is_inner and (not place.fields or folded(column) in place.fields)
        for number, record in enumerate(value, 1):
            enclosing = {**around, column: TypedText(number)} if is_numbered else around
            if not path:
                yield {**enclosing, **_as_record(record, label)}
            elif isinstance(record, dict):
                own = {f"{label}_{key}": part for key, part in record.items() if not isinstance(part, list)}
                inner, *rest = path
                kept = {key: part for key, part in own.items() if key != f"{label}_{inner}"}
                values = {**enclosing, **kept}
                yield from _records(record.get(inner), tuple(rest), inner, values, place, is_inner=True)
    elif isinstance(value, dict) and path:
        yield from _records(value.get(path[0]), path[1:], path[0], around, place, is_inner=is_inner)
