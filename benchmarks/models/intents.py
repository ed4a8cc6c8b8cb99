"""Intents found without labels against the labels that people gave, beside plain TF-IDF and k-means.

DATA: a CSV of text,category. As in the published figures the number of categories is given, the labels are not; what the
system finds when it chooses the number by itself, and what it finds without the sentence model, is printed above.

Source: An et al. (2022), New Intent Discovery with Pre-training and Contrastive Learning (MTP-CLNN: NMI 0.818 on BANKING77).
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from headgate.domains.retail.retail_copilot import intents, sentence_model

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT = Path(os.environ.get("HEADGATE_DATA", "../shared/data")) / "intents" / "banking77_train.csv"
_PLAIN, _GIVEN = "TF-IDF and k-means (floor)", "with the sentence model, number given"


def main() -> None:
    """Print the figures, the last line as JSON."""
    # Shuffled: a file in the order of its labels must give no advantage.
    data = labelled(Path(os.environ.get("DATA") or DEFAULT)).sample(frac=1, random_state=intents.SEED)
    count = data.category.nunique()
    print(f"{len(data):,} texts of {count} categories")
    scores = measured(data.text, data.category, count)
    best = scores.get(_GIVEN, scores["words alone, number given"])
    print(json.dumps({"nmi": round(best, 4), "nmi_floor": round(scores[_PLAIN], 4)}))


def labelled(path: Path) -> pd.DataFrame:
    """Texts and the category that people gave each; rows that lack either are left out."""
    data = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    if missing := {"text", "category"} - set(data):
        raise SystemExit(f"{path} has no column {' and '.join(sorted(missing))}; its header must be text,category")
    return data[(data.text.str.strip() != "") & (data.category.str.strip() != "")]


def measured(texts: pd.Series, categories: pd.Series, count: int) -> dict[str, float]:
    """NMI of each way to group the texts."""
    model, once = sentence_model.installed(), pd.Series(1, index=texts.index)
    ways = {
        _PLAIN: lambda: KMeans(count, n_init=3, random_state=intents.SEED).fit_predict(TfidfVectorizer().fit_transform(texts)),
        "words alone, number given": lambda: intents.grouped(texts, count),
    }
    if model is None:
        print("no sentence model is installed (make setup): words alone")
    else:
        ways[_GIVEN] = lambda: intents.grouped(texts, count, model)
        ways["with the sentence model, number chosen"] = lambda: intents.found(texts, once, model).groups
    return {name: _score_of(name, categories, way) for name, way in ways.items()}


def _score_of(name: str, categories: pd.Series, way: Callable[[], np.ndarray]) -> float:
    started, busy = time.perf_counter(), time.process_time()
    groups = way()
    nmi, ari = normalized_mutual_info_score(categories, groups), adjusted_rand_score(categories, groups)
    spent = f"{time.perf_counter() - started:.0f} s, {time.process_time() - busy:.0f} s of processor"
    print(f"{name}: NMI {nmi:.4f}, ARI {ari:.4f}, {len(np.unique(groups))} groups, {spent}", flush=True)
    return float(nmi)


if __name__ == "__main__":
    main()
