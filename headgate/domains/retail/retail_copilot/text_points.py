"""Texts as points: the nearer two points are, the more alike the texts mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.neighbors import kneighbors_graph
from sklearn.pipeline import make_union
from sklearn.preprocessing import normalize

if TYPE_CHECKING:
    import pandas as pd

    from headgate.domains.retail.retail_copilot.sentence_model import SentenceModel

Array = npt.NDArray[np.float64]

SEED = 20_101_209
_WORDS_WEIGHT = 0.5  # beside the meaning: names and numbers tell products apart that mean much the same
_DIMENSIONS, _ROUNDS = 100, 2  # more of either takes longer and finds no more
_MAX_WORDS = 4_000  # the vectors cost the square of the words
_RARE = 0.01  # share of the texts from which on a word counts for less
_NEIGHBOURS, _STEPS = (
    8,
    6,
)  # more neighbours draw several small groups into one (docs/adr/0029-sentence-model.md)
_KEPT_DIMENSIONS = 64  # of drawn points; the others hold next to nothing
_WORD = r"(?u)\b\w+\b"  # words of one letter count too


def commonest_first(weights: pd.Series[int]) -> npt.NDArray[np.intp]:
    """Return places by weight.

    Equal ones in a drawn order, as the alphabet's first letters do not speak for the others.
    """
    return np.lexsort((np.random.default_rng(SEED).permutation(len(weights)), -weights.to_numpy()))


def meanings(texts: pd.Series[str], model: SentenceModel | None) -> Array | None:
    """Return the meaning of each text, as points of length 1; None without a model."""
    return None if model is None else model.vectors(texts).astype(np.float64)


def with_meaning(words: Array, meaning: Array | None) -> Array:
    """Return the texts' points by words and by the model's reading; the same points without a model."""
    if meaning is None:
        return words
    centred = normalize(meaning - meaning.mean(axis=0))  # what all texts share does not separate groups
    return np.asarray(normalize(np.hstack([centred, _WORDS_WEIGHT * words])), dtype=np.float64)


def by_words(texts: pd.Series[str]) -> Array:
    """Return the texts as points on a sphere, by shared words and word parts, and by their contexts."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=_WORD)
    parts = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2)
    weighed = make_union(words, parts).fit_transform(texts)
    main = TruncatedSVD(min(_DIMENSIONS, min(weighed.shape) - 1), n_iter=_ROUNDS, random_state=SEED)
    shared = main.fit_transform(weighed) / np.sqrt(
        np.maximum(main.singular_values_, np.finfo(np.float64).eps)
    )
    return np.asarray(
        normalize(np.hstack([normalize(shared), normalize(_by_company(texts))])), dtype=np.float64
    )


def _by_company(texts: pd.Series[str]) -> Array:
    """Return each text as the mean of its words' vectors, rare words counting more.

    Source:
        Levy & Goldberg (2014), Neural Word Embedding as Implicit Matrix Factorization, for the vectors;
        Arora, Liang & Ma (2017), A Simple but Tough-to-Beat Baseline for Sentence Embeddings, for the
        weights.
    """
    counted = (
        CountVectorizer(max_features=_MAX_WORDS, binary=True, token_pattern=_WORD)
        .fit_transform(texts)
        .astype(np.float64)
    )
    together = (counted.T @ counted).toarray()
    seen = together.diagonal()
    information = np.log(
        np.maximum(together, np.finfo(np.float64).tiny) * len(texts) / np.outer(seen, seen)
    ).clip(min=0)
    vectors = TruncatedSVD(min(_DIMENSIONS, len(seen) - 1), n_iter=_ROUNDS, random_state=SEED)
    company = vectors.fit_transform(information) / np.sqrt(
        np.maximum(vectors.singular_values_, np.finfo(np.float64).eps)
    )
    rarity = _RARE / (_RARE + seen / len(texts))
    means = counted @ (rarity[:, None] * company)
    return np.asarray(means - means.mean(axis=0))


def drawn_together(points: Array) -> Array:
    """Return the points moved repeatedly towards their nearest neighbours, in fewer dimensions.

    Source: Wu et al. (2019), Simplifying Graph Convolutional Networks, eq. 8: the smoothing without the
    learning.
    """
    near = kneighbors_graph(points, min(_NEIGHBOURS, len(points) - 1), include_self=True)
    towards = normalize(near.maximum(near.T), norm="l1")
    moved = points
    for _ in range(_STEPS):
        moved = towards @ moved
    centred = normalize(moved - moved.mean(axis=0))
    main = TruncatedSVD(min(_KEPT_DIMENSIONS, min(centred.shape) - 1), n_iter=_ROUNDS, random_state=SEED)
    return np.asarray(main.fit_transform(centred), dtype=np.float64)
