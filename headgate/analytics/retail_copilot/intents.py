"""Groups of texts that mean alike, with labels that a person can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer
from sklearn.metrics import silhouette_score
from sklearn.pipeline import make_union
from sklearn.preprocessing import normalize

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = npt.NDArray[np.float64]

SEED = 20_101_209
MIN_TEXTS = 20
MAX_INTENTS = 120  # what a person can look through
MAX_LEARNT_FROM = 5_000  # texts; the rest join the nearest group
_DIMENSIONS = 100
_SAMPLE = 2_000  # silhouettes cost the square of the texts
_WORD = r"(?u)\b\w+\b"  # words of one letter count too
_LABEL_WORDS = 3
_LABEL_LENGTH = 80
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


def found(texts: pd.Series[str], weights: pd.Series[int]) -> Intents:
    """The groups of the texts; the commonest texts shape them."""
    if texts.nunique() < MIN_TEXTS:
        return Intents(np.zeros(len(texts), dtype=np.int64), [ONLY], np.nan)
    points = embedded(texts)
    leading = np.argsort(-weights.to_numpy(), kind="stable")[:MAX_LEARNT_FROM]
    importance = np.log1p(weights.to_numpy()[leading])
    tried = [_sorted(points, leading, importance, count) for count in sizes(len(leading))]
    groups, apart = max(tried, key=lambda one: one[1])
    return Intents(groups, labels(texts, groups, weights), apart)


def _sorted(points: Array, leading: npt.NDArray[np.intp], importance: Array, count: int) -> tuple[npt.NDArray[np.int64], float]:
    """The points in so many groups, numbered without gaps, and the silhouette of the leading ones."""
    fitted = KMeans(count, n_init=1, random_state=SEED).fit(points[leading], sample_weight=importance)
    groups = np.asarray(np.unique(fitted.predict(points), return_inverse=True)[1], dtype=np.int64)
    sample = leading[:_SAMPLE]
    several = 1 < len(np.unique(groups[sample])) < len(sample)
    return groups, float(silhouette_score(points[sample], groups[sample])) if several else -1.0


def embedded(texts: pd.Series[str]) -> Array:
    """The texts as points on a sphere: weighed words and parts of words, brought down to their main directions."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, stop_words=sorted(ENGLISH_STOP_WORDS), token_pattern=_WORD)
    parts = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2)
    weighed = make_union(words, parts).fit_transform(texts)
    reduced = TruncatedSVD(min(_DIMENSIONS, weighed.shape[1] - 1), random_state=SEED).fit_transform(weighed)
    return np.asarray(normalize(reduced), dtype=np.float64)


def labels(texts: pd.Series[str], groups: npt.NDArray[np.int64], weights: pd.Series[int]) -> list[str]:
    """The words that set each group apart, in the group's order; no two groups have one label."""
    words = pd.DataFrame({"group": groups, "word": texts.str.split().to_numpy(), "weight": weights.to_numpy()}).explode("word")
    words = words[~words.word.isin(ENGLISH_STOP_WORDS)].dropna()
    inside = words.groupby(["group", "word"])["weight"].sum().reset_index()
    inside["apart"] = inside.weight * inside.weight / inside.groupby("word").weight.transform("sum")
    best = inside.sort_values(by=["group", "apart", "word"], ascending=[True, False, True]).groupby("group").head(_LABEL_WORDS)
    plain = best.groupby("group").word.agg(" · ".join).reindex(range(int(groups.max()) + 1)).fillna("other").str.slice(0, _LABEL_LENGTH - 6)
    twins = plain.groupby(plain).cumcount()
    return list(plain.where(twins == 0, plain + " (" + (twins + 1).astype(str) + ")"))
