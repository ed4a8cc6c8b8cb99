"""Groups of texts that mean alike, on two levels, with labels that a person can read
(docs/adr/0029-sentence-model.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import ward
from sklearn.preprocessing import normalize

from headgate.domains.retail.retail_copilot.intent_labels import (
    group_names,
    labels,
    named_by_examples,
    sub_labels,
)
from headgate.domains.retail.retail_copilot.intent_tree import Cut, Groups, cohesion, cut_at, levels, nearest
from headgate.domains.retail.retail_copilot.text_points import (
    Array,
    by_words,
    commonest_first,
    drawn_together,
    meanings,
    with_meaning,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from headgate.domains.retail.retail_copilot.intent_labels import Nearness
    from headgate.domains.retail.retail_copilot.sentence_model import SentenceModel

MIN_TEXTS = 20
MAX_LEARNT_FROM = 5_000  # texts that shape the groups; the rest join the nearest group
MAX_READ = 10_000  # texts that the sentence model reads, about 500 a second; the rest join by their words
ONLY = "all searches"
MIN_COHESION = 0.55
"""Of the median of all intents: the texts of a group below it have too little in common for a label.

Source: docs/adr/0029-sentence-model.md.
"""
_COMPARED_INTENTS = 5  # the median of fewer says little
_MIN_NEARNESS = 0.01  # of a phrase that means something else: a label is better than none


@dataclass(frozen=True)
class Intents:
    """Groups of texts: each text is in one sub-intent, and each sub-intent in one intent.

    Attributes:
        groups: intent per text.
        labels: one per intent: a phrase of its texts, or the commonest of them where they do not agree.
        sub_groups: sub-intent per text.
        sub_labels: one per sub-intent; its intent's where the intent has no other.
        stability: how alike the intents are that halves of the texts lead to: 1 equal, 0 as by chance; NaN
            for one group.
        silhouette: how far the intents are apart, -1 to 1; NaN for one group.
        cohesion: how alike the texts of each intent are, as `intent_tree.cohesion` has it; NaN for one group.
    """

    groups: Groups
    labels: Sequence[str]
    sub_groups: Groups
    sub_labels: Sequence[str]
    stability: float
    silhouette: float
    cohesion: Array

    @property
    def named(self) -> npt.NDArray[np.object_]:
        """The label of each text's intent."""
        return np.array(self.labels, dtype=object)[self.groups]

    def renamed(self, names: Callable[[Sequence[str]], Sequence[str]]) -> Intents:
        """Return the same groups with other labels, on both levels."""
        return replace(self, labels=names(self.labels), sub_labels=names(self.sub_labels))

    @property
    def sub_named(self) -> npt.NDArray[np.object_]:
        """The label of each text's sub-intent."""
        return np.array(self.sub_labels, dtype=object)[self.sub_groups]


def group_texts(
    texts: pd.Series[str], weights: pd.Series[int], model: SentenceModel | None = None
) -> Intents:
    """Return the groups of the texts; the commonest texts shape them, the others join the nearest.

    Args:
        weights: searches per text, in the texts' order.
        model: reads what the texts mean; without it, words alone decide.
    """
    chosen: list[tuple[Cut, Cut]] = []
    alike: list[Array] = []

    def shaped(drawn: Array, points: Array) -> Groups:
        chosen.append(levels(drawn, points))
        alike.extend(cohesion(points, cut.groups) for cut in chosen[-1])
        return chosen[-1][1].groups

    if texts.nunique() < MIN_TEXTS:
        return _one(len(texts))
    order = commonest_first(weights)
    meaning = meanings(texts.iloc[order[:MAX_READ]], model)
    sub_groups = _joined(texts, order, meaning, shaped)
    intents, sub_intents = chosen[-1]
    if intents.count == 1:
        return _one(len(texts))
    parents = _parents(intents.groups, sub_intents.groups)
    groups = parents[sub_groups]
    nearness = _nearness(meaning, groups[order[:MAX_READ]], model) if model and meaning is not None else None
    least = _least_cohesion(alike[0], groups)
    names = group_names(labels(texts, groups, weights, nearness), texts, groups, weights)
    names = named_by_examples(names, texts, groups, weights, alike[0] < least)
    sub_names = sub_labels(texts, sub_groups, weights, parents, names)
    sub_names = group_names(sub_names, texts, sub_groups, weights)
    sub_names = named_by_examples(sub_names, texts, sub_groups, weights, alike[1] < least)
    return Intents(groups, names, sub_groups, sub_names, intents.stability, intents.silhouette, alike[0])


def grouped(texts: pd.Series[str], count: int, model: SentenceModel | None = None) -> Groups:
    """Return the texts in a given number of groups."""
    meaning = meanings(texts.iloc[:MAX_READ], model)
    return _joined(texts, np.arange(len(texts)), meaning, lambda drawn, _: cut_at(ward(drawn), count))


def _least_cohesion(alike: Array, groups: Groups) -> float:
    """Return the cohesion from which on a group, of either level, is called by its label.

    An intent of one text says nothing of how alike texts are. NaN where fewer than five have more.
    """
    several = alike[np.bincount(groups, minlength=len(alike)) > 1]
    return MIN_COHESION * float(np.median(several)) if several.size >= _COMPARED_INTENTS else np.nan


def _nearness(meaning: Array, groups: Groups, model: SentenceModel) -> Nearness:
    """Return the median closeness of a phrase's meaning to its group's texts.

    What all texts share does not separate groups.
    """
    middle = meaning.mean(axis=0)
    points = normalize(meaning - middle)

    def near(phrases: pd.Series[str], own: Groups) -> Array:
        every, places = np.unique(phrases.to_numpy(dtype=str), return_inverse=True)
        read = normalize(model.vectors(every.tolist()).astype(np.float64) - middle)[places]
        nearness = np.empty(len(read))
        for group in np.unique(own):
            cosines = points[groups == group] @ read[own == group].T
            nearness[own == group] = np.median(cosines, axis=0)
        return nearness.clip(_MIN_NEARNESS, None)

    return near


def _one(texts: int) -> Intents:
    groups = np.zeros(texts, dtype=np.int64)
    unknown = np.array([np.nan])
    return Intents(groups, [ONLY], groups, [ONLY], np.nan, np.nan, unknown)


def _joined(
    texts: pd.Series[str],
    order: npt.NDArray[np.intp],
    meaning: Array | None,
    shaped: Callable[[Array, Array], Groups],
) -> Groups:
    """Group the texts: the first ones by `shaped`, the next by meaning, the last by their words.

    Args:
        meaning: what the model reads in the first `MAX_READ` texts of the order; None without a model.
    """
    words, read, rest = by_words(texts), order[:MAX_READ], order[MAX_READ:]
    points = with_meaning(words[read], meaning)
    drawn = drawn_together(points)
    first = shaped(drawn[:MAX_LEARNT_FROM], points[:MAX_LEARNT_FROM])
    joined = np.r_[first, nearest(drawn[MAX_LEARNT_FROM:], drawn[: len(first)], first)]
    groups = np.empty(len(texts), dtype=np.int64)
    groups[read], groups[rest] = joined, nearest(words[rest], words[read], joined)
    return groups


def _parents(groups: Groups, sub_groups: Groups) -> Groups:
    first = np.unique(sub_groups, return_index=True)[1]
    return groups[first]
