"""BERT's uncased WordPiece: a text as the numbers of the word parts that a sentence model was trained on.

Source:
    Devlin, Chang, Lee & Toutanova (2019), BERT; the rules are those of its `BasicTokenizer` and
    `WordpieceTokenizer`, https://github.com/google-research/bert/blob/master/tokenization.py
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

START, END, UNKNOWN, INSIDE = "[CLS]", "[SEP]", "[UNK]", "##"
_MAX_WORD = 100  # letters; longer words are unknown as a whole
_IDEOGRAPH = re.compile(
    "([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002a6df\U0002a700-\U0002b73f\U0002b740-\U0002b81f\U0002b920-\U0002ceaf\U0002f800-\U0002fa1f])"
)
_ASCII_MARK = re.compile(r"([!-/:-@\[-`{-~])")


@dataclass(frozen=True)
class WordPiece:
    """A vocabulary: the number of each word part."""

    numbers: Mapping[str, int]

    @classmethod
    def of(cls, vocabulary: str) -> WordPiece:
        """Return the vocabulary in its published form: one word part a line, numbered from 0."""
        return cls({part: number for number, part in enumerate(vocabulary.rstrip("\n").split("\n"))})

    def encoded(self, texts: Iterable[str], longest: int) -> list[list[int]]:
        """Return each text's numbers between start and end, at most `longest` of them with these two."""
        seen: dict[str, list[int]] = {}
        start, end = self.numbers[START], self.numbers[END]
        encoded = []
        for text in texts:
            parts = [number for word in words(text) for number in self._of_word(word, seen)]
            encoded.append([start, *parts[: longest - 2], end])
        return encoded

    def _of_word(self, word: str, seen: dict[str, list[int]]) -> list[int]:
        if word not in seen:
            seen[word] = self._split(word)
        return seen[word]

    def _split(self, word: str) -> list[int]:
        """Return the longest part that begins the word, then the longest that follows, to its end."""
        pieces: list[int] = []
        rest = word
        while rest and len(word) <= _MAX_WORD:
            lead = INSIDE if pieces else ""
            length = next(
                (count for count in range(len(rest), 0, -1) if lead + rest[:count] in self.numbers), 0
            )
            if not length:
                break
            pieces.append(self.numbers[lead + rest[:length]])
            rest = rest[length:]
        return [self.numbers[UNKNOWN]] if rest else pieces


def words(text: str) -> Sequence[str]:
    """Return words and single marks, in lower case and without accents."""
    if text.isascii() and text.isprintable():
        return _ASCII_MARK.sub(r" \1 ", text.lower()).split()
    spaced = _IDEOGRAPH.sub(r" \1 ", "".join(map(_cleaned, text)))
    plain = "".join(
        letter for letter in unicodedata.normalize("NFD", spaced) if unicodedata.category(letter) != "Mn"
    )
    # Letter by letter: Python alone would write a sigma at a word's end in another way.
    return "".join(
        f" {letter} " if _is_mark(letter) else letter for letter in "".join(map(str.lower, plain))
    ).split()


def _cleaned(letter: str) -> str:
    """Replace every kind of white space by a space, and control characters by nothing."""
    if letter.isspace() and letter not in "\x1c\x1d\x1e\x1f\x85":
        return " "
    return "" if letter == "\ufffd" or unicodedata.category(letter) in {"Cc", "Cf"} else letter


def _is_mark(letter: str) -> bool:
    return _ASCII_MARK.fullmatch(letter) is not None or unicodedata.category(letter).startswith("P")
