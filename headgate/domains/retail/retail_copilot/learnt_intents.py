"""Intents are learnt when a period begins. Templates that are typed later join the nearest learnt one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

from headgate.domains.retail.retail_copilot import intents, normalise, sentence_model
from headgate.domains.retail.retail_copilot.intent_labels import fitting_label
from headgate.facts.kept_files import KeepFiles, address_of
from headgate.systems.kept_tables import code_of, frame_digest
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    import numpy.typing as npt

    from headgate.domains.retail.retail_copilot.sentence_model import SentenceModel

MAX_DAYS = 28
"""Intents are learnt again after four weeks at the latest: people search for new goods."""
OTHER = "other"
"""Intent of a template that shares no word with a learnt one."""
_NAMES = ["intent", "sub_intent"]
_AT_ONCE = 1_000  # templates compared with all learnt ones


@dataclass(frozen=True)
class LearntIntents:
    """Intent and sub-intent of each template that they were learnt from.

    Attributes:
        labels: columns `intent`, `sub_intent` and `cohesion` (of the intent; NaN for one intent), by
            template.
        stability, silhouette: as `Intents` has them.
    """

    labels: pd.DataFrame
    stability: float
    silhouette: float

    def of(self, templates: pd.Series[str]) -> pd.DataFrame:
        """Return the labels of templates, by template: their own, or those of the nearest learnt template."""
        new = templates[~templates.isin(self.labels.index)]
        places = _nearest(new.tolist(), self.labels.index.tolist())
        joined = self.labels.iloc[places].set_axis(pd.Index(new, dtype=object))
        is_one = len(set(self.labels.intent)) == 1
        joined.loc[places < 0, _NAMES] = intents.ONLY if is_one else OTHER
        joined.loc[places < 0, "cohesion"] = np.nan  # it shares no word with a learnt template
        return pd.concat([self.labels, joined]).reindex(templates)


def learnt(
    texts: pd.DataFrame, model: SentenceModel | None, language: AbstractSet[str], keep: KeepFiles
) -> LearntIntents:
    """Return the intents of an earlier run with equal texts, or learn them now.

    Args:
        texts: columns `query_text`, `searches` and `template`, one row per text, most frequent first.
        model, language: as for `build`.
        keep: returns the stored file of an address.
    """
    read = texts[["query_text", "searches", "template"]]
    code = code_of("headgate.domains.retail.retail_copilot")
    address = address_of(code, sentence_model.NAME if model else "", frame_digest(read))
    (path,) = keep("intents", [address], partial(_write, read, model, language), is_fitted=True)
    rows = table_of(path).to_pandas()
    labels = rows.set_index("template")[[*_NAMES, "cohesion"]]
    return LearntIntents(labels, float(rows.stability.iloc[0]), float(rows.silhouette.iloc[0]))


def _write(
    texts: pd.DataFrame,
    model: SentenceModel | None,
    language: AbstractSet[str],
    _: Sequence[int],
    paths: Sequence[Path],
) -> None:
    counted = texts.groupby("template").searches.sum().reset_index()

    def typed(labels: Sequence[str]) -> list[str]:
        # A typed form may be longer than the template's.
        return [fitting_label(label) for label in normalise.as_typed(labels, texts, language)]

    grouped = intents.group_texts(counted.template, counted.searches, model).renamed(typed)
    columns = {
        "template": counted.template,
        "intent": grouped.named,
        "sub_intent": grouped.sub_named,
        "cohesion": grouped.cohesion[grouped.groups],
        "stability": np.full(len(counted), grouped.stability),
        "silhouette": np.full(len(counted), grouped.silhouette),
    }
    pq.write_table(pa.table(columns), paths[0])


def _nearest(templates: Sequence[str], learnt_ones: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return the place of the learnt template that shares the rarest words with each; -1 if none has any.

    The cosine of both, words weighed by their rarity, as `predictions.searches` has it.
    """
    if not templates:
        return np.empty(0, dtype=np.int64)
    counter = CountVectorizer(analyzer=str.split, binary=True, dtype=np.float64)
    seen = counter.fit_transform(learnt_ones)
    weights = np.log((1 + len(learnt_ones)) / (1 + seen.sum(axis=0).A1)) + 1
    points = normalize(seen.multiply(weights).tocsr()).T
    places = []
    for start in range(0, len(templates), _AT_ONCE):
        asked = counter.transform(templates[start : start + _AT_ONCE]).multiply(weights).tocsr()
        cosines = asked @ points
        best = cosines.argmax(axis=1).A1
        places.append(np.where(cosines.max(axis=1).toarray().ravel() > 0, best, -1))
    return np.concatenate(places).astype(np.int64)
