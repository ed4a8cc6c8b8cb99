"""Intents found without labels against the labels that people gave, beside plain TF-IDF and k-means.

DATA: a CSV of text,category. As in the published figures the number of categories is given, the labels are
not; what the system finds when it chooses the number by itself, and what it finds without the sentence model,
is printed above.

WANDS: `query.csv` of the data set of that name (tabs, columns query and query_class), as a check on searches
of a shop; its figures are null where it is not there. The system's choices are not tuned on it.

Source:
    An et al. (2022), New Intent Discovery with Pre-training and Contrastive Learning (MTP-CLNN: NMI 0.818 on
    BANKING77); Chen et al. (2022), WANDS: Dataset for Product Search Relevance Assessment.
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
from sklearn.metrics.cluster import contingency_matrix

from headgate.domains.retail.retail_copilot import intents, sentence_model
from headgate.domains.retail.retail_copilot.text_points import SEED

if TYPE_CHECKING:
    from collections.abc import Callable

SHARED = Path(os.environ.get("HEADGATE_DATA", "../shared/data"))
DEFAULT = SHARED / "intents" / "banking77_train.csv"
WANDS = SHARED / "queries" / "wands_query.csv"
_PLAIN, _GIVEN = "TF-IDF and k-means (floor)", "with the sentence model, number given"


def main() -> None:
    """Print the figures, the last line as JSON."""
    # Shuffled: a file in the order of its labels must give no advantage.
    data = labelled(Path(os.environ.get("DATA") or DEFAULT)).sample(frac=1, random_state=SEED)
    count = data.category.nunique()
    print(f"{len(data):,} texts of {count} categories")
    scores = measured(data.text, data.category, count)
    best = scores.get(_GIVEN, scores["words alone, number given"])
    figures = (
        {"nmi": best, "nmi_floor": scores[_PLAIN]}
        | chosen(data.text, data.category)
        | wands(Path(os.environ.get("WANDS") or WANDS))
    )
    print(json.dumps({name: None if value is None else round(value, 4) for name, value in figures.items()}))


def chosen(texts: pd.Series, categories: pd.Series) -> dict[str, float]:
    """Return both levels of automatically chosen groups, compared with the categories."""
    groups_of = intents.group_texts(texts, pd.Series(1, index=texts.index), sentence_model.installed())
    figures: dict[str, float] = {"stability": groups_of.stability}
    for level, groups in (("intent", groups_of.groups), ("sub_intent", groups_of.sub_groups)):
        nmi, purity = normalized_mutual_info_score(categories, groups), purity_of(categories, groups)
        figures |= {
            f"{level}s": len(np.unique(groups)),
            f"{level}_nmi": float(nmi),
            f"{level}_purity": purity,
        }
        print(
            f"{level}s, number chosen: NMI {nmi:.4f}, purity {purity:.4f}, {len(np.unique(groups))} groups",
            flush=True,
        )
    print("labels of the commonest intents:", ", ".join(pd.Series(groups_of.named).value_counts().index[:20]))
    return figures


def purity_of(categories: pd.Series, groups: np.ndarray) -> float:
    """Share of the texts that have the commonest category of their group."""
    return float(contingency_matrix(categories, groups).max(axis=0).sum() / len(groups))


def wands(path: Path) -> dict[str, float | None]:
    """The same figures for the queries of WANDS against their query classes.

    None where the file is not there.
    """
    names = ("intent_nmi", "intent_purity", "sub_intent_nmi", "sub_intent_purity")
    if not path.exists():
        print(f"WANDS is not here ({path}): set WANDS to its query.csv")
        return {f"wands_{name}": None for name in names}
    data = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    data = data[data.query_class.str.strip() != ""].sample(frac=1, random_state=SEED)
    print(f"WANDS: {len(data)} queries of {data.query_class.nunique()} classes")
    figures = chosen(data["query"].str.casefold(), data.query_class)
    return {f"wands_{name}": figures[name] for name in names}


def labelled(path: Path) -> pd.DataFrame:
    """Texts and the category that people gave each; rows that lack either are left out."""
    data = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    if missing := {"text", "category"} - set(data):
        raise SystemExit(
            f"{path} has no column {' and '.join(sorted(missing))}; its header must be text,category"
        )
    return data[(data.text.str.strip() != "") & (data.category.str.strip() != "")]


def measured(texts: pd.Series, categories: pd.Series, count: int) -> dict[str, float]:
    """NMI of each way to group the texts."""
    model = sentence_model.installed()
    ways = {
        _PLAIN: lambda: KMeans(count, n_init=3, random_state=SEED).fit_predict(
            TfidfVectorizer().fit_transform(texts)
        ),
        "words alone, number given": lambda: intents.grouped(texts, count),
    }
    if model is None:
        print("no sentence model is installed (make setup): words alone")
    else:
        ways[_GIVEN] = lambda: intents.grouped(texts, count, model)
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
