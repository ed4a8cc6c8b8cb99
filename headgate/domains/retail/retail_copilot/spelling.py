"""Words one typing error away from a word that people use far more often or that the shop uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet

    import numpy.typing as npt

    _Places = npt.NDArray[np.int64]

# Among shorter words too many are one letter apart, other than by a swap or a letter typed twice.
MIN_LENGTH = 4
RARER = 5
"""A word that the shop does not use is a slip when a neighbour is typed this many times as often."""
KNOWN_COUNTS = 5
"""Times that a word of the shop counts as typed on top: it is right even if nobody typed it yet."""
MIN_LETTERS = 6
"""A shorter text of one slip is as likely another word."""
MIN_TYPED = 5
"""A text that was typed less often is no task, so that nobody misses its correction."""
_BASE, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)  # odd, from SplitMix64
_INVERSE = np.uint64(pow(int(_BASE), -1, 2**64))


def corrections(
    counts: pd.Series[int], vocabulary: AbstractSet[str], language: AbstractSet[str] = frozenset()
) -> dict[str, str]:
    """Return the intended word of each misspelled word; words of the shop and the language are never changed.

    Args:
        counts: number of times each word was typed.
        vocabulary: the shop's words, which are correct and likely, typed or not.
        language: other correct words: a rare one (belt) is not an error for a frequent one (bell).
    """
    if counts.empty:
        return {}
    typed = counts.reindex(sorted(set(counts.index) | vocabulary), fill_value=0).astype("int64")
    words = typed.index[typed.index.str.len() >= MIN_LENGTH - 1].to_series()
    words = words[words.str.isalpha()]
    often = typed[words] + words.isin(vocabulary) * KNOWN_COUNTS
    pairs = _likely_pairs(typed[words[~words.isin(vocabulary | language)]], often)
    is_long = [
        len(other) >= MIN_LENGTH or _has_same_letters(word, other)
        for word, other in zip(pairs.word, pairs.other, strict=True)
    ]
    return _meant(pairs[np.array(is_long, dtype=np.bool_)], is_one_slip)


def texts_meant(texts: pd.DataFrame, right: AbstractSet[str]) -> dict[str, str]:
    """Return the intended text of each misspelled text, where a slip concerns a short word or a space, which
    `corrections` cannot see: `yoga mmat`, `do glead`.

    A text is a slip of another text if both differ by one letter or space, the other is typed `RARER` times
    as often, and a word of the text is neither the shop's nor the language's, or only the plural of the
    other's. Texts that differ in a number are different articles.

    Args:
        texts: columns `text` (plain words), `typed` (times), and `meant` (times that all spellings of it were
            typed).
        right: the words of the texts that are the shop's or the language's.
    """
    long = texts[(texts.typed >= MIN_TYPED) & (texts.text.str.len() >= MIN_LETTERS - 1)]
    wrong = long.text[[_may_be_slip(text, right) for text in long.text] or slice(0)]
    typed, meant = (long.set_index("text")[name].astype("int64") for name in ("typed", "meant"))
    return _meant(_likely_pairs(typed[wrong], meant), lambda text, other: is_slip_of_text(text, other, right))


def _meant(likely: pd.DataFrame, is_slip: Callable[[str, str], bool]) -> dict[str, str]:
    """Return the intended text of each slip: the most frequent candidate, followed to the last one.

    Args:
        likely: columns `word`, `other`, and `often`, how often the other is typed.
    """
    slips = np.array(
        [is_slip(word, other) for word, other in zip(likely.word, likely.other, strict=True)], dtype=np.bool_
    )
    best = (
        likely[slips]
        .sort_values(["word", "often", "other"], ascending=[True, False, True])
        .drop_duplicates("word")
    )
    meant: dict[str, str] = dict(zip(best.word, best.other, strict=True))
    return {word: meant.get(other, other) for word, other in meant.items()}


def _may_be_slip(text: str, right: AbstractSet[str]) -> bool:
    words = text.split()
    return len(text) >= MIN_LETTERS and any(word.endswith("s") or word not in right for word in words)


def is_slip_of_text(text: str, other: str, right: AbstractSet[str]) -> bool:
    """Return whether a text is another one with one typing error, or with one word in the plural."""
    if not is_one_slip(text, other):
        return False
    words, others = text.split(), other.split()
    changed = [word for word in words if word not in others]
    replaced = [word for word in others if word not in words]
    if not all(word.isalpha() for word in (*changed, *replaced)):
        return False
    return changed == [f"{word}s" for word in replaced] or bool(set(changed) - right)


def is_one_slip(word: str, other: str) -> bool:
    """Return whether one letter is missing, doubled, wrong, or changed places with its neighbour.

    Source: Damerau (1964), A Technique for Computer Detection and Correction of Spelling Errors.
    """
    start = _same(word, other)
    word, other = word[start:], other[start:]
    end = min(_same(word[::-1], other[::-1]), len(word), len(other))
    word, other = word[: len(word) - end], other[: len(other) - end]
    return max(len(word), len(other)) <= 1 or (len(word) == len(other) == 2 and word == other[::-1])  # noqa: PLR2004 two neighbours


def _has_same_letters(word: str, other: str) -> bool:
    """Return whether two letters changed places, or one of them was typed twice."""
    return sorted(word) == sorted(other) or _twice_less(word) == other


def _twice_less(word: str) -> str:
    return re.sub(r"(.)\1", r"\1", word)


def _same(word: str, other: str) -> int:
    """Return letters that both begin with."""
    return next(
        (place for place, pair in enumerate(zip(word, other, strict=False)) if pair[0] != pair[1]),
        min(len(word), len(other)),
    )


def _likely_pairs(wrong: pd.Series[int], right: pd.Series[int]) -> pd.DataFrame:
    """Return pairs of a word and another one that is typed `RARER` times as often, and nearly the same.

    Args:
        wrong: how often each word is typed that may be misspelled.
        right: how often each word counts as typed that may be meant.

    Returns:
        Columns `word`, `other`, and `often`, how often the other is typed.
    """
    word, other = _near(wrong.index.to_list(), right.index.to_list())
    typed, often = wrong.to_numpy()[word], right.to_numpy()[other]
    words, others = wrong.index.to_numpy()[word], right.index.to_numpy()[other]
    is_likely = (often >= RARER * typed) & (words != others)
    return pd.DataFrame({"word": words[is_likely], "other": others[is_likely], "often": often[is_likely]})


def _near(wrong: Sequence[str], right: Sequence[str]) -> tuple[_Places, _Places]:
    """Return the places of words in both lists that become equal after deleting a letter from either.

    The pairs include all with one typing error. Words are equal here if their hashes are, so a few other
    pairs may be among them.

    Source: Garbe's symmetric delete algorithm, https://github.com/wolfgarbe/SymSpell
    """
    words, hashes = _shortened(wrong)
    others, hashes_of_others = _shortened(right)
    order = np.argsort(hashes_of_others)
    ordered = hashes_of_others[order]
    first = np.searchsorted(ordered, hashes, side="left")
    count = np.searchsorted(ordered, hashes, side="right") - first
    ends = np.cumsum(count)
    places = np.arange(count.sum()) + np.repeat(first - ends + count, count)
    pairs = np.unique(np.repeat(words, count) * len(right) + others[order[places]])
    return np.divmod(pairs, max(1, len(right)))


def _shortened(words: Sequence[str]) -> tuple[_Places, npt.NDArray[np.uint64]]:
    """Return the hashes of words, and of each word without one of its letters, with the places of the words.

    A hash is the sum of the letters, each multiplied by a power of `_BASE` for its place, modulo 2⁶⁴. So the
    hash of a word without a letter follows from the sums before and after the letter.
    """
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    letters = np.frombuffer("".join(words).encode("utf-32-le"), np.uint32).astype(np.uint64)
    owner, ends = np.repeat(np.arange(len(words)), lengths), np.cumsum(lengths)
    place = np.arange(len(letters)) - (ends - lengths)[owner]
    powers = np.cumprod(np.full(lengths.max(initial=0) + 1, _BASE)) * _INVERSE
    sums = np.concatenate(
        [np.zeros(1, np.uint64), np.cumsum((letters + np.uint64(1)) * _MIX * powers[place])]
    )
    before, whole = sums[ends - lengths], sums[ends] - sums[ends - lengths]
    until, after = sums[:-1] - before[owner], sums[ends][owner] - sums[1:]
    return (np.concatenate([np.arange(len(words)), owner]), np.concatenate([whole, until + after * _INVERSE]))
