"""Groups of texts that mean alike, with labels that a person can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer, TfidfVectorizer
from sklearn.metrics import silhouette_score
from sklearn.neighbors import kneighbors_graph
from sklearn.pipeline import make_union
from sklearn.preprocessing import normalize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.domains.retail.retail_copilot.sentence_model import SentenceModel

Array = npt.NDArray[np.float64]

SEED = 20_101_209
MIN_TEXTS = 20
MAX_INTENTS = 120  # what a person can look through
MAX_LEARNT_FROM = 5_000  # texts that shape the groups; the rest join the nearest group
MAX_READ = 10_000  # texts that the sentence model reads, about 500 a second; the rest join by their words
_WORDS_WEIGHT = 0.5  # beside the meaning: names and numbers tell products apart that mean much the same
_DIMENSIONS, _ROUNDS = 100, 2  # more of either takes longer and finds no more
_MAX_WORDS = 4_000  # the vectors cost the square of the words
_RARE = 0.01  # share of the texts from which on a word counts for less
_LEAST_NEIGHBOURS, _NEIGHBOURS, _STEPS = 8, 15, 4
_SAMPLE = 2_000  # silhouettes cost the square of the texts
_WORD = r"(?u)\b\w+\b"  # words of one letter count too
_LABEL_WORDS = 4
_LABEL_LENGTH = 80
_LONGER = 0.5  # how much a phrase gains by its number of words
# scikit-learn's list has words in it that name what people look for.
_NO_STOP_WORDS = {"amount", "bill", "bottom", "call", "detail", "fire", "front", "full", "interest", "side", "system", "top"}
_EMPTY_WORDS = ENGLISH_STOP_WORDS - _NO_STOP_WORDS
_PARTICLES = {"back", "down", "in", "off", "on", "out", "over", "up"}  # they end verbs, as in "top up"
_OTHER = "other"
ONLY = "all searches"


@dataclass(frozen=True)
class Intents:
    """Group per text, labels per group, and how far the groups are apart (-1 to 1; NaN for one group)."""

    groups: npt.NDArray[np.int64]
    labels: Sequence[str]
    silhouette: float

    @property
    def named(self) -> npt.NDArray[np.object_]:
        """The label of each text's group."""
        return np.array(self.labels, dtype=object)[self.groups]


def sizes(texts: int) -> list[int]:
    """Numbers of groups worth trying for so many texts: around the rule of thumb √(n/2).

    Source: Mardia, Kent & Bibby (1979), Multivariate Analysis, p. 365.
    """
    rule = (texts / 2) ** 0.5
    return sorted({int(np.clip(round(factor * rule), 2, MAX_INTENTS)) for factor in (0.5, 1.0, 2.0, 4.0)})


def found(texts: pd.Series[str], weights: pd.Series[int], model: SentenceModel | None = None) -> Intents:
    """The groups of the texts; the commonest texts shape them, the others join the nearest.

    Args:
        weights: searches per text, in the texts' order.
        model: reads what the texts mean; without it, words alone decide.
    """
    if texts.nunique() < MIN_TEXTS:
        return Intents(np.zeros(len(texts), dtype=np.int64), [ONLY], np.nan)
    words, order = by_words(texts), _commonest_first(weights)
    read, rest = order[:MAX_READ], order[MAX_READ:]
    points, importance = _with_meaning(words[read], texts.iloc[read], model), np.log1p(weights.to_numpy()[read])
    shaped, apart = _shaped(points[:MAX_LEARNT_FROM], importance[:MAX_LEARNT_FROM])
    joined = np.r_[shaped, _nearest(points[MAX_LEARNT_FROM:], points[: len(shaped)], shaped)]
    groups = np.empty(len(texts), dtype=np.int64)
    groups[read], groups[rest] = joined, _nearest(words[rest], words[read], joined)
    return Intents(groups, labels(texts, groups, weights), apart)


def grouped(texts: pd.Series[str], count: int, model: SentenceModel | None = None) -> npt.NDArray[np.int64]:
    """The texts in a given number of groups."""
    return _sorted(drawn_together(embedded(texts, model), _neighbours(len(texts), count)), np.ones(len(texts)), count, starts=5)


def _shaped(points: Array, importance: Array) -> tuple[npt.NDArray[np.int64], float]:
    """The points in as many groups as set them furthest apart, and how far that is."""
    counts = {count: _neighbours(len(points), count) for count in sizes(len(points))}
    drawn = {neighbours: drawn_together(points, neighbours) for neighbours in set(counts.values())}
    tried = [_apart(drawn[neighbours], points, importance, count) for count, neighbours in counts.items()]
    return max(tried, key=lambda one: one[1])


def _neighbours(texts: int, count: int) -> int:
    """About as many as a group has: more would draw several groups into one."""
    return int(np.clip(texts // count, _LEAST_NEIGHBOURS, _NEIGHBOURS))


def _commonest_first(weights: pd.Series[int]) -> npt.NDArray[np.intp]:
    """Places by weight; equal ones in a drawn order, as the alphabet's first letters do not speak for the others."""
    return np.lexsort((np.random.default_rng(SEED).permutation(len(weights)), -weights.to_numpy()))


def _nearest(points: Array, known: Array, groups: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Each point's nearest group, by the middle of its known points."""
    centres = normalize(pd.DataFrame(known).groupby(groups).mean().to_numpy())
    return np.asarray((points @ centres.T).argmax(axis=1), dtype=np.int64)


def _apart(shaping: Array, points: Array, importance: Array, count: int) -> tuple[npt.NDArray[np.int64], float]:
    """The points in so many groups, and the silhouette of the first ones."""
    groups = _sorted(shaping, importance, count)
    several = 1 < len(np.unique(groups[:_SAMPLE])) < len(groups[:_SAMPLE])
    return groups, float(silhouette_score(points[:_SAMPLE], groups[:_SAMPLE])) if several else -1.0


def _sorted(points: Array, importance: Array, count: int, starts: int = 1) -> npt.NDArray[np.int64]:
    """K-means groups, numbered without gaps."""
    fitted = KMeans(count, n_init=starts, random_state=SEED).fit(points, sample_weight=importance)
    return np.asarray(np.unique(fitted.labels_, return_inverse=True)[1], dtype=np.int64)


def embedded(texts: pd.Series[str], model: SentenceModel | None = None) -> Array:
    """The texts as points on a sphere: by what they mean and, counting less, by their words; without a model by their words alone."""
    return _with_meaning(by_words(texts), texts, model)


def _with_meaning(words: Array, texts: pd.Series[str], model: SentenceModel | None) -> Array:
    if model is None:
        return words
    meaning = model.vectors(texts).astype(np.float64)
    centred = normalize(meaning - meaning.mean(axis=0))  # what all texts share does not separate groups
    return np.asarray(normalize(np.hstack([centred, _WORDS_WEIGHT * words])), dtype=np.float64)


def by_words(texts: pd.Series[str]) -> Array:
    """The texts as points on a sphere: by the words and parts of words they share, and by the company their words keep."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=_WORD)
    parts = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2)
    weighed = make_union(words, parts).fit_transform(texts)
    main = TruncatedSVD(min(_DIMENSIONS, min(weighed.shape) - 1), n_iter=_ROUNDS, random_state=SEED)
    shared = main.fit_transform(weighed) / np.sqrt(np.maximum(main.singular_values_, np.finfo(np.float64).eps))
    return np.asarray(normalize(np.hstack([normalize(shared), normalize(_by_company(texts))])), dtype=np.float64)


def _by_company(texts: pd.Series[str]) -> Array:
    """Each text as the mean of its words' vectors, rare words counting more.

    Source:
        Levy & Goldberg (2014), Neural Word Embedding as Implicit Matrix Factorization, for the vectors;
        Arora, Liang & Ma (2017), A Simple but Tough-to-Beat Baseline for Sentence Embeddings, for the weights.
    """
    counted = CountVectorizer(max_features=_MAX_WORDS, binary=True, token_pattern=_WORD).fit_transform(texts).astype(np.float64)
    together = (counted.T @ counted).toarray()
    seen = together.diagonal()
    information = np.log(np.maximum(together, np.finfo(np.float64).tiny) * len(texts) / np.outer(seen, seen)).clip(min=0)
    vectors = TruncatedSVD(min(_DIMENSIONS, len(seen) - 1), n_iter=_ROUNDS, random_state=SEED)
    company = vectors.fit_transform(information) / np.sqrt(np.maximum(vectors.singular_values_, np.finfo(np.float64).eps))
    rarity = _RARE / (_RARE + seen / len(texts))
    means = counted @ (rarity[:, None] * company)
    return np.asarray(means - means.mean(axis=0))


def drawn_together(points: Array, neighbours: int) -> Array:
    """The points moved towards their nearest neighbours some times over, so that groups close up.

    Source: Wu et al. (2019), Simplifying Graph Convolutional Networks, eq. 8: the smoothing without the learning.
    """
    near = kneighbors_graph(points, min(neighbours, len(points) - 1), include_self=True)
    towards = normalize(near.maximum(near.T), norm="l1")
    moved = points
    for _ in range(_STEPS):
        moved = towards @ moved
    return np.asarray(normalize(moved - moved.mean(axis=0)), dtype=np.float64)


def labels(texts: pd.Series[str], groups: npt.NDArray[np.int64], weights: pd.Series[int]) -> list[str]:
    """A phrase that occurs in each group's texts, in the group's order; no two groups have one label.

    The phrase is common in its group and rare in the others. A longer phrase wins over a part of it that fits little better.
    """
    inside = _phrases(texts, groups, weights).groupby(["group", "phrase", "words"])["weight"].sum().reset_index()
    elsewhere = inside.groupby("phrase").weight.transform("sum")
    inside["fit"] = inside.weight * inside.weight / elsewhere * inside.words**_LONGER
    ranked = inside.sort_values(by=["group", "fit", "phrase"], ascending=[True, False, True])
    offered = ranked.groupby("group").phrase.agg(list).to_dict()
    taken: dict[str, None] = {}
    for group in range(int(groups.max()) + 1):
        free = (phrase for phrase in offered.get(group, []) if phrase not in taken)
        taken[next(free, f"{_OTHER} {group + 1}")] = None
    return list(taken)


def _phrases(texts: pd.Series[str], groups: npt.NDArray[np.int64], weights: pd.Series[int]) -> pd.DataFrame:
    """Every phrase of the commonest texts, once per text: columns `group`, `phrase`, `words` (how many) and `weight`."""
    order = _commonest_first(weights)[:MAX_READ]
    rows = [
        (group, " ".join(phrase), len(phrase), weight)
        for text, group, weight in zip(texts.iloc[order], groups[order], weights.iloc[order], strict=True)
        for phrase in _runs_of_words(text.split())
    ]
    return pd.DataFrame(rows, columns=["group", "phrase", "words", "weight"])


def _runs_of_words(words: list[str]) -> set[tuple[str, ...]]:
    """Words in a row that can be a label: they begin with a word that means something, and end with one, or with a particle."""
    runs = {tuple(words[at : at + count]) for count in range(1, _LABEL_WORDS + 1) for at in range(len(words) - count + 1)}
    return {run for run in runs if _is_label(run)}


def _is_label(run: tuple[str, ...]) -> bool:
    ends = run[-1] not in _EMPTY_WORDS or (len(run) > 1 and run[-1] in _PARTICLES)
    return ends and run[0] not in _EMPTY_WORDS and sum(map(len, run)) + len(run) <= _LABEL_LENGTH
