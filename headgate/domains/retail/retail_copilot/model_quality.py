"""query_model_quality: the share of searches that templates and intents cover, and their separation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.domains.retail import measures
from headgate.domains.retail.margin import MARGIN_SHARE, assumed
from headgate.domains.retail.measures import Measure
from headgate.domains.retail.retail_copilot import normalise
from headgate.domains.retail.retail_copilot.intent_labels import VARIOUS
from headgate.domains.retail.retail_copilot.query_trends import MIN_TREND_SEARCHES

if TYPE_CHECKING:
    import pandas as pd

    from headgate.domains.retail.retail_copilot.learnt_intents import LearntIntents

# Model, metric, value, baseline, which baseline, note.
_Figure = tuple[str, str, "float | None", "float | None", "str | None", "str | None"]
_FOLDED = "texts as typed, lower case"
_WORDS_ONLY = "no sentence model is installed: words alone decide what is alike (requirements/model.lock)"


def table(
    texts: pd.DataFrame,
    counted: pd.DataFrame,
    intents: LearntIntents,
    period: str,
    read_by: str | None,
    *,
    margin_share: float = MARGIN_SHARE,
) -> pd.DataFrame:
    """Return the table's rows, sorted by model, metric and period.

    Args:
        texts: columns `query_text`, `template`, `searches`, `is_corrected`, one row per text.
        counted: columns `template`, `searches`, `found`, `bought`, one row per template.
        read_by: the sentence model of the texts; None without one.
        margin_share: share of the revenue that the shop keeps.
    """
    total = int(texts.searches.sum())
    note = f"meaning read by {read_by}" if read_by else _WORDS_ONLY
    figures = [*_of_texts(texts, counted, total), *_of_intents(texts, intents, note)]
    rows = (
        Measure(model, metric, period, value, base, who, total, note)
        for model, metric, value, base, who, note in figures
    )
    return measures.measures_table([*rows, assumed("query_gaps", period, margin_share)])


def _of_texts(texts: pd.DataFrame, counted: pd.DataFrame, total: int) -> list[_Figure]:
    """Return the figures of templates and of spelling."""
    folded = texts.query_text.str.casefold().str.strip()
    covered_shares = covered(texts, texts.template), covered(texts, folded)
    of_words, of_shown = (_purchase_share(counted, column) for column in ("searches", "found"))
    shown_note = "share of the searches with words that showed something"
    different = float(texts.template.nunique()), float(folded.nunique())
    respelled = float(texts.searches[texts.is_corrected].sum()) / total
    respelled_note = "share of the searches with a word that was respelled"
    return [
        ("templates", "covered_share", *covered_shares, _FOLDED, _covered_note()),
        ("templates", "purchase_share", of_words, None, None, "share of the searches with words"),
        ("templates", "purchase_share_with_results", of_shown, None, None, shown_note),
        ("templates", "templates", *different, _FOLDED, None),
        ("spelling", "corrected_share", respelled, 0.0, "no correction", respelled_note),
    ]


def _of_intents(texts: pd.DataFrame, intents: LearntIntents, note: str) -> list[_Figure]:
    """Return the figures of the groups of templates."""
    count, sub_count = intents.labels.intent.nunique(), intents.labels.sub_intent.nunique()
    few = "too few templates: one intent" if count == 1 else note
    return [
        ("intents", "intents", float(count), None, None, few),
        ("intents", "sub_intents", float(sub_count), None, None, few),
        ("intents", "labelled_share", _labelled(texts, intents), 1.0, "every search has a label", few),
        ("intents", "stability", intents.stability, 0.0, "groups by chance", few),
        ("intents", "silhouette", intents.silhouette, 0.0, "groups by chance", few),
    ]


def _labelled(texts: pd.DataFrame, intents: LearntIntents) -> float:
    """Share of the searches whose intent has enough in common for a label."""
    named = texts.template.map(intents.labels.intent).dropna().astype(str)
    labelled = texts.searches[named[~named.str.startswith(VARIOUS)].index]
    return float(labelled.sum() / texts.searches.sum())


def _purchase_share(counted: pd.DataFrame, of: str) -> float | None:
    """Share of the counts with words that end in a purchase; None without any."""
    worded = counted[counted.template != normalise.BLANK]
    counts = float(worded[of].sum())
    return float(worded.bought.sum()) / counts if counts else None


def covered(texts: pd.DataFrame, groups: pd.Series[str]) -> float:
    """Share of the searches that fall into groups big enough to have a trend."""
    volume = texts.groupby(groups).searches.transform("sum")
    return float(np.where(volume >= MIN_TREND_SEARCHES, texts.searches, 0).sum() / texts.searches.sum())


def _covered_note() -> str:
    return f"share of the searches in groups of at least {MIN_TREND_SEARCHES}"
