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
MAX_INTENTS = 60
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


def sized(texts: int) -> int:
    """How many groups so many texts are sorted into: the rule of thumb √(n/2), within what a person can look through.

    Source: Mardia, Kent & Bibby (1979), Multivariate Analysis, p. 365.
    """
    return int(np.clip(round((texts / 2) ** 0.5), 2, MAX_INTENTS))


def found(texts: pd.Series[str], weights: pd.Series[int]) -> Intents:
    """The groups of the texts; the commonest texts shape them."""
    if texts.nunique() < MIN_TEXTS:
        return Intents(np.zeros(len(texts), dtype=np.int64), [ONLY], np.nan)
    points = embedded(texts)
    leading = np.argsort(-weights.to_numpy(), kind="stable")[:MAX_LEARNT_FROM]
    count = sized(len(leading))
    fitted = KMeans(count, n_init=3, random_state=SEED).fit(points[leading], sample_weight=np.log1p(weights.to_numpy()[leading]))
    groups = _renumbered(fitted.predict(points))
    sample = leading[:_SAMPLE]
    apart = silhouette_score(points[sample], groups[sample]) if 1 < len(np.unique(groups[sample])) < len(sample) else np.nan
    return Intents(groups, labels(texts, groups, weights), float(apart))


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


def _renumbered(groups: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Groups numbered without gaps."""
    return np.asarray(np.unique(groups, return_inverse=True)[1], dtype=np.int64)
