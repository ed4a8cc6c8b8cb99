"""Words one typing error away from a word that people use far more often or that the shop uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

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
    typed = counts.reindex(sorted(set(counts.index) | vocabulary), fill_value=0)
    words = typed.index[typed.index.str.len() >= MIN_LENGTH - 1].to_series()
    words = words[words.str.isalpha()]
    pairs = _near(words[~words.isin(vocabulary | language)], words)
    pairs = pairs[
        [
            len(other) >= MIN_LENGTH or _has_same_letters(word, other)
            for word, other in zip(pairs.word, pairs.other, strict=True)
        ]
        or slice(0)
    ]
    often = (pairs.other.map(typed) + pairs.other.isin(vocabulary) * KNOWN_COUNTS).astype("int64")
    likely = pairs.assign(often=often).loc[
        (often >= RARER * pairs.word.map(typed).astype("int64")) & (pairs.word != pairs.other)
    ]
    return _meant(likely, is_one_slip)


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
    pairs = _near(wrong, long.text)
    typed, meant = (long.set_index("text")[name] for name in ("typed", "meant"))
    often = pairs.other.map(meant).astype("int64")
    likely = pairs.assign(often=often)[
        (pairs.word != pairs.other) & (often >= RARER * pairs.word.map(typed).astype("int64"))
    ]
    return _meant(likely, lambda text, other: is_slip_of_text(text, other, right))


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


def _near(wrong: pd.Series[str], right: pd.Series[str]) -> pd.DataFrame:
    """Return pairs of words that become equal after deleting a letter from either.

    They include all pairs with one typing error.

    Source: Garbe's symmetric delete algorithm, https://github.com/wolfgarbe/SymSpell
    """
    left = pd.DataFrame({"word": wrong, "shortened": wrong.map(_shortened)}).explode("shortened")
    others = pd.DataFrame({"other": right, "shortened": right.map(_shortened)}).explode("shortened")
    return left.merge(others, on="shortened")[["word", "other"]].drop_duplicates()


def _shortened(word: str) -> list[str]:
    return [word, *(word[:place] + word[place + 1 :] for place in range(len(word)))]
