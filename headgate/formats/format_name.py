"""The names of the file formats, in a module that loads no reader."""

from enum import StrEnum
from typing import Self


class FormatName(StrEnum):
    """The file formats: the name in a file's record, and the display name `words`."""

    words: str

    CSV = "csv", "CSV"
    JSON = "json", "JSON"
    XML = "xml", "XML"
    FIXED_WIDTH = "fixed_width", "fixed width"
    PARQUET = "parquet", "Parquet"
    AVRO = "avro", "Avro"
    ORC = "orc", "ORC"
    FEATHER = "feather", "Feather (Arrow)"
    ODS = "ods", "OpenDocument (.ods)"
    XLS = "xls", "Excel 97 (.xls)"
    XLSX = "xlsx", "Excel (.xlsx)"

    def __new__(cls, name: str, words: str) -> Self:
        """Make a format that is equal to its name."""
        form = str.__new__(cls, name)
        form._value_ = name
        form.words = words
        return form


JSON_LINES = "json_lines"  # the name in a file's record of JSON with one record per line
GEOJSON = "geojson"  # and of a collection of features
WORKBOOKS = {FormatName.XLSX, FormatName.XLS, FormatName.ODS}
"""The formats with sheets."""
_WORDS = {name.value: name.words for name in FormatName} | {JSON_LINES: "JSON lines", GEOJSON: "GeoJSON"}


def format_in_words(form: str) -> str:
    """Return the display name of the format in a file's record, or the record's text if it is unknown."""
    return _WORDS.get(form, form)


def formats_in_words() -> str:
    """Return the supported formats as a list in a sentence."""
    *words, last = (name.words for name in FormatName)
    return f"{', '.join(words)} or {last}"
