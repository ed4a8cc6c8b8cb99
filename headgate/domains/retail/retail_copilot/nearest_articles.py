"""The articles of the shop that a search comes nearest to by its words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import numpy as np
import pandas as pd

from headgate.domains.retail.retail_copilot import normalise

MAX_ARTICLES = 5
MIN_PART = 0.3
"""Of the weight of a search's words: articles that share less have only a common word such as "set"."""
_NOWHERE = np.zeros(0, dtype=np.int64)


class NearestArticles:
    """Articles by their words, a rare word more than a common one.

    Args:
        articles: columns `product_name`, `is_active`, whether it is still sold, and `money` and `lines` sold
            of each, null where nothing was; the best-selling first, which wins between two that are as near.
        language: words that are right in any shop.
    """

    def __init__(self, articles: pd.DataFrame, language: AbstractSet[str] = frozenset()) -> None:
        every = articles.product_name.dropna().str.split().str.join(" ")
        names = every.drop_duplicates()
        is_active = articles.is_active[every.index].astype("boolean").fillna(value=True)
        self._still_sold = names.isin(every[is_active]).to_numpy()
        sold = articles.loc[names.index, ["money", "lines"]].astype(np.float64).fillna(0.0)
        self._money, self._lines = sold.money.to_numpy(), sold.lines.to_numpy()
        words = normalise.plain_words(names).str.split().explode()
        words = normalise.singular(words[words.notna()].astype(object), language)
        self._names = names.tolist()
        place_of = {label: place for place, label in enumerate(names.index)}
        places: dict[str, list[int]] = defaultdict(list)
        for label, word in words.items():
            places[word].append(place_of[label])
        self._places = {word: np.unique(of_word) for word, of_word in places.items()}
        self._weights = {word: _weight(len(of_word), len(names)) for word, of_word in places.items()}
        self._weight_of_no_article = _weight(0, len(names))
        # In English the last word of a name says what the thing is: a record frame is a frame. A price or a
        # size behind it does not: a voucher of 30.00 is a voucher.
        has_digit = words.str.contains(r"\d")
        named = words[~has_digit | has_digit.groupby(level=0).transform("all")]
        self._last_words = named.groupby(level=0).last().rename(place_of).to_dict()

    def of(self, templates: pd.Series[str]) -> pd.DataFrame:
        """Return for each template `nearest_articles`, the names of up to five, null where none is near,
        `is_sold`, whether one of them has all of its words, and `nearest_value`, the mean money of a line.

        Those with all words that are still sold come first. Where none of them is, those still sold that are
        the thing by their last word take their place, as a silver gnome for a garden gnome. The line is of
        those that come first, else of those with all words, which are the thing by their last word, or of all
        of them where none has all words; null where none was sold or all are another thing, such as a record
        frame for a record.
        """
        return pd.DataFrame(
            [self._row(template) for template in templates],
            index=templates.index,
            columns=["nearest_articles", "is_sold", "nearest_value"],
        ).astype({"nearest_articles": object, "is_sold": bool, "nearest_value": np.float64})

    def _row(self, template: str) -> tuple[str | None, bool, float]:
        near, with_all = self._nearest(sorted(set(template.split())))
        first = self._first(near, with_all, template.split()[-1:])
        kept = first[: MAX_ARTICLES - 1] if with_all and with_all[0] not in first else first
        ordered = [*kept, *(place for place in near if place not in first)][:MAX_ARTICLES]
        meant = [place for place in first or with_all if place in ordered]
        value = self._value(self._the_thing(meant, template) if meant else ordered)
        return " · ".join(self._names[place] for place in ordered) or None, bool(with_all), value

    def _first(self, near: list[int], with_all: list[int], last_word: list[str]) -> list[int]:
        """Return the articles still sold that the search means."""
        still_sold = [place for place in with_all if self._still_sold[place]]
        if still_sold or not with_all:
            return still_sold
        return [place for place in near if self._still_sold[place] and [self._last_words[place]] == last_word]

    def _the_thing(self, places: list[int], template: str) -> list[int]:
        return [place for place in places if self._last_words[place] in template.split()]

    def _value(self, places: list[int]) -> float:
        lines = self._lines[places].sum()
        return float(self._money[places].sum() / lines) if lines else np.nan

    def _nearest(self, words: Sequence[str]) -> tuple[list[int], list[int]]:
        """Return the articles near a search of these words, the nearest first, and those with all words."""
        weights = [self._weights.get(word, self._weight_of_no_article) for word in words]
        shared, shared_words = np.zeros(len(self._names)), np.zeros(len(self._names), dtype=np.int64)
        for word, weight in zip(words, weights, strict=True):
            places = self._places.get(word, _NOWHERE)
            shared[places] += weight
            shared_words[places] += 1
        near = np.flatnonzero((shared_words > 0) & (shared >= MIN_PART * sum(weights)))
        near = near[np.argsort(-shared[near], kind="stable")]
        return near.tolist(), near[shared_words[near] == len(words)].tolist()


def _weight(count: int, articles: int) -> float:
    """Return the inverse document frequency of a word that occurs so often in the names of articles."""
    return float(np.log((1 + articles) / (1 + count)) + 1)
