"""Notes on the time zone of timestamps: the lake stores UTC, and files may imply another zone."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import Column, Kind
from headgate.values.cells import blank_to_null

_OFFSET = r"\d{2}:\d{2}.*(?:Z|[+-]\d{2}(?::?\d{2})?)$"
_OF_ZONE = "has times of the zone {}, which are stored in UTC"
_ENDS_IN_UTC = r"(?:Z|[+-]00(?::?00)?)$"
_WITH_OFFSET = "has times with an offset, such as +01:00, which are stored in UTC"
_SOME_WITH_OFFSET = (
    "has {:,} of {:,} times with an offset, such as +01:00, which are stored in UTC; the others are taken "
    "for UTC: if they are local, state logicalTypeOptions.defaultTimezone, as in Europe/Berlin"
)
_LOCAL = (
    "has times without a zone, which are taken for UTC: if they are local, state "
    "logicalTypeOptions.defaultTimezone, as in Europe/Berlin"
)


def zones_of(schema: pa.Schema) -> dict[str, str]:
    """Return the zones declared in a Parquet file, by column."""
    return {
        field.name: str(field.type.tz)
        for field in schema
        if pa.types.is_timestamp(field.type) and field.type.tz
    }


@dataclass(frozen=True)
class ZoneNote:
    """A note on the zone of a column's times, and whether some of them have none."""

    message: str
    lacks_zone: bool = False


def lack_zone(texts: pa.Array) -> bool:
    """Return whether some of the times have no offset.

    Args:
        texts: times, without nulls.
    """
    return not bool(pc.all(pc.match_substring_regex(texts, _OFFSET)).as_py())


def about_zone(column: Column, text: pa.Array, zones: Mapping[str, str]) -> ZoneNote | None:
    """Return a note on the zone of a column's times; none for other columns, empty ones and those in UTC."""
    values = blank_to_null(text).drop_null()
    if column.format and column.format.epoch:
        return None
    if column.type.kind is not Kind.TIMESTAMP or column.mask is not None or not len(values):
        return None
    if zone := zones.get(column.name):
        return None if zone.upper() in {"UTC", "Z", "+00:00"} else ZoneNote(_OF_ZONE.format(zone))
    count = pc.sum(pc.match_substring_regex(values, _OFFSET)).as_py()
    if 0 < count < len(values):
        return ZoneNote(_SOME_WITH_OFFSET.format(count, len(values)), lacks_zone=True)
    if not count:
        return ZoneNote(_LOCAL, lacks_zone=True)
    is_utc = pc.all(pc.match_substring_regex(values, _ENDS_IN_UTC)).as_py()
    return None if is_utc else ZoneNote(_WITH_OFFSET)
