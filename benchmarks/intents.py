"""Intents found without labels against the labels that people gave, beside plain TF-IDF and k-means.

DATA: a CSV of text,category.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pandas as pd
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import normalized_mutual_info_score

from headgate.analytics.retail_copilot import intents

DEFAULT = Path(os.environ.get("HEADGATE_DATA", "../shared/data")) / "intents" / "banking77_train.csv"


def main() -> None:
    """Print the figures, the last line as JSON."""
    data = pd.read_csv(Path(os.environ.get("DATA", DEFAULT)), dtype=str)
    count = data.category.nunique()
    print(f"{len(data):,} texts of {count} categories; the number of categories is given, the labels are not")
    floor = KMeans(count, n_init=3, random_state=intents.SEED).fit_predict(TfidfVectorizer().fit_transform(data.text))
    found = intents.grouped(data.text, count)
    figures = {"nmi": normalized_mutual_info_score(data.category, found), "nmi_floor": normalized_mutual_info_score(data.category, floor)}
    print(json.dumps({name: round(float(value), 4) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
