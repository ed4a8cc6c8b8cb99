"""A typed text to its template, without case, accents, personal data, quantity, plural and typos."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import pandas as pd

from headgate.domains.retail.retail_copilot import spelling

BLANK = "(blank)"
"""The template of texts that hold no word."""
MAX_LENGTH = 255

ACCENTS = r"[\u0300-\u036f]"
_EMAIL = r"[^\s@]+@[^\s@]+\.[^\s@]+"
PERSONAL = ((_EMAIL, "[e-mail]"), (r"\+?\d[\d ()./-]{6,}\d", "[number]"))
REMOVED = r"\[[^\]]*\]"  # what the gate leaves where a card number stood
_UNIT = (
    r"(?:mm|cm|m|km|in|inch|inches|ft|feet|mg|g|gr|kg|oz|lb|lbs|ml|cl|l|ltr|litres?|liters?"
    r"|w|v|watts?|gb|mb|tb|pcs?|pieces?|packs?|pk|pairs?|units?|dozen|\"|'')"
)
_NUMBER = r"\d+(?:[.,]\d+)?"
MEASURES = (
    r"\b(?:set|pack|box|bag|case|pair|bundle|lot)s? of (?:\d+|two|three|four|five|six|eight|ten|twelve)\b",
    rf"\b{_NUMBER}(?: ?[x\u00d7] ?{_NUMBER})+ ?{_UNIT}?(?!\w)",
    rf"\b{_NUMBER} ?{_UNIT}(?!\w)",
    r"\bx ?\d+\b",
    r"\b\d+ ?x\b",
    r"\bsize \w+\b",
    r"\b(?:xs|xl|xxl|xxxl|\dxl)\b",
    r"^\s*\d+(?=\s)",
)
NOT_WORDS = (REMOVED, *(pattern for pattern, _ in PERSONAL), *MEASURES)
GENITIVE, BETWEEN_WORDS = r"['\u2019]s\b", r"[\W_]+"
SINGULARS = ((r"^(\w{2,})ies$", r"\1y"), (r"^(\w+(?:x|ch|sh|ss))es$", r"\1"), (r"^(\w{2,}[^s\Wui])s$", r"\1"))


def redacted(texts: pd.Series[str]) -> pd.Series[str]:
    """Return the texts with e-mail addresses and long numbers replaced, to be shown."""
    for pattern, mark in PERSONAL:
        texts = texts.str.replace(pattern, mark, regex=True)
    return texts


@dataclass(frozen=True)
class Slips:
    """The typing errors in the texts of one shop.

    Attributes:
        words: the intended word by the misspelled one.
        texts: the words of the intended text by those of the misspelled one, if no single word explains it.
    """

    words: Mapping[str, str]
    texts: Mapping[str, str]

    def right(self, words: list[str]) -> list[str]:
        """Return the words of a text as they were meant."""
        text = self.texts.get(" ".join(words))
        return [self.words.get(word, word) for word in (text.split() if text else words)]


class Normaliser:
    """The templates of texts as typed in one shop; each text and word is processed once.

    Args:
        vocabulary: names in the shop's own words, which are correct.
        language: words that are correct in any shop.
    """

    def __init__(self, vocabulary: Iterable[str], language: AbstractSet[str] = frozenset()) -> None:
        self._language = language
        self._words: dict[str, list[str]] = {}
        self._own = {
            word for words in self._split(pd.Series(list(vocabulary), dtype=object)) for word in words
        }

    def vocabulary_digest(self) -> str:
        """Return a digest of the words that decide the templates of texts."""
        words = "\n".join([*sorted(self._own), "", *sorted(self._language)])
        return hashlib.sha256(words.encode()).hexdigest()

    def words(self, texts: pd.Series[str]) -> list[str]:
        """Return the words of each text in the singular, as typed, with one space between them."""
        return [" ".join(words) for words in self._split(texts)]

    def add_words(self, texts: Iterable[str], words: Iterable[str]) -> None:
        """Add the `words` of texts, which a normaliser of the same language returned."""
        self._words.update(zip(texts, map(str.split, words), strict=True))

    def templates(self, texts: pd.DataFrame, slips: Slips | None = None) -> pd.DataFrame:
        """Return the texts with their `template`, and whether a word was respelled (`is_corrected`).

        Args:
            texts: columns `query_text` and `searches`, one row per text.
            slips: what `slips` returned for the same texts, if it was asked before.
        """
        if texts.empty:
            return texts.assign(template=pd.Series(dtype=object), is_corrected=pd.Series(dtype=bool))
        slips = self.slips(texts) if slips is None else slips
        split = self._split(texts.query_text)
        respelled = [slips.right(words) for words in split]
        return texts.assign(
            template=pd.Series(
                [" ".join(words)[:MAX_LENGTH] or BLANK for words in respelled], texts.index, dtype=object
            ),
            is_corrected=pd.Series(
                [words != typed for words, typed in zip(respelled, split, strict=True)],
                texts.index,
                dtype=bool,
            ),
        )

    def slips(self, texts: pd.DataFrame) -> Slips:
        """Return what misspelled words and texts were meant to be; texts as for `templates`."""
        split = self._split(texts.query_text)
        words = pd.DataFrame({"word": split, "searches": texts.searches.to_numpy()}).explode("word")
        right = spelling.corrections(words.groupby("word").searches.sum(), self._own, self._language)
        return Slips(right, self._texts_meant(texts, split, right))

    def _texts_meant(
        self, texts: pd.DataFrame, split: list[list[str]], right: Mapping[str, str]
    ) -> dict[str, str]:
        """Return the words of the intended text by those of the misspelled one, each before a correction."""
        typed = pd.DataFrame(
            {
                "text": plain_words(texts.query_text).to_numpy(),
                "words": [" ".join(words) for words in split],
                "template": [" ".join(right.get(word, word) for word in words) for words in split],
                "typed": texts.searches.to_numpy(),
            }
        )
        typed["meant"] = typed.groupby("template").typed.transform("sum")
        spelled = (
            typed.sort_values("typed", ascending=False, kind="stable")
            .groupby("text", sort=True)
            .agg(words=("words", "first"), typed=("typed", "sum"), meant=("meant", "first"))
        )
        meant = spelling.texts_meant(spelled.reset_index(), self._right_words(spelled.index.to_series()))
        words = dict(zip(spelled.index, spelled.words, strict=True))
        return {
            words[text]: words[other]
            for text, other in meant.items()
            if words[text] and words[other] and words[text] != words[other]
        }

    def _right_words(self, texts: pd.Series[str]) -> set[str]:
        """Return the words of plain texts that are the shop's or the language's, in singular or plural."""
        words = pd.Series(texts.str.split().explode().dropna().unique(), dtype=object)
        own = self._own | self._language
        return set(words[words.isin(own) | singular(words).isin(own)])

    def _split(self, texts: pd.Series[str]) -> list[list[str]]:
        """Return the words of each text in the singular."""
        # `unique` of pandas takes an empty text and one of a null character to be equal.
        new = pd.Series([text for text in dict.fromkeys(texts) if text not in self._words], dtype=object)
        typed = _split_words(new)
        words = pd.Series(typed.explode().dropna().unique(), dtype=object)
        stems = dict(zip(words, singular(words, self._language), strict=True))
        for text, of_text in zip(new, typed, strict=True):
            self._words[text] = [stems[word] for word in of_text]
        return [self._words[text] for text in texts]


def as_typed(
    labels: Iterable[str], texts: pd.DataFrame, language: AbstractSet[str] = frozenset()
) -> list[str]:
    """Return labels of templates in words that people typed.

    A singular that nobody typed, such as `gla` for the German `glas`, gets its commonest typed form.

    Args:
        texts: columns `query_text` and `searches`, one row per text.
        language: words that are right in any shop.
    """
    typed = _split_words(texts.query_text).explode().dropna().astype(object)
    forms = pd.DataFrame({"typed": typed, "word": singular(typed, language)}).join(texts.searches)
    untyped = forms[~forms.word.isin(set(typed))].groupby(["word", "typed"]).searches.sum().reset_index()
    commonest = (
        untyped.sort_values(["searches", "typed"], ascending=[False, True])
        .drop_duplicates("word")
        .set_index("word")
        .typed.to_dict()
    )
    return [re.sub(r"[^\s,]+", lambda word: commonest.get(word[0], word[0]), label) for label in labels]


def _split_words(texts: pd.Series[str]) -> pd.Series[Any]:
    """Return the words of each text without case, accents, genitives, personal data and measures."""
    plain = _plain(texts)
    for pattern in NOT_WORDS:
        plain = plain.str.replace(pattern, " ", regex=True)
    return plain.str.replace(GENITIVE, "", regex=True).str.replace(BETWEEN_WORDS, " ", regex=True).str.split()


def _plain(texts: pd.Series[str]) -> pd.Series[str]:
    return texts.str.normalize("NFKD").str.replace(ACCENTS, "", regex=True).str.casefold()


def plain_words(texts: pd.Series[str]) -> pd.Series[str]:
    """Return the texts without case, accents and signs, with one space between words."""
    return _plain(texts).str.replace(BETWEEN_WORDS, " ", regex=True).str.strip()


def singular(words: pd.Series[str], language: AbstractSet[str] = frozenset()) -> pd.Series[str]:
    """Return English words without their plural ending: the first ending that fits is taken off.

    A word of the language stays whole where the rest would be none: Christmas is not many of something.
    """
    plurals = pd.Series(words[words.str.endswith("s")].unique(), dtype=object)
    stems = plurals
    for pattern, replacement in SINGULARS:
        stems = stems.str.replace(pattern, replacement, regex=True)
    stem_of = {
        plural: stem
        for plural, stem in zip(plurals, stems, strict=True)
        if plural not in language or stem in language
    }
    return pd.Series([stem_of.get(word, word) for word in words], words.index, dtype=words.dtype)
