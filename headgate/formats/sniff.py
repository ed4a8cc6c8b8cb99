"""Sniff the format and encoding of a file from its content, never from its name."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from headgate.contracts.file_form import stated_encoding
from headgate.errors import UnreadableFileError
from headgate.formats.encoding import (
    GUESSED,
    Western,
    check_names,
    check_not_mixed,
    check_western,
    unknown_encoding,
    western,
)
from headgate.formats.format_name import formats_in_words
from headgate.formats.guess_encoding import GuessedEncoding, guess_encoding

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.contracts.model import Contract

PARQUET_MAGICS = (b"PAR1", b"PARE")  # plain, and with an encrypted footer
AVRO_MAGIC = b"Obj\x01"
_ORC_MAGIC = b"ORC"
_ARROW_MAGIC = b"ARROW1"  # of the file format; a stream has none
_OLE2_MAGIC = bytes.fromhex("D0CF11E0A1B11AE1")
DELIMITERS = ",;\t|"
_OTHER_MAGICS = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook, or one with a password",
    b"%PDF": "a PDF document",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"SQLite format 3\0": "an SQLite database",
    b"{\\rtf": "a text document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
# Beginnings that are names of columns, too, unless a control character follows.
_LIKE_NAMES = {b"FEA1": "a Feather file of version 1", b"GIF8": "a picture"}
# Of POSIX and of GNU tar. Source: "Basic Tar Format" of GNU tar: the magic, and the version after it.
_TAR_MAGICS, _TAR_MAGIC_AT = (b"ustar\0", b"ustar  \0"), 257
# The longest first: the little-endian mark of UTF-32 starts with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Control characters that no text contains; \x1c to \x1f are delimiters of rare dialects.
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1b]")
_PAGE = re.compile(rb"\A(?:\s*<[?!][^>]*>)*\s*<(?:html|table)[\s>]", re.IGNORECASE)
_BLANKS = b" \t\r\n"
_PROBE_BYTES = 1 << 16
_MAX_UTF8_BYTES = 3  # of a character of the guessed encodings
MAX_CONFIDENCE_OF_RIVALS = 0.8  # a person is asked
_HEADER_BYTES = 1 << 20


@dataclass(frozen=True)
class Text:
    """A text as UTF-8 without a byte-order mark, with its original encoding.

    Attributes:
        western: how plausible Windows-1252 is, if it was guessed.
        guess: how well the letters fit, if the encoding was guessed.
    """

    utf8: bytes
    encoding: str
    western: Western | None = None
    guess: GuessedEncoding | None = None

    @property
    def confidence(self) -> float:
        """Confidence of the encoding, from 0 to 1."""
        shares = [each.share for each in (self.western,) if each]
        if self.guess and self.guess.has_rival:
            shares.append(MAX_CONFIDENCE_OF_RIVALS)
        elif self.guess and not self.western:
            shares.append(self.guess.score)
        return round(min(shares, default=1.0), 3)


def is_parquet(content: bytes) -> bool:
    """Return whether the bytes start like a Parquet file."""
    return content.startswith(PARQUET_MAGICS)


def is_avro(content: bytes) -> bool:
    """Return whether the bytes start like an Avro container file."""
    return content.startswith(AVRO_MAGIC)


def is_orc(content: bytes) -> bool:
    """Return whether the bytes start like an ORC file, and not like a text such as `ORCHARD,TREES`."""
    return content.startswith(_ORC_MAGIC) and b"\0" in content


def is_feather(content: bytes) -> bool:
    """Return whether the bytes start like an Arrow IPC file, which Feather is since version 2."""
    return content.startswith(_ARROW_MAGIC + b"\0\0")


def is_xml(content: bytes) -> bool:
    """Return whether the bytes, or their beginning, are XML: a declaration, or tags of which one ends.

    A header such as `<DATE>,<OPEN>` of exported prices is CSV, and no reader reads HTML.
    """
    probe = content[:_PROBE_BYTES]
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        probe = probe.removeprefix(mark)
    probe = probe.lstrip(_BLANKS + b"\0")  # UTF-16 has zeros between its characters
    if not probe.startswith(b"<") or _PAGE.search(probe):
        return False
    if probe.startswith(b"<?xml"):
        return True
    reader: XMLPullParser[Element] = XMLPullParser(("start", "end"))
    try:
        reader.feed(content[:_PROBE_BYTES].lstrip(_BLANKS))
        return any(event[0] == "end" for event in reader.read_events())
    except ParseError:
        return False


def is_old_workbook(content: bytes) -> bool:
    """Return whether the bytes start like an Excel 97 file; other OLE2 documents start in the same way."""
    return content.startswith(_OLE2_MAGIC)


def text_of(content: bytes, encoding: str = "", *, is_cut: bool = False) -> Text:
    """Return the content as UTF-8 without a byte-order mark.

    Args:
        encoding: for content that is not valid UTF-8, as its contract states it; without it, it is guessed
            by its letters.
        is_cut: more content follows, so this part may end within a character.

    Raises:
        UnreadableFileError: `not_a_table`: the bytes are not text; `mixed_encoding`: only some are UTF-8;
            `unknown_encoding`: they are neither UTF-8 nor Windows-1252; `empty_file`: only blanks.
    """
    text = _decode(content, encoding, is_cut=is_cut)
    head = text.utf8[:_PROBE_BYTES]
    if b"\0" in head:
        is_text = head.count(b"\0") <= head.count(b"\n") and not _CONTROLS.search(head.replace(b"\0", b""))
        raise _with_nul(head) if is_text else _not_text("binary data")
    if not head.strip() and not text.utf8.strip():
        raise only_blanks()
    return text


def _with_nul(head: bytes) -> UnreadableFileError:
    """Return the rejection of a text with NUL characters."""
    line = head.count(b"\n", 0, head.index(b"\0")) + 1
    return UnreadableFileError(
        rule="not_a_table",
        message=f"line {line:,} holds a NUL character (U+0000), which is part of no text",
        remedy="export the file again without such characters, or replace them by nothing in an editor",
    )


def only_blanks() -> UnreadableFileError:
    """Return the rejection of a file that contains only blanks."""
    return UnreadableFileError(
        rule="empty_file", message="the file holds only blanks", remedy="send a file with a header"
    )


def text_for(content: bytes, contract: Contract) -> Text:
    """Return the content as UTF-8, decoded from the contract's encoding if it is not UTF-8.

    Raises:
        UnreadableFileError: as `text_of`; `unknown_encoding` also if the guessed encoding is implausible.
    """
    text = text_of(content, stated_encoding(contract))
    if text.western:
        plain = content.removeprefix(codecs.BOM_UTF8)
        check_western(plain, text.western)
        check_names(plain, contract.names)
    return text


def is_utf8(path: Path) -> bool:
    """Return whether all of a local file is UTF-8, without loading the whole file."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while part := file.read(_HEADER_BYTES):
                decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def is_utf8_text(content: bytes) -> bool:
    """Return whether all of the content is UTF-8."""
    return _not_utf8_at(content, is_cut=False) is None


def _decode(content: bytes, encoding: str, *, is_cut: bool) -> Text:
    _check_no_other_format(content)
    for mark, marked in _MARKS:
        if content.startswith(mark):
            return _decode_as(content, marked)
    if utf16 := _unmarked_utf16(content[:_PROBE_BYTES]):
        return _decode_as(content, utf16)
    # Half of all Chinese characters are two ASCII bytes in UTF-16, so only a NUL distinguishes it.
    if encoding.startswith("utf-16") and b"\0" in content[:_PROBE_BYTES]:
        return _decode_as(content, encoding, is_cut=is_cut)
    # The mark may be wrong: dirty_csv/superstore_bom_latin1.csv of shared/data.
    plain = content.removeprefix(codecs.BOM_UTF8)
    wrong = _not_utf8_at(plain, is_cut=is_cut)
    if wrong is None:
        return Text(plain if not is_cut else plain.decode(errors="ignore").encode(), "utf-8")
    if b"\0" not in plain[:_PROBE_BYTES]:
        check_not_mixed(plain, wrong, encoding or GUESSED)
    if encoding:
        return _decode_as(plain, encoding, is_cut=is_cut)
    return _decode_by_guess(plain)


def _check_no_other_format(content: bytes) -> None:
    """Check that the content is not of a format that is recognized and not read."""
    for magic, what in _OTHER_MAGICS.items():
        if content.startswith(magic):
            raise _not_text(what)
    for magic, what in _LIKE_NAMES.items():
        if content.startswith(magic) and _CONTROLS.search(content, 0, _PROBE_BYTES):
            raise _not_text(what)
    if content.startswith(_TAR_MAGICS, _TAR_MAGIC_AT):
        raise _not_text("a tar archive")
    if _PAGE.search(content[:_PROBE_BYTES]):
        raise UnreadableFileError(
            rule="not_a_table",
            message="the file is a web page (HTML), whatever its name says",
            remedy="open it in Excel, save it as a workbook (.xlsx) or as CSV, and send that file",
        )


def _decode_by_guess(content: bytes) -> Text:
    # A workbook is binary at once. Its bytes would be searched for words, which takes longer than to read it.
    head = content[: _PROBE_BYTES // _MAX_UTF8_BYTES]
    if b"\0" in head and _CONTROLS.search(head.replace(b"\0", b"")):
        raise _not_text("binary data")
    guess = guess_encoding(content)
    is_western = guess.encoding == GUESSED
    try:
        utf8 = content.decode(guess.encoding).encode()
        return Text(utf8, guess.encoding, western(content) if is_western else None, guess)
    except UnicodeDecodeError as error:
        raise (
            _not_text("binary data")
            if _CONTROLS.search(content, 0, _PROBE_BYTES)
            else unknown_encoding(content, error.start)
        ) from None


def _decode_as(content: bytes, encoding: str, *, is_cut: bool = False) -> Text:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(content, final=not is_cut)
        return Text(text.removeprefix("\ufeff").encode(), encoding)
    except UnicodeError:
        raise _not_text(f"bytes that are not {encoding}") from None


def _unmarked_utf16(probe: bytes) -> str:
    """Return the encoding of UTF-16 without a mark: nearly every second byte of western text is zero.

    Source: RFC 2781, section 3.3: text in UTF-16BE and UTF-16LE has no byte-order mark.
    """
    half = len(probe) // 2
    even, odd = probe[0::2].count(0), probe[1::2].count(0)
    if half and max(even, odd) > 0.8 * half and min(even, odd) == 0:
        return "utf-16-le" if odd else "utf-16-be"
    return ""


def _not_utf8_at(content: bytes, *, is_cut: bool) -> int | None:
    """Return the position of the first byte that is not valid UTF-8, or None."""
    if content.isascii():
        return None
    decoder, view = codecs.getincrementaldecoder("utf-8")(), memoryview(content)
    for start in range(0, len(content), _HEADER_BYTES):
        pending_start = start - len(decoder.getstate()[0])
        is_last = start + _HEADER_BYTES >= len(content)
        try:
            decoder.decode(view[start : start + _HEADER_BYTES], final=is_last and not is_cut)
        except UnicodeDecodeError as error:
            return pending_start + error.start
    return None


def _not_text(what: str) -> UnreadableFileError:
    return UnreadableFileError(
        rule="not_a_table",
        message=f"the file holds {what}, which is not a table",
        remedy=(
            f"send {formats_in_words()}, plain or with gzip, zip or zstd; the content decides the "
            "format, not the name"
        ),
    )
