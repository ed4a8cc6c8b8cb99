"""The names of the formats of files, which readers and remedies know without the readers of all others."""

from __future__ import annotations

from enum import StrEnum


class FormatName(StrEnum):
    """The formats of files, as a file's record has them."""

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
        """Return the format's name for people."""
        return _WORDS[self]


JSON_LINES = "json_lines"  # JSON as a file's record has it if each line is a record
GEOJSON = "geojson"  # and if it is a collection of features
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
    """Return the words for the format in a file's record; the record's own for an unknown one."""
    return _WORDS.get(form, form)


def formats_in_words() -> str:
    """Return the formats that are read, as a list in a sentence."""
    *words, last = (name.words for name in FormatName)
    return f"{', '.join(words)} or {last}"
