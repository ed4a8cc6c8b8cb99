"""The churn recipes on labelled customers, in repeated cross-validation: ranking and calibration.

In each fold the recipes compete on a quarter of the customers to learn from, as they compete at past origins
in the product; the winner then learns from all of these. The figures of plain histogram boosting on the same
folds are beside it.

DATA: a CSV with one row per customer; TARGET: its column of who left (two values, the second in order counts
as left).
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split

from headgate.domains.retail.demand_insights_engine import churn
from headgate.learning import preprocessing
from headgate.learning.champion_challenger import decide_contest, log_loss

DEFAULT = Path(os.environ.get("HEADGATE_DATA", "../shared/data")) / "churn" / "Telco-Customer-Churn.csv"
FOLDS, REPEATS = 5, int(os.environ.get("REPEATS", "2"))
TWO = 2  # values of the target: stayed, left
NUMERIC_SHARE = 0.95  # of the values that read as numbers; the rest are blanks
FEW_VALUES = 10  # a number with fewer values is a code


def main() -> None:
    """Print the figures, the last line as JSON."""
    target = os.environ.get("TARGET") or "Churn"
    data = labelled(Path(os.environ.get("DATA") or DEFAULT), target)
    left = (data[target] == max(data[target])).to_numpy()
    points, numeric, categorical = prepared(data.drop(columns=target))
    print(
        f"{len(points):,} customers, {left.mean():.1%} left; {len(numeric)} numbers, {len(categorical)} codes"
    )
    folds = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=churn.SEED)
    probability = np.empty((REPEATS, len(points)))
    ranked, plain = [], []
    for place, (train, test) in enumerate(folds.split(points, left)):
        recipe = contested(points.iloc[train], left[train], numeric, categorical)
        fitted = churn.RECIPES[recipe](numeric, categorical).fit(points.iloc[train], left[train])
        probability[place // FOLDS, test] = fitted.predict_proba(points.iloc[test])[:, 1]
        ranked.append(roc_auc_score(left[test], probability[place // FOLDS, test]))
        boosted = boosting(numeric, categorical).fit(points.iloc[train], left[train])
        plain.append(roc_auc_score(left[test], boosted.predict_proba(points.iloc[test])[:, 1]))
        print(
            f"fold {place + 1} of {FOLDS * REPEATS}: {recipe}, AUC {ranked[-1]:.4f}, plain boosting "
            f"{plain[-1]:.4f}",
            flush=True,
        )
    error = float(np.mean([churn.calibration_error(left, repeat) for repeat in probability]))
    figures = {"auc": np.mean(ranked), "calibration_error": error, "auc_boosting": np.mean(plain)}
    print(json.dumps({name: round(float(value), 4) for name, value in figures.items()}))


def contested(points: pd.DataFrame, left: churn.Labels, numeric: list[str], categorical: list[str]) -> str:
    """The recipe that wins on a quarter of the customers.

    The naive rule needs days of silence, and cannot compete.
    """
    learnt, tried = train_test_split(
        np.arange(len(left)), test_size=0.25, stratify=left, random_state=churn.SEED
    )
    losses = {}
    for name, recipe in churn.RECIPES.items():
        if name != churn.NAIVE:
            fitted = recipe(numeric, categorical).fit(points.iloc[learnt], left[learnt])
            losses[name] = log_loss(left[tried], fitted.predict_proba(points.iloc[tried])[:, 1])
    return decide_contest(churn.FIRST, losses).winner


def boosting(numeric: list[str], categorical: list[str]) -> Any:  # noqa: ANN401 scikit-learn ships no types
    """Histogram boosting as scikit-learn sets it."""
    columns = preprocessing.columns(numeric, "passthrough", categorical, preprocessing.number_categories())
    return preprocessing.chain(columns, HistGradientBoostingClassifier(random_state=churn.SEED))


def labelled(path: Path, target: str) -> pd.DataFrame:
    """The customers of whom it is known whether they left, everything as text."""
    data = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    if target not in data:
        raise SystemExit(
            f"{path} has no column {target}; name the one that says who left with TARGET=<column>: "
            f"{', '.join(data)}"
        )
    labelled_rows = data[data[target].str.strip() != ""].reset_index(drop=True)
    if (count := labelled_rows[target].nunique()) != TWO:
        raise SystemExit(
            f"{target} has {count} values besides blanks; TARGET=<column> names one that has two, such "
            "as Yes and No"
        )
    return labelled_rows


def prepared(customers: pd.DataFrame) -> tuple[pd.DataFrame, list[str], list[str]]:
    """The customers with numbers as numbers, and the names of numbers and codes.

    Columns that name one customer each are left out.
    """
    read = customers.apply(pd.to_numeric, errors="coerce")
    telling = [
        name
        for name in customers
        if customers[name].nunique() < len(customers) or read[name].notna().mean() >= NUMERIC_SHARE
    ]
    numeric = [
        name
        for name in telling
        if read[name].notna().mean() >= NUMERIC_SHARE and read[name].nunique() >= FEW_VALUES
    ]
    categorical = [name for name in telling if name not in numeric]
    points = customers[telling].assign(**{name: read[name].fillna(read[name].median()) for name in numeric})
    return points, numeric, categorical


if __name__ == "__main__":
    main()
