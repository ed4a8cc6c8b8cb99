"""The articles of the shop that a search comes nearest to by its words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set as AbstractSet

import numpy as np
import pandas as pd

from headgate.domains.retail.retail_copilot import normalise

MAX_ARTICLES = 5
MIN_PART = 0.3
"""Of the weight of a search's words: articles that share less have only a common word such as "set"."""


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
        self._places: dict[str, list[int]] = defaultdict(list)
        place_of = {label: place for place, label in enumerate(names.index)}
        for label, word in words.items():
            self._places[word].append(place_of[label])
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
        near = self._nearest(template)
        with_all = [place for place in near if self._has_all_words(place, template)]
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

    def _has_all_words(self, place: int, template: str) -> bool:
        return all(place in self._places.get(word, ()) for word in template.split())

    def _the_thing(self, places: list[int], template: str) -> list[int]:
        return [place for place in places if self._last_words[place] in template.split()]

    def _value(self, places: list[int]) -> float:
        lines = self._lines[places].sum()
        return float(self._money[places].sum() / lines) if lines else np.nan

    def _nearest(self, template: str) -> list[int]:
        words = set(template.split())
        weights = {word: self._weight(word) for word in words}
        shared: dict[int, float] = defaultdict(float)
        for word in sorted(words):
            for place in set(self._places.get(word, ())):
                shared[place] += weights[word]
        least = MIN_PART * sum(weights.values())
        near = [place for place, weight in shared.items() if weight >= least]
        return sorted(near, key=lambda place: (-shared[place], place))

    def _weight(self, word: str) -> float:
        """Return the inverse document frequency."""
        return float(np.log((1 + len(self._names)) / (1 + len(self._places.get(word, ())))) + 1)
