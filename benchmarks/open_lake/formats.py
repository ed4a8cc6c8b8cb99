"""`formats`: the formats of files that the gate reads, as a file's record names them."""

from __future__ import annotations

from headgate.formats.format_name import GEOJSON, JSON_LINES, FormatName


def measure() -> dict[str, object]:
    """Return the number of formats; tests/unit/formats/test_format_list.py reads an example of each."""
    return {"formats": len({*FormatName, JSON_LINES, GEOJSON})}
