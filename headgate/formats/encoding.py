"""Estimate whether a text that is not UTF-8 is in the encoding in which it is read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from headgate.contracts.line_encoding import EACH_LINE
from headgate.errors import UnreadableFileError
from headgate.formats.guess_encoding import guess_encoding, likeliest_encodings

UNKNOWN_ENCODING = "unknown_encoding"
GUESSED = "cp1252"  # the encoding of spreadsheets; it decodes nearly every byte
_UTF8_RUN = re.compile(rb"(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})+")
# Characters that Windows-1252 has after a capital at the end of a word, and UTF-8 as the second byte of a
# letter: … quotes, dashes, ™, no-break space, «, ®, ».
_AFTER_A_WORD = rb"\x80\x82\x84\x85\x8b\x91-\x97\x99\x9b\xa0\xab\xae\xbb"
# UTF-8 characters of two to four bytes that do not occur in Windows-1252 texts: `Ã` and `Â` are nearly always
# UTF-8.
_NEVER_WESTERN = re.compile(
    rb"[\xc2\xc3][\x80-\xbf]|[\xc4-\xdf](?![" + _AFTER_A_WORD + rb"])[\x80-\xbf]"
    rb"|\xe2[\x80-\xbf]{2}|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1\xe3-\xef](?!["
    + _AFTER_A_WORD
    + rb"]{2})[\x80-\xbf]{2}"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
)
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
_MAX_RUN, _STRANGE_RUN, _RUNS_PROBED = 2, 4, 1 << 14
_WITHIN_WORDS = "\u2019\u2018\u00b4\u2013\u2014\u00b7"  # apostrophes and dashes
_MIN_SHARE, _SURE_SHARE = 0.5, 0.95
# Old encodings whose western letters become other letters in Windows-1252: those of Macs and DOS, and those
# of Russian and Greek.
_OLD_ENCODINGS = ("mac_roman", "cp850", "cp437", "windows-1250", "windows-1251", "windows-1253", "koi8-r")
_TOP_BYTES = 1 << 16  # where the header is
_MIN_NAME_LENGTH = 3  # rows may contain a shorter name by chance
_UPPER_BYTES = bytes(range(0x80, 0x100))


@dataclass(frozen=True)
class Western:
    """How plausible a text is in Windows-1252.

    Attributes:
        share: share of the first non-ASCII characters that stand as in western languages: one or two at a
            time, and only letters within words.
        strange_at: first byte of a run of at least four different non-ASCII characters, which no western word
            has; None if there is no such run.
    """

    share: float
    strange_at: int | None


def western(content: bytes) -> Western:
    """Rate how plausible the content is in Windows-1252.

    For sentences in nine languages, read as Windows-1252, the share is 1 if they were written in it, in ISO
    8859-15 or in Windows-1254; 0.6 to 1 for Mac Roman, Windows-1250 and ISO 8859-2; and 0 for Windows-1251,
    Windows-1253 and KOI8-R.
    """
    usual, total, strange_at = 0, 0, None
    for run in islice(_BEYOND_ASCII.finditer(content), _RUNS_PROBED):
        characters = run[0].decode(GUESSED, "replace")
        before = content[max(0, run.start() - 1) : run.start()]
        after = content[run.end() : run.end() + 1]
        is_inside = before.isalpha() and after.isalpha()
        total += len(characters)
        if len(characters) <= _MAX_RUN and (
            not is_inside or all(char.isalpha() or char in _WITHIN_WORDS for char in characters)
        ):
            usual += len(characters)
        elif strange_at is None and len(set(characters)) >= _STRANGE_RUN:
            strange_at = run.start()
    return Western(usual / total if total else 1.0, strange_at)


def check_western(content: bytes, western: Western) -> None:
    """Check that a text is plausible in Windows-1252, because other texts would change silently.

    Raises:
        UnreadableFileError: `unknown_encoding`: Windows-1252 is implausible.
    """
    if western.strange_at is not None and western.share <= _MIN_SHARE:
        raise unknown_encoding(content, western.strange_at)


def is_doubtful(content: bytes) -> bool:
    """Return whether a person has to choose the encoding: the guess has a rival, or is implausible."""
    guess = guess_encoding(content)
    return guess.has_rival or (guess.encoding == GUESSED and _is_implausible(content))


def _is_implausible(content: bytes) -> bool:
    """Return whether a text is not plausible in Windows-1252, or its letters fit better to another encoding.

    Signs such as those of pounds and euros are letters of other encodings, so letters alone are no reason.
    """
    share = western(content).share
    return share <= _MIN_SHARE or (share < _SURE_SHARE and not likeliest_encodings(content).get(GUESSED))


def check_names(content: bytes, names: Iterable[str]) -> None:
    """Check that no other old encoding shows more of the contract's names at the top of the text."""
    non_ascii = [name for name in names if len(name) >= _MIN_NAME_LENGTH and not name.isascii()]

    def names_shown(encoding: str) -> int:
        top = content[:_TOP_BYTES].decode(encoding, "replace").casefold()
        return sum(name in top for name in non_ascii)

    # On a tie, max returns the first encoding, which is the guess.
    best = max((GUESSED, *_OLD_ENCODINGS), key=names_shown) if non_ascii else GUESSED
    if best != GUESSED:
        raise UnreadableFileError(
            rule=UNKNOWN_ENCODING,
            message=(
                f"the header has the contract's names in the encoding {best}, and other names in Windows-1252"
            ),
            remedy=(
                f"write the file in UTF-8, or state its encoding in the contract: headgate.encoding: {best}"
            ),
        )


def unknown_encoding(content: bytes, at: int) -> UnreadableFileError:
    """Return the rejection of a text that is neither UTF-8 nor, from byte `at`, plausible Windows-1252."""
    return UnreadableFileError(
        rule=UNKNOWN_ENCODING,
        message=f"line {_line_of(content, at)} is neither UTF-8 nor plausible Windows-1252",
        remedy=(
            "write the file in UTF-8, or state its encoding in the contract: headgate.encoding, as "
            "windows-1251"
        ),
    )


def check_not_mixed(content: bytes, wrong: int, encoding: str) -> None:
    """Check that no other part of a text that is invalid as UTF-8 from `wrong` on is UTF-8.

    Read as Windows-1252, `é` in UTF-8 would become `Ã©`. Two letters of another encoding can be one UTF-8
    character: `Её` in Windows-1251 is `Ÿ`. So a text with few words in UTF-8 counts as mixed only if its
    other words are plausible Windows-1252.
    """
    if encoding == EACH_LINE:
        return
    is_guess = encoding == GUESSED
    right = _NEVER_WESTERN.search(content) if is_guess else _first_utf8_word(content, encoding)
    if right and is_guess and _is_foreign(content):
        raise unknown_encoding(content, wrong)
    if right:
        other, line = _line_of(content, wrong), _line_of(content, right.start())
        raise UnreadableFileError(
            rule="mixed_encoding",
            message=(
                f"line {line} is UTF-8 in some words and not in others"
                if line == other
                else f"line {other} is not UTF-8, but line {line} is"
            ),
            remedy=(
                "write the whole file in UTF-8, or have each line read by itself, in UTF-8 or else in "
                f"Windows-1252: headgate.encoding: {EACH_LINE}"
            ),
        )


def _is_foreign(content: bytes) -> bool:
    """Return whether most non-ASCII words are neither UTF-8 nor plausible in western languages."""
    others = _BEYOND_ASCII.sub(lambda run: b"" if _UTF8_RUN.fullmatch(run[0]) else run[0], content)
    return _first_utf8_word(content, GUESSED) is None and _is_implausible(others)


def _first_utf8_word(content: bytes, encoding: str) -> re.Match[bytes] | None:
    """Return the first word in UTF-8 if most non-ASCII bytes belong to such words.

    Return None for multi-byte encodings, whose bytes are valid UTF-8 by accident.
    """
    if len(_UPPER_BYTES.decode(encoding, "replace")) != len(_UPPER_BYTES):
        return None
    first, non_ascii, utf8_bytes = None, 0, 0
    for run in _BEYOND_ASCII.finditer(content):
        non_ascii += len(run[0])
        if _UTF8_RUN.fullmatch(run[0]):
            first, utf8_bytes = first or run, utf8_bytes + len(run[0])
    return first if 2 * utf8_bytes > non_ascii else None


def _line_of(content: bytes, at: int) -> int:
    return 1 + max(content.count(b"\n", 0, at), content.count(b"\r", 0, at))
