import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from headgate.contracts.format_property import FORMAT_PROPERTY, property_of
from headgate.contracts.model import NUMBERS, TIMES, Column, ColumnType, Kind
from headgate.contracts.odcs_writer import physical_type
from headgate.contracts.source_format import PLAIN, SourceFormat
from headgate.drafts.column_inference import MAX_PRECISION, guess_column
from headgate.drafts.format_answers import answer_of
from headgate.values.cast_declared import cast_column, without_nulls
from headgate.values.format_inference import Reading

_FAMILIES = (NUMBERS, TIMES, frozenset({Kind.BOOLEAN}))
_MAX_INTEGER_DIGITS = 19  # of a 64-bit number


def likely_columns(column: Column, values: Sequence[str]) -> list[Column]:
    """Return the column with each format or wider type that reads all the values, the most likely first.

    If several read different values, a person must decide: `1.299` is 1299 or 1.299.
    """
    family = next((kinds for kinds in _FAMILIES if column.type.kind in kinds), frozenset())
    texts = pa.array(values, pa.string())
    if not family or column.mask is not None or not len(texts):
        return []
    guess = guess_column(column.name, texts, with_most=False)
    readings = guess.choices or (Reading(guess.type.kind, guess.format or PLAIN),)
    candidates = [_in_format(column, reading, texts) for reading in readings if reading.kind in family]
    return [candidate for candidate in candidates if candidate is not None]


def in_both_formats(column: Column, likely: Column) -> Column | None:
    """Return the likely column, extended with the column's own patterns; None if the column has none."""
    own = column.format.patterns if column.format else ()
    if (
        likely.format is None
        or not likely.format.patterns
        or not own
        or likely.type.kind is not column.type.kind
    ):
        return None
    return replace(likely, format=replace(likely.format, patterns=(*own, *likely.format.patterns)))


def change_in_words(column: Column, likely: Column, table: Mapping[str, object]) -> str:
    """Describe the change of the contract for the likely column, with an example of a value.

    Args:
        table: the format that the contract declares for all its columns.

    >>> from headgate.contracts.model import Column
    >>> from headgate.contracts.source_format import SourceFormat
    >>> plain = Column("amount", ColumnType(Kind.DECIMAL, precision=12, scale=2))
    >>> change_in_words(plain, replace(plain, format=SourceFormat(decimal=",", thousands=".")), {})
    'amount: read it as 1.234,5 (headgate.format: {"decimal": ",", "thousands": "."})'
    """
    declared = likely.format or PLAIN
    is_number = likely.type.kind in NUMBERS
    facts = [f"physicalType: {physical_type(likely.type)}"] if likely.type != column.type else []
    facts += [f"logicalTypeOptions.format: {declared.patterns[0]}"] if len(declared.patterns) == 1 else []
    named = property_of(likely.type.kind, likely.format, table)
    facts += [f"{FORMAT_PROPERTY}: {json.dumps(named, ensure_ascii=False)}"] if named else []
    words = " or ".join(declared.true_words + declared.false_words)
    written = words or answer_of(
        Reading(Kind.DECIMAL if is_number and likely.type.scale else likely.type.kind, declared)
    )
    old = column.format.patterns if column.format else ()
    if changed := [pattern for pattern in old if pattern not in declared.patterns]:
        facts.append(f"instead of {' and '.join(changed)}: accepted values are read in the new order, too")
    return f"{column.name}: read it as {written} ({'; '.join(facts)})"


def _in_format(column: Column, reading: Reading, texts: pa.Array) -> Column | None:
    """Return the column in the reading's format, with the narrowest type that reads all texts."""
    declared = _merged(column.format or PLAIN, reading.format)
    if reading.format.nulls:
        column = replace(
            column, required=False, rules=tuple(rule for rule in column.rules if rule.name != "required")
        )
    for wider in _types(column.type, reading.kind):
        edited = replace(column, type=wider, format=None if declared == PLAIN else declared)
        if not len(cast_column(edited, without_nulls(edited, texts)).misfits):
            return edited
    return None


def _merged(own: SourceFormat, inferred: SourceFormat) -> SourceFormat:
    """Return the inferred format, with the column's own settings for other texts."""
    return replace(
        inferred,
        timezone=own.timezone,
        year_from=own.year_from,
        currency=_both(own.currency, inferred.currency),
        nulls=_both(own.nulls, inferred.nulls),
        trim=own.trim or inferred.trim,
        minus=inferred.minus or own.minus,
    )


def _both(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _types(own: ColumnType, kind: Kind) -> Iterator[ColumnType]:
    yield own
    if kind in TIMES:
        yield ColumnType(Kind.TIMESTAMP)
    if kind in NUMBERS:
        if own.kind in {Kind.SMALLINT, Kind.INTEGER}:
            yield ColumnType(Kind.BIGINT)
        integer_digits = max((own.precision or 0) - (own.scale or 0), _MAX_INTEGER_DIGITS)
        yield from (
            ColumnType(Kind.DECIMAL, precision=min(MAX_PRECISION, integer_digits + scale), scale=scale)
            for scale in range(max(2, own.scale or 0), 10)
        )
