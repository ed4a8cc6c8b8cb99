"""What a file is, by its content: never by its name."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from headgate.errors import UnreadableFileError

PARQUET_MAGICS = (b"PAR1", b"PARE")  # plain, and with an encrypted footer
DELIMITERS = ",;\t|"
_OTHER_MAGICS = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
}
# The longest first: UTF-32's little-endian mark starts with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PROBE_BYTES = 1 << 16
_HEADER_BYTES = 1 << 20


@dataclass(frozen=True)
class Text:
    """A text as UTF-8 without a byte-order mark, and the encoding that it came in."""

    utf8: bytes
    encoding: str


def is_parquet(content: bytes) -> bool:
    """Whether the bytes start as a Parquet file does."""
    return content.startswith(PARQUET_MAGICS)


def text_of(content: bytes) -> Text:
    """The content as UTF-8 without a byte-order mark.

    What is not valid UTF-8 is read as Windows-1252, the encoding of spreadsheets, which gives a character for nearly every byte.

    Raises:
        UnreadableFileError: `not_a_table`: the bytes are not text; `empty_file`: only blanks.
    """
    text = _decoded(content)
    head = text.utf8[:_PROBE_BYTES]
    if b"\0" in head:
        raise _not_text("binary data")
    if not head.strip() and not text.utf8.strip():
        raise UnreadableFileError(rule="empty_file", message="the file holds only blanks", remedy="send a file with a header")
    return text


def utf8_text(content: bytes) -> bytes:
    """The UTF-8 of `text_of`."""
    return text_of(content).utf8


def _decoded(content: bytes) -> Text:
    for magic, what in _OTHER_MAGICS.items():
        if content.startswith(magic):
            raise _not_text(what)
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _recoded(content, encoding)
    if wide := _unmarked_utf16(content[:_PROBE_BYTES]):
        return _recoded(content, wide)
    plain = content.removeprefix(codecs.BOM_UTF8)
    return Text(plain, "utf-8") if _is_utf8(plain) else _recoded(plain, "cp1252")


def _recoded(content: bytes, encoding: str) -> Text:
    try:
        return Text(content.decode(encoding).removeprefix("\ufeff").encode(), encoding)
    except UnicodeError:
        raise _not_text(f"bytes that are not {encoding}") from None


def _unmarked_utf16(probe: bytes) -> str:
    """Western text in UTF-16 has a zero in nearly every second byte."""
    half = len(probe) // 2
    even, odd = probe[0::2].count(0), probe[1::2].count(0)
    if half and max(even, odd) > 0.8 * half and min(even, odd) == 0:
        return "utf-16-le" if odd else "utf-16-be"
    return ""


def _is_utf8(content: bytes) -> bool:
    if content.isascii():
        return True
    decoder, view = codecs.getincrementaldecoder("utf-8")(), memoryview(content)
    try:
        for start in range(0, len(content), _HEADER_BYTES):
            decoder.decode(view[start : start + _HEADER_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _not_text(what: str) -> UnreadableFileError:
    return UnreadableFileError(
        rule="not_a_table",
        message=f"the file holds {what}, which is no table",
        remedy="send CSV, JSON, Parquet or Excel (.xlsx), plain or with gzip, zip or zstd",
    )
