"""What a file is, by its content: never by its name."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from headgate.errors import UnreadableFileError

if TYPE_CHECKING:
    from pathlib import Path

PARQUET_MAGICS = (b"PAR1", b"PARE")  # plain, and with an encrypted footer
DELIMITERS = ",;\t|"
_OTHER_MAGICS = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook, or one with a password",
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
# What Windows-1252 has behind a capital at a word's end, and UTF-8 as the second half of a letter: € … quotes, dashes, ™, blank, «, ®, ».
_BEHIND_A_WORD = rb"\x80\x82\x84\x85\x8b\x91-\x97\x99\x9b\xa0\xab\xae\xbb"
# A character of two to four bytes that no text in Windows-1252 holds. `Ã` and `Â` are told apart by nothing: they are nearly always UTF-8.
_UTF8_CHARACTER = re.compile(
    rb"[\xc2\xc3][\x80-\xbf]|[\xc4-\xdf](?![" + _BEHIND_A_WORD + rb"])[\x80-\xbf]"
    rb"|\xe2[\x80-\xbf]{2}|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1\xe3-\xef](?![" + _BEHIND_A_WORD + rb"]{2})[\x80-\xbf]{2}"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
)
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
_LONGEST_RUN, _RUNS_PROBED = 2, 1 << 14
_WITHIN_WORDS = "\u2019\u2018\u00b4\u2013\u2014\u00b7"  # apostrophes and dashes
_PROBE_BYTES = 1 << 16
_HEADER_BYTES = 1 << 20


@dataclass(frozen=True)
class Text:
    """A text as UTF-8 without a byte-order mark, the encoding that it came in, and from 0 to 1 how sure that is."""

    utf8: bytes
    encoding: str
    confidence: float = 1.0


def is_parquet(content: bytes) -> bool:
    """Whether the bytes start as a Parquet file does."""
    return content.startswith(PARQUET_MAGICS)


def text_of(content: bytes, *, is_cut: bool = False) -> Text:
    """The content as UTF-8 without a byte-order mark.

    What is not valid UTF-8 is read as Windows-1252, the encoding of spreadsheets, which gives a character for nearly every byte.

    Args:
        is_cut: the content goes on, and may end within a character.

    Raises:
        UnreadableFileError: `not_a_table`: the bytes are not text; `mixed_encoding`: some are UTF-8 and others are not; `empty_file`: only
            blanks.
    """
    text = _decoded(content, is_cut=is_cut)
    head = text.utf8[:_PROBE_BYTES]
    if b"\0" in head:
        raise _not_text("binary data")
    if not head.strip() and not text.utf8.strip():
        raise UnreadableFileError(rule="empty_file", message="the file holds only blanks", remedy="send a file with a header")
    return text


def is_utf8(path: Path) -> bool:
    """Whether all of a local file is UTF-8; some of it at a time is in memory."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while part := file.read(_HEADER_BYTES):
                decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def utf8_text(content: bytes) -> bytes:
    """The UTF-8 of `text_of`."""
    return text_of(content).utf8


def _decoded(content: bytes, *, is_cut: bool) -> Text:
    for magic, what in _OTHER_MAGICS.items():
        if content.startswith(magic):
            raise _not_text(what)
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _recoded(content, encoding)
    if wide := _unmarked_utf16(content[:_PROBE_BYTES]):
        return _recoded(content, wide)
    plain = content.removeprefix(codecs.BOM_UTF8)
    wrong = _not_utf8_at(plain, is_cut=is_cut)
    if wrong is None:
        return Text(plain if not is_cut else plain.decode(errors="ignore").encode(), "utf-8")
    _check_not_mixed(plain, wrong)
    recoded = _recoded(plain, "cp1252")
    return replace(recoded, confidence=round(_western_share(plain), 3))


def _western_share(content: bytes) -> float:
    """The share of a Windows-1252 text's first signs beyond ASCII that stand as in western languages: one or two, letters within words.

    Bytes say nothing of their encoding. Of sentences in nine languages, read as Windows-1252, this is 1 where they were written in it,
    in ISO 8859-15 or Windows-1254, 0.6 to 1 from Mac Roman, Windows-1250 and ISO 8859-2, and 0 from Windows-1251, Windows-1253 and KOI8-R.
    """
    usual = every = 0
    for run in islice(_BEYOND_ASCII.finditer(content), _RUNS_PROBED):
        signs, before, behind = run[0].decode("cp1252"), content[max(0, run.start() - 1) : run.start()], content[run.end() : run.end() + 1]
        is_inside = before.isalpha() and behind.isalpha()
        every += len(signs)
        if len(signs) <= _LONGEST_RUN and (not is_inside or all(sign.isalpha() or sign in _WITHIN_WORDS for sign in signs)):
            usual += len(signs)
    return usual / every if every else 1.0


def _check_not_mixed(content: bytes, wrong: int) -> None:
    """The text, which from `wrong` on is not UTF-8, is not so elsewhere either: read as Windows-1252, `é` in UTF-8 would be `Ã©`."""
    right = None if b"\0" in content[:_PROBE_BYTES] else _UTF8_CHARACTER.search(content)
    if right:
        raise UnreadableFileError(
            rule="mixed_encoding",
            message=f"line {_line_of(content, wrong)} is not UTF-8, but line {_line_of(content, right.start())} is",
            remedy="write the whole file in one encoding, best in UTF-8",
        )


def _line_of(content: bytes, at: int) -> int:
    return 1 + max(content.count(b"\n", 0, at), content.count(b"\r", 0, at))


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


def _not_utf8_at(content: bytes, *, is_cut: bool) -> int | None:
    """Where the first byte is that UTF-8 cannot have there; None where there is none."""
    if content.isascii():
        return None
    decoder, view = codecs.getincrementaldecoder("utf-8")(), memoryview(content)
    for start in range(0, len(content), _HEADER_BYTES):
        begun = start - len(decoder.getstate()[0])
        is_last = start + _HEADER_BYTES >= len(content)
        try:
            decoder.decode(view[start : start + _HEADER_BYTES], final=is_last and not is_cut)
        except UnicodeDecodeError as error:
            return begun + error.start
    return None


def _not_text(what: str) -> UnreadableFileError:
    return UnreadableFileError(
        rule="not_a_table",
        message=f"the file holds {what}, which is no table",
        remedy="send CSV, JSON, Parquet or Excel (.xlsx), plain or with gzip, zip or zstd; the content tells which, not the name",
    )
