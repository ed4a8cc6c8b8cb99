"""Find the key of a sample: the smallest set of columns that identifies all distinct rows.

Among equal sets, ids come first, then texts, dates and numbers that count rows within a group. Among single
columns without an id's name, texts written as ids and a first column of whole numbers come before other texts
and dates. Measures are never part of a key: they differ by chance, so a correction with another amount would
be a second row.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations, product
from math import prod

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import TIMES, Column, Content, Kind
from headgate.contracts.sensitive_names import compared
from headgate.drafts.column_inference import count_combinations
from headgate.drafts.nearly_all_rows import LETTERS_AND_DIGITS, MIN_VALUES, NEARLY_ALL, sounds_like_key
from headgate.values.accepted_texts import null_where_absent
from headgate.values.cast_declared import cast_column
from headgate.values.cells import Rows, blank_to_null, flags, matches

KEY_KINDS = {Kind.STRING, Kind.BIGINT}
_KEY_PARTS = KEY_KINDS | TIMES
_MAX_CANDIDATES, _MAX_COLUMNS = 8, 3
_MIN_DIFFERENT = 0.9  # of the rows; a table with more exact repetitions may have no key
_MIN_DENSE = 2  # ids are dense if at least half of the numbers in their range occur
_MIN_COUNTED = 0.9  # of the groups have the numbers 1 to n
# Examples: stop_sequence in GTFS, payment_sequential in Olist, line numbers of orders.
_SEQUENCE_NAMES = (
    r"(?:.*_)?(?:sequence|sequential|seq|ordinal|position|pos|line|line_?(?:number|no|nr)|zeile|index|idx"
    r"|pos_?nr|zeilen_?nr)"
)
# The reader of JSON numbers the records of a list, and exports number rows alike: another file has other rows
# in the same places. Lines of documents and stops of trips have their numbers from the source.
_PLACE_NAMES = r"(?:.*_)?(?:position|pos|index|idx)"
# Codes of articles name things: a record may list one of them twice, as two copies of a book in one loan.
_ARTICLE_NAMES = r"(?:.*_)?(?:gtin|ean|upc|isbn|issn|jan|barcode)(?:_.*)?"
_CALENDAR_NAMES = (
    r"(?:.*_)?(?:year|quarter|month|week|day|weekday|hour|minute|jahr|quartal|monat|woche|tag|stunde)"
)
_MEASURE_NAMES = (
    r"(?:.*_)?(?:counts?|totals?|sum|amount|qty|quantity|price|value|score|cnt|anzahl|menge|summe|betrag"
    r"|preis)(?:_.*)?"
)
# Examples: A-1001, INV/2010/17, 4f1c; but neither EH1 0AB nor Momo.
_WRITTEN_AS_ID = r"[\p{L}\d]+(?:[-_/.][\p{L}\d]+)*"
_HAS_DIGIT = r".*\d.*"
_PLACES = (
    r"(?:.*_)?(?:post_?(?:al_?)?code|postleitzahl|plz|zip(?:_?code)?|city|town|ort|stadt|region|state|status"
    r"|phone|telefon|tel|name)(?:_.*)?"
)
_NOT_IDS = {Content.PHONE, Content.TIMESTAMP}
_MIN_IDS, _FEW_MISSING, _MAX_ID_CHARACTERS = 10, 0.05, 40
_ID, _SEQUENCE, _OTHER = range(3)


def find_key(columns: Mapping[str, Column], cells: Mapping[str, pa.Array]) -> tuple[str, ...]:
    """Return the key columns in file order; none if no set of up to three columns is unique.

    Exact repetitions of a row are duplicates for any key.

    Args:
        columns: the candidates.
        cells: the texts of all columns.
    """
    rows, different = len(next(iter(cells.values()))), count_combinations([*cells.values()])
    different = different if different >= _MIN_DIFFERENT * rows else rows
    usable = [
        column
        for column in columns.values()
        if column.required and column.mask is None and column.type.kind in _KEY_PARTS
    ]
    codes = cache(lambda name: _codes(cells[name]))
    first = next(iter(cells))
    for names in _sets(usable, cells, codes, first):
        if (
            prod(_distinct(codes(name)) for name in names)
            >= different
            == _distinct(_joined([codes(name) for name in names]))
        ):
            filled = {column.name: column for column in usable}
            return with_thing([name for name in columns if name in names], filled, cells)
    return ()


def pair_of_nearly_all(columns: Mapping[str, Column], cells: Mapping[str, pa.Array]) -> tuple[str, ...]:
    """Return a thing and its time, or its number in a sequence, that differ in nearly all distinct rows.

    Readings of sensors are an example: a few rows are repeated or lack their time. Of a short sample one row
    may lack a value, and no filled pair repeats. Other pairs may differ by chance, and so may a pair with a
    column that differs in nearly all rows by itself.

    Args:
        columns: the candidates.
        cells: the texts of all columns.
    """
    different = count_combinations([*cells.values()])
    if different < _MIN_IDS:
        return ()
    usable = [column for column in columns.values() if column.mask is None and column.type.kind in _KEY_PARTS]
    texts = {column.name: blank_to_null(null_where_absent(column, cells[column.name])) for column in usable}
    texts = {
        name: text
        for name, text in texts.items()
        if text.null_count <= max(1, (1 - NEARLY_ALL) * len(text))
        and pc.count_distinct(text).as_py() < _MIN_DIFFERENT * different
    }
    ranks = {
        column.name: _rank(column)
        for column in usable
        if column.name in texts and not _is_measure_in_a_set(column)
    }
    placed = [
        column.name
        for column in usable
        if column.name in ranks and (column.type.kind in TIMES or ranks[column.name] == _SEQUENCE)
    ]
    things = [name for name in ranks if name not in placed]
    pairs = sorted(
        product(things, placed),
        key=lambda names: (names_a_place(names[1]), _order([ranks[name] for name in names])),
    )
    for names in pairs[: _MAX_CANDIDATES**2]:
        pair = pa.table([texts[name] for name in names], names=["thing", "place"]).drop_null()
        needed = NEARLY_ALL * different if different >= MIN_VALUES else max(different - 1, pair.num_rows)
        if count_combinations([column.combine_chunks() for column in pair.columns]) >= needed:
            return tuple(name for name in columns if name in names)
    return ()


def with_thing(
    key: Sequence[str], columns: Mapping[str, Column], cells: Mapping[str, pa.Array]
) -> tuple[str, ...]:
    """Return a key that is a time alone with the things of which it is a time; other keys unchanged.

    Inspections of hives are an example: the days of a short file differ, and the next file has two hives on
    one day. The things repeat, and their column is before that of the time or has the name of an id.

    Args:
        columns: the candidates; a column of things may lack a few values.
        cells: the texts of all columns.
    """
    if len(key) != 1 or columns[key[0]].type.kind not in TIMES:
        return tuple(key)
    place = {name: at for at, name in enumerate(columns)}
    things = [
        column
        for column in columns.values()
        if column.mask is None
        and column.type.kind in KEY_KINDS
        and not (names_a_place(column.name) or names_a_sequence(column.name))
        and not _is_measure_in_a_set(column)
        and (place[column.name] < place[key[0]] or _rank(column) == _ID)
        and _repeats(blank_to_null(null_where_absent(column, cells[column.name])))
    ]
    best = sorted(things, key=_rank)[:1]
    return tuple(name for name in columns if name in {*key, *(thing.name for thing in best)})


def _repeats(values: pa.Array) -> bool:
    """Return whether a column has several values, each twice on average, and lacks a few at most."""
    several = 1 < pc.count_distinct(values).as_py() <= len(values) / 2
    return several and bool(values.null_count <= max(1, _FEW_MISSING * len(values)))


def id_with_few_missing(columns: Mapping[str, Column], cells: Mapping[str, pa.Array]) -> tuple[str, ...]:
    """Return the column of texts with letters and digits that names all rows but a few; empty without one.

    Plates of a list of vehicles are an example. The rows without a value are quarantined.

    Args:
        columns: the candidates.
        cells: the texts of all columns.
    """
    names = [f"{place}" for place in range(len(cells))]
    distinct = pa.table([*cells.values()], names=names).group_by(names).aggregate([])
    rows = {name: distinct[place].combine_chunks() for place, name in zip(names, cells, strict=True)}
    ids = [
        column.name
        for column in columns.values()
        if _is_text_of_ids(column)
        and _has_few_missing(blank_to_null(null_where_absent(column, rows[column.name])))
    ]
    return tuple(sorted(ids, key=lambda name: not sounds_like_key(name))[:1])


def is_weak(names: Sequence[str], columns: Mapping[str, Column], cells: Mapping[str, pa.Array]) -> bool:
    """Return whether a key tells rows apart without an id, a number in a sequence, or texts with digits."""
    if any(sounds_like_key(name) or names_a_sequence(name) for name in names):
        return False
    if len(names) != 1:
        return True
    column, first = columns[names[0]], next(iter(cells))
    values = blank_to_null(cells[column.name]).drop_null()
    is_number = column.type.kind is Kind.BIGINT and column.name == first
    return not (is_number or (_is_text_of_ids(column) and flags(matches(values, _HAS_DIGIT)).all()))


def _is_text_of_ids(column: Column) -> bool:
    is_text = column.type.kind is Kind.STRING and column.mask is None and column.content not in _NOT_IDS
    return is_text and not _is_named(column, _PLACES) and not _has_name_of_measure(column)


def _has_few_missing(values: pa.Array) -> bool:
    """Return whether distinct rows have different short texts with letters and digits, a few have none."""
    filled = values.drop_null()
    return (
        len(filled) >= _MIN_IDS
        and 0 < values.null_count <= max(1, _FEW_MISSING * len(values))
        and pc.count_distinct(filled).as_py() == len(filled)
        and bool(flags(matches(filled, LETTERS_AND_DIGITS)).all())
        and pc.max(pc.utf8_length(filled)).as_py() <= _MAX_ID_CHARACTERS
    )


def _sets(
    usable: Sequence[Column], cells: Mapping[str, pa.Array], codes: Callable[[str], Rows], first: str
) -> Iterator[tuple[str, ...]]:
    """Yield sets of columns without measures by size, sets with ids first."""
    ranks = {column.name: _rank(column) for column in usable if not _is_measure_in_a_set(column)}
    singles = [
        column.name
        for column in usable
        if not names_a_place(column.name) and _may_be_alone(column, cells[column.name], [*ranks.values()])
    ]
    rank_alone = {
        column.name: (
            _rank(column),
            _rank_of_values(column, cells[column.name], is_first=column.name == first),
        )
        for column in usable
    }
    yield from ((name,) for name in sorted(singles, key=rank_alone.__getitem__))
    ids = [name for name, rank in ranks.items() if rank == _ID][:_MAX_CANDIDATES]
    others = [column.name for column in usable if column.name not in ranks]
    counting = {name: group for name in others for group in ids if _counts_rows(codes(group), cells[name])}
    yield from ((group, name) for name, group in counting.items())
    yield from _sets_of_ranks(ranks, [column.name for column in usable if column.type.kind in TIMES])


def _sets_of_ranks(ranks: Mapping[str, int], times: Collection[str]) -> Iterator[tuple[str, ...]]:
    """Yield sets of two columns or more by size; sets with a place in a list after those of ids and times.

    Records of a list in JSON are an example: the same places of next week's file have other readings.
    """
    places = [name for name in ranks if names_a_place(name)]
    others = [name for name in ranks if name not in places]
    if places:
        ids = [name for name in others if ranks[name] == _ID]
        lasting = [name for name in others if name in times or ranks[name] != _OTHER]
        yield from (names for names in _by_size(lasting, ranks) if not {*ids}.isdisjoint(names))
        yield from ((name,) for name in places)
        yield from (names for names in _by_size([*ranks], ranks) if not {*places}.isdisjoint(names))
    yield from _by_size(others, ranks)


def _by_size(names: Sequence[str], ranks: Mapping[str, int]) -> Iterator[tuple[str, ...]]:
    candidates = sorted(names, key=ranks.__getitem__)[:_MAX_CANDIDATES]
    for size in range(2, _MAX_COLUMNS + 1):
        yield from sorted(
            combinations(candidates, size), key=lambda set_of: _order([ranks[name] for name in set_of])
        )


def lasting_sets(columns: Sequence[Column]) -> Iterator[tuple[str, ...]]:
    """Yield sets of one or two columns that may identify the rows of one record in later files too.

    They are ids, numbers in a sequence, and times. Places in a list are none: the list of the next file
    begins with the first place again.

    Args:
        columns: of a list in records, without those of the records around.
    """
    ranks = {
        column.name: _rank(column)
        for column in columns
        if column.required
        and column.mask is None
        and column.type.kind in _KEY_PARTS
        and not (names_a_place(column.name) or _is_named(column, _ARTICLE_NAMES))
        and not _is_measure_in_a_set(column)
    }
    times = {column.name for column in columns if column.type.kind in TIMES}
    lasting = [name for name, rank in ranks.items() if name in times or rank != _OTHER]
    yield from ((name,) for name in sorted(lasting, key=ranks.__getitem__))
    yield from (names for names in _by_size(lasting, ranks) if len(names) < _MAX_COLUMNS)


def _rank(column: Column) -> int:
    """Return the rank of a column: an id, a number within a sequence, or another column."""
    if names_a_sequence(column.name):
        return _SEQUENCE
    return _ID if sounds_like_key(column.name) else _OTHER


def _rank_of_values(column: Column, text: pa.Array, *, is_first: bool) -> int:
    """Return the rank of a single column by its values and its place.

    Files of carriers are an example: their first column is the number of the consignment, and each parcel of
    a short file may have its own postcode.
    """
    if column.type.kind is Kind.BIGINT:
        return 1 if is_first else 3
    if column.type.kind is not Kind.STRING or column.content in _NOT_IDS or _is_named(column, _PLACES):
        return 2
    values = blank_to_null(text).drop_null()
    is_id = pc.and_(matches(values, _WRITTEN_AS_ID), matches(values, _HAS_DIGIT))
    return 0 if len(values) and flags(is_id).all() else 2


def _order(ranks: Sequence[int]) -> tuple[bool, int]:
    """Return the rank of a set among sets of its size: an id with a number in a sequence, then most ids.

    A circular trip in GTFS stops twice at one `stop_id`, but once at each `stop_sequence`.
    """
    return sorted(set(ranks)) != [_ID, _SEQUENCE], sum(ranks)


def names_a_sequence(name: str) -> bool:
    """Return whether a name is that of numbers within a group, such as the lines of a document.

    >>> names_a_sequence("Zeile"), names_a_sequence("line_no"), names_a_sequence("Zeilenpreis")
    (True, True, False)
    """
    return re.fullmatch(_SEQUENCE_NAMES, compared(name)) is not None


def names_a_place(name: str) -> bool:
    """Return whether a name is that of the place of a row in a list, which says nothing of the row itself.

    >>> names_a_place("readings_position"), names_a_place("line_no")
    (True, False)
    """
    return re.fullmatch(_PLACE_NAMES, compared(name)) is not None


def _is_named(column: Column, names: str) -> bool:
    return re.fullmatch(names, compared(column.name)) is not None


def _is_measure_in_a_set(column: Column) -> bool:
    """Return whether a column of a set is a measure, by its name or its values.

    Whole numbers are measures without a name of an id, a sequence or the calendar.
    """
    if column.type.kind is not Kind.BIGINT or sounds_like_key(column.name):
        return _has_name_of_measure(column)
    return not _is_named(column, f"{_SEQUENCE_NAMES}|{_CALENDAR_NAMES}")


def _has_name_of_measure(column: Column) -> bool:
    """Return whether a column of any type is named as a measure, as one bad value makes it text."""
    return _is_named(column, _MEASURE_NAMES) and not sounds_like_key(column.name)


def _may_be_alone(column: Column, text: pa.Array, ranks: Sequence[int]) -> bool:
    """Return whether one column may be the key: no measure, and a time only if there is no id."""
    if column.type.kind is Kind.TIMESTAMP:
        return _ID not in ranks
    return not _is_measure(column, text)


def _is_measure(column: Column, text: pa.Array) -> bool:
    """Return whether a column is a measure, by its name or its values.

    Whole numbers without a key's name are measures unless they are sorted or dense, like row numbers.
    """
    if _has_name_of_measure(column):
        return True
    if column.type.kind is not Kind.BIGINT or sounds_like_key(column.name):
        return False
    values = cast_column(column, null_where_absent(column, text)).values.drop_null()
    first, second = values.slice(0, max(0, len(values) - 1)), values.slice(1)
    in_order = any(flags(compare(first, second)).all() for compare in (pc.less, pc.greater))
    ends = pc.min_max(values).as_py()
    return not in_order and ends["max"] - ends["min"] >= _MIN_DENSE * len(values)


def _counts_rows(group: Rows, text: pa.Array) -> bool:
    """Return whether nearly all groups with several rows have the numbers 1 to n, each once."""
    numbers = pc.cast(pc.if_else(pc.match_substring_regex(text, r"^\d{1,9}$"), text, "0"), pa.int64())
    table = pa.table({"group": group, "number": numbers}).group_by("group")
    counted = table.aggregate([("number", how) for how in ("min", "max", "count", "count_distinct")])
    low, high, rows, distinct = (
        counted[f"number_{how}"].to_numpy() for how in ("min", "max", "count", "count_distinct")
    )
    is_counted = (low == 1) & (high == rows) & (distinct == rows)
    several = rows > 1
    return bool(
        several.any() and is_counted.mean() >= _MIN_COUNTED and is_counted[several].mean() >= _MIN_COUNTED
    )


def _codes(values: pa.Array) -> Rows:
    """Return a dense number for each row, equal for equal values."""
    codes: Rows = pc.dictionary_encode(values, null_encoding="encode").indices.to_numpy().astype(np.int64)
    return codes


def _joined(codes: Sequence[Rows]) -> Rows:
    """Return a number for each row, equal if all given numbers are equal."""
    joined = codes[0]
    for more in codes[1:]:
        pairs = joined * _distinct(more) + more
        joined = _codes(pa.array(pairs))
    return joined


def _distinct(codes: Rows) -> int:
    return int(codes.max(initial=-1)) + 1
