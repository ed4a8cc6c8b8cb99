"""Choose the texts that name a person, and search bytes for them. See docs/adr/0080-forget.md. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

MIN_TEXT_LENGTH = 5  # shorter texts occur in bytes by chance
_MIN_DIGITS = 9  # shorter numbers are postcodes, amounts or counts, not phone, tax or account numbers
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DIGIT_OR_AT = re.compile(r"[\d@]")
_NUMBER = re.compile(r"[\d\s+()/.-]+")
_DATE = re.compile(r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4})(?:[T ].*)?")
_IP_ADDRESS = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")  # a household or an office shares an address
_JSON_ESCAPE = re.compile(rb"\\(?:[bfnrt]|u[0-9a-fA-F]{4})\Z")  # its last letter is not part of a word
_MAX_CHARACTER_BYTES = 4  # bytes, in UTF-8
_MAX_ESCAPE_BYTES = 6


@dataclass(frozen=True)
class PersonalTexts:
    """The texts to search for in bytes.

    Attributes:
        identifying: texts that each identify one person; a file that was not accepted is deleted if it
            contains one.
        shared: names and addresses that several people may have; their occurrences are reported.
    """

    identifying: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()

    @property
    def every(self) -> frozenset[str]:
        """All texts."""
        return self.identifying | self.shared

    @property
    def without_plain_words(self) -> PersonalTexts:
        """The texts with a digit or an @.

        A key that no row has may be misspelled, and many files contain a word such as `completed` or
        `customer_id`.

        >>> PersonalTexts(frozenset({"completed", "K0012"})).without_plain_words.identifying
        frozenset({'K0012'})
        """
        identifying, shared = (
            frozenset(text for text in of if _DIGIT_OR_AT.search(text))
            for of in (self.identifying, self.shared)
        )
        return PersonalTexts(identifying, shared)

    def __or__(self, other: PersonalTexts) -> PersonalTexts:
        identifying = self.identifying | other.identifying
        return PersonalTexts(identifying, (self.shared | other.shared) - identifying)


def texts_of_key(key: str) -> PersonalTexts:
    """Return the key, if it is long enough to be searched.

    A short number is not identifying, because other numbers may be equal.

    >>> texts_of_key("K0012").identifying, texts_of_key("90107").identifying, texts_of_key("90107").shared
    (frozenset({'K0012'}), frozenset(), frozenset({'90107'}))
    """
    texts = frozenset({key}) if len(key) >= MIN_TEXT_LENGTH else frozenset()
    return PersonalTexts(identifying=texts) if _says_more_than_a_number(key) else PersonalTexts(shared=texts)


def texts_of_columns(texts: frozenset[str], *, are_personal: bool) -> PersonalTexts:
    """Return the texts of a person's row that are more than a date or a short number.

    Args:
        are_personal: whether the contract marks their columns; an e-mail address of another column may be the
            company's.
    """
    searched = frozenset(
        text for text in texts if len(text) >= MIN_TEXT_LENGTH and _says_more_than_a_number(text)
    )
    identifying = frozenset(text for text in searched if are_personal and _identifies(text))
    return PersonalTexts(identifying, searched - identifying)


def _says_more_than_a_number(text: str) -> bool:
    if _DATE.fullmatch(text):
        return False
    return any(char.isalpha() for char in text) or sum(char.isdigit() for char in text) >= _MIN_DIGITS


def _identifies(text: str) -> bool:
    is_long_number = _NUMBER.fullmatch(text) is not None and not _IP_ADDRESS.fullmatch(text)
    return _EMAIL.fullmatch(text) is not None or is_long_number


def needles_of(texts: frozenset[str]) -> list[bytes]:
    """Return the texts as bytes: in UTF-8, and in Windows-1252 if it can represent them.

    >>> len(needles_of(frozenset({"Jürgen"}))), len(needles_of(frozenset({"Jurgen"})))
    (2, 1)
    """
    needles = {text.encode() for text in texts}
    for text in texts:
        with suppress(UnicodeEncodeError):
            needles.add(text.encode("cp1252"))
    return sorted(needles)


def has_text(body: bytes, needle: bytes) -> bool:
    """Return whether bytes contain the text as whole words, without a letter or digit directly around it.

    >>> has_text(b"Hauptstr. 70", b"Hauptstr. 7"), has_text(b"Hauptstr. 7;", b"Hauptstr. 7")
    (False, True)
    """
    at = body.find(needle)
    while at >= 0:
        end = at + len(needle)
        if not _ends_in_word(body[max(0, at - _MAX_ESCAPE_BYTES) : at]) and not _starts_with_word(
            body[end : end + _MAX_CHARACTER_BYTES]
        ):
            return True
        at = body.find(needle, at + 1)
    return False


def _ends_in_word(before: bytes) -> bool:
    if _JSON_ESCAPE.search(before):
        return False
    return _is_of_word(before[-length:] for length in range(1, _MAX_CHARACTER_BYTES + 1)) if before else False


def _starts_with_word(after: bytes) -> bool:
    return _is_of_word(after[:length] for length in range(1, _MAX_CHARACTER_BYTES + 1)) if after else False


def _is_of_word(candidates: Iterable[bytes]) -> bool:
    """Return whether the first candidate that is one UTF-8 character is a letter, mark or digit.

    If there is none, one byte is read as Windows-1252.
    """
    lengths = list(candidates)
    for candidate in lengths:
        try:
            return _is_word_character(candidate.decode())
        except UnicodeDecodeError:
            continue
    return _is_word_character(lengths[0].decode("cp1252", "replace"))


def _is_word_character(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMN"
