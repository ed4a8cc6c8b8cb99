"""Templates, their intents and sub-intents, and the rules of spelling, for the intent of a single search."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from headgate.domains.retail.predictions.searches import IntentScorer
from headgate.domains.retail.retail_copilot import normalise
from headgate.learning.export_models import CHECKED_ROWS
from headgate.scoring.scorer import Scorer

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    import numpy.typing as npt
    import pandas as pd

log = logging.getLogger(__name__)

NAME = "intents"


def scorer(
    texts: pd.DataFrame,
    labels: pd.Series[str],
    sub_labels: pd.Series[str],
    slips: normalise.Slips,
    language: AbstractSet[str],
) -> Scorer | None:
    """Return a scorer of intents; None, with a log line, if it does not reproduce the batch's templates.

    It has no text as typed, only words without numbers and addresses of people.

    Args:
        texts: columns `query_text`, `template`, most frequent text first.
        labels, sub_labels: of each template's intent and sub-intent, in the same order.
        slips: as in `Normaliser.slips`.
        language: words that are correct in any shop.
    """
    names, sub_names = sorted(set(labels)), sorted(set(sub_labels))
    facts = {
        "templates": [str(template) for template in labels.index],
        "labels": names,
        "sub_labels": sub_names,
        "corrections": dict(slips.words),
        "texts_meant": dict(slips.texts),
        "language": sorted(language),
        "accents": normalise.ACCENTS,
        "not_words": normalise.NOT_WORDS,
        "genitive": normalise.GENITIVE,
        "between_words": normalise.BETWEEN_WORDS,
        "singulars": normalise.SINGULARS,
        "longest": normalise.MAX_LENGTH,
        "blank": normalise.BLANK,
    }
    exported_scorer = Scorer(
        facts, {"intents": _places(names, labels), "sub_intents": _places(sub_names, sub_labels)}
    )
    exported, some = IntentScorer(exported_scorer), texts.head(CHECKED_ROWS)
    if [exported.template(text) for text in some.query_text] == some.template.tolist():
        return exported_scorer
    log.error("model not exported: it does not give the templates of the batch", extra={"model": NAME})
    return None


def _places(names: list[str], labels: pd.Series[str]) -> npt.NDArray[np.int64]:
    return np.searchsorted(names, labels.to_numpy(dtype=str)).astype(np.int64)
