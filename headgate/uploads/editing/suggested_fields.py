from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.country_fields import ALPHA_2, country_fields
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.matching.suggest_mapping import EXACT, VALUE
from headgate.uploads.column_readings import readings_of
from headgate.values.cast_declared import cast_column, without_nulls
from headgate.values.country_codes import are_countries, in_country_codes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.matching.file_table import FileTable
    from headgate.matching.mappings import Mappings, Suggested
    from headgate.values.format_inference import Reading

_COUNTRY_CONFIDENCE = 0.7  # below the threshold of certainty: a person confirms it
_WIDEST = {"precision": 38, "scale": 9}
_NO_TEXT = {Kind.BOOLEAN, Kind.DATE, Kind.TIMESTAMP, Kind.DECIMAL}


def suggested_fields(
    key: str, contract: Contract, headed: FileTable, mappings: Mappings, names: Sequence[str]
) -> Suggested:
    """Return the suggested fields of the columns, by name and by value, in the declared or any other format.

    Values alone do not match days and booleans to text fields, nor lists to a field of another name.

    Args:
        names: the names to match: of the columns around an inner list, those in the outer record.
    """
    kinds = {column.name: column.type.kind for column in contract.columns}
    readings = [_reading(sample) for sample in headed.samples]
    is_day_a_time = Kind.DATE not in kinds.values()
    plain = [
        sample if reading is None else _in_plain_spelling(sample, reading, is_day_a_time=is_day_a_time)
        for sample, reading in zip(headed.samples, readings, strict=True)
    ]
    if country_fields(contract):
        plain = [in_country_codes(each, ALPHA_2) if are_countries(each) else each for each in plain]
    named = replace(headed, names=tuple(names))
    matched = mappings.matched(key, contract.dataset, named, plain)
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
