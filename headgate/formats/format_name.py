"""The names of the formats of files, which readers and remedies know without the readers of all others."""

from __future__ import annotations

from enum import StrEnum


class FormatName(StrEnum):
    """The formats of files, as a file's record has them."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    XLSX = "xlsx"

    @property
    def words(self) -> str:
        """Return the format's name for people."""
        return _WORDS[self]


_WORDS = {
    FormatName.CSV: "CSV",
    FormatName.JSON: "JSON",
    FormatName.PARQUET: "Parquet",
    FormatName.XLSX: "Excel (.xlsx)",
}


def formats_in_words() -> str:
    """Return the formats that are read, as a list in a sentence."""
    *words, last = (name.words for name in FormatName)
    return f"{', '.join(words)} or {last}"
