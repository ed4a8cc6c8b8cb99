"""The names of the file formats, in a module that loads no reader."""

from __future__ import annotations

from enum import StrEnum


class FormatName(StrEnum):
    """The file formats, named as in a file's record."""

    CSV = "csv"
    JSON = "json"
    XML = "xml"
    FIXED_WIDTH = "fixed_width"
    PARQUET = "parquet"
    AVRO = "avro"
    ORC = "orc"
    ODS = "ods"
    XLS = "xls"
    XLSX = "xlsx"

    @property
    def words(self) -> str:
        """Return the format's display name."""
        return _WORDS[self]


JSON_LINES = "json_lines"  # the name in a file's record of JSON with one record per line
GEOJSON = "geojson"  # and of a collection of features
WORKBOOKS = {FormatName.XLSX, FormatName.XLS, FormatName.ODS}
"""The formats with sheets."""
_WORDS: dict[str, str] = {
    FormatName.CSV: "CSV",
    FormatName.JSON: "JSON",
    JSON_LINES: "JSON lines",
    GEOJSON: "GeoJSON",
    FormatName.XML: "XML",
    FormatName.FIXED_WIDTH: "fixed width",
    FormatName.PARQUET: "Parquet",
    FormatName.AVRO: "Avro",
    FormatName.ORC: "ORC",
    FormatName.ODS: "OpenDocument (.ods)",
    FormatName.XLS: "Excel 97 (.xls)",
    FormatName.XLSX: "Excel (.xlsx)",
}


def format_in_words(form: str) -> str:
    """Return the display name of the format in a file's record, or the record's text if it is unknown."""
    return _WORDS.get(form, form)


def formats_in_words() -> str:
    """Return the supported formats as a list in a sentence."""
    *words, last = (name.words for name in FormatName)
    return f"{', '.join(words)} or {last}"
