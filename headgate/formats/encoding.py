"""Texts that are not UTF-8: the confidence that they are in the encoding in which they are read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from headgate.errors import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterable

GUESSED = "cp1252"  # of spreadsheets, which gives a character for nearly every byte
_UTF8_RUN = re.compile(rb"(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})+")
# What Windows-1252 has behind a capital at a word's end, and UTF-8 as the second half of a letter: … quotes,
# dashes, ™, blank, «, ®, ».
_BEHIND_A_WORD = rb"\x80\x82\x84\x85\x8b\x91-\x97\x99\x9b\xa0\xab\xae\xbb"
# A character of two to four bytes that no text in Windows-1252 holds. `Ã` and `Â` are nearly always UTF-8.
_NEVER_WESTERN = re.compile(
    rb"[\xc2\xc3][\x80-\xbf]|[\xc4-\xdf](?![" + _BEHIND_A_WORD + rb"])[\x80-\xbf]"
    rb"|\xe2[\x80-\xbf]{2}|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1\xe3-\xef](?!["
    + _BEHIND_A_WORD
    + rb"]{2})[\x80-\xbf]{2}"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
)
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
_LONGEST_RUN, _STRANGE_RUN, _RUNS_PROBED = 2, 4, 1 << 14
_WITHIN_WORDS = "\u2019\u2018\u00b4\u2013\u2014\u00b7"  # apostrophes and dashes
_LEAST_SHARE = 0.5
# Old encodings whose western letters Windows-1252 shows as others: of Macs, of DOS, and those of Russian and
# Greek.
_OLD = ("mac_roman", "cp850", "cp437", "windows-1250", "windows-1251", "windows-1253", "koi8-r")
_TOP_BYTES = 1 << 16  # where the header is
_SHORTEST_NAME = 3  # a shorter one may stand in the rows by chance
_ENCODED = bytes(range(0x80, 0x100))


@dataclass(frozen=True)
class Western:
    """How western a text looks when it is read as Windows-1252.

    Attributes:
        share: of its first signs beyond ASCII those that stand as in western languages: one or two, letters
            within words.
        strange_at: the first byte of four different signs behind one another, as no western word has them;
            None where there are none.
    """

    share: float
    strange_at: int | None


def western(content: bytes) -> Western:
    """Return how western it looks.

    Bytes say nothing of their encoding. Of sentences in nine languages, read as Windows-1252, the share is 1
    where they were written in it, in ISO 8859-15 or Windows-1254, 0.6 to 1 from Mac Roman, Windows-1250 and
    ISO 8859-2, and 0 from Windows-1251, Windows-1253 and KOI8-R.
    """
    usual, every, strange_at = 0, 0, None
    for run in islice(_BEYOND_ASCII.finditer(content), _RUNS_PROBED):
        signs, before, behind = (
            run[0].decode(GUESSED, "replace"),
            content[max(0, run.start() - 1) : run.start()],
            content[run.end() : run.end() + 1],
        )
        is_inside = before.isalpha() and behind.isalpha()
        every += len(signs)
        if len(signs) <= _LONGEST_RUN and (
            not is_inside or all(sign.isalpha() or sign in _WITHIN_WORDS for sign in signs)
        ):
            usual += len(signs)
        elif strange_at is None and len(set(signs)) >= _STRANGE_RUN:
            strange_at = run.start()
    return Western(usual / every if every else 1.0, strange_at)


def check_western(content: bytes, western: Western) -> None:
    """Check that the text, which looks so western, may be in Windows-1252, or in what reads the same: else
    values would change silently.

    Raises:
        UnreadableFileError: `unknown_encoding`: Windows-1252 is implausible.
    """
    if western.strange_at is not None and western.share <= _LEAST_SHARE:
        raise unknown_encoding(content, western.strange_at)


def check_names(content: bytes, names: Iterable[str]) -> None:
    """Check that a text read as Windows-1252 has the contract's names at its top, where one of the other
    encodings would show them.

    Raises:
        UnreadableFileError: `unknown_encoding`: the header is in another encoding, so the values would change
            silently.
    """
    beyond = [name for name in names if len(name) >= _SHORTEST_NAME and not name.isascii()]
    shown = (
        {encoding: _names_in(content[:_TOP_BYTES], encoding, beyond) for encoding in (GUESSED, *_OLD)}
        if beyond
        else {}
    )
    best = max(
        shown, key=lambda encoding: shown[encoding], default=GUESSED
    )  # of equally many the first, which is the guess
    if best != GUESSED:
        raise UnreadableFileError(
            rule="unknown_encoding",
            message=(
                f"the header has the contract's names in the encoding {best}, and other names in Windows-1252"
            ),
            remedy=(
                f"write the file in UTF-8, or state its encoding in the contract: headgate.encoding: {best}"
            ),
        )


def _names_in(top: bytes, encoding: str, names: Iterable[str]) -> int:
    text = top.decode(encoding, "replace").casefold()
    return sum(name in text for name in names)


def unknown_encoding(content: bytes, at: int) -> UnreadableFileError:
    """Return the rejection of a text that is neither UTF-8 nor, from this byte on, likely Windows-1252."""
    return UnreadableFileError(
        rule="unknown_encoding",
        message=f"line {_line_of(content, at)} is neither UTF-8 nor plausible Windows-1252",
        remedy=(
            "write the file in UTF-8, or state its encoding in the contract: headgate.encoding, as "
            "windows-1251"
        ),
    )


def check_not_mixed(content: bytes, wrong: int, encoding: str) -> None:
    """Check that the text, which from `wrong` on is not UTF-8, is not so elsewhere either: read as
    Windows-1252, `é` in UTF-8 would be `Ã©`.

    Two letters of another encoding can be one character of UTF-8: `Её` in Windows-1251 is `Ÿ`. So a text with
    few words in UTF-8 is mixed only where the others are plausible Windows-1252.

    Raises:
        UnreadableFileError: `mixed_encoding`; `unknown_encoding`: it is in neither of the two.
    """
    is_guess = encoding == GUESSED
    right = _NEVER_WESTERN.search(content) if is_guess else _first_of_most(content, encoding)
    if right and is_guess and _is_foreign(content):
        raise unknown_encoding(content, wrong)
    if right:
        raise UnreadableFileError(
            rule="mixed_encoding",
            message=(
                f"line {_line_of(content, wrong)} is not UTF-8, but line "
                f"{_line_of(content, right.start())} is"
            ),
            remedy="write the whole file in one encoding, best in UTF-8",
        )


def _is_foreign(content: bytes) -> bool:
    """Return whether most words beyond ASCII are neither UTF-8 nor as western languages have them."""
    others = _BEYOND_ASCII.sub(lambda run: b"" if _UTF8_RUN.fullmatch(run[0]) else run[0], content)
    return western(others).share <= _LEAST_SHARE and _first_of_most(content, GUESSED) is None


def _first_of_most(content: bytes, encoding: str) -> re.Match[bytes] | None:
    """Return the first word in UTF-8 where most bytes beyond ASCII are of such.

    Encodings of several bytes have them by accident.
    """
    if len(_ENCODED.decode(encoding, "replace")) != len(_ENCODED):
        return None
    first, beyond, utf8_bytes = None, 0, 0
    for run in _BEYOND_ASCII.finditer(content):
        beyond += len(run[0])
        if _UTF8_RUN.fullmatch(run[0]):
            first, utf8_bytes = first or run, utf8_bytes + len(run[0])
    return first if 2 * utf8_bytes > beyond else None


def _line_of(content: bytes, at: int) -> int:
    return 1 + max(content.count(b"\n", 0, at), content.count(b"\r", 0, at))
