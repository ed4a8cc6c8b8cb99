"""query_patterns: what people search for, and how far their searches get."""

from __future__ import annotations

import pandas as pd

from headgate.domains.retail.retail_copilot.normalise import redacted

_SHOWN_LENGTH = 255
MAX_SPELLINGS = 5  # further ones are rare, and nobody reads them


def table(counted: pd.DataFrame, labels: pd.DataFrame, texts: pd.DataFrame) -> pd.DataFrame:
    """Return the table's rows, one per template, by template.

    Args:
        counted: as `CountedSearches.by_template` gives it.
        labels: `intent`, `sub_intent` and `cohesion` by template.
        texts: columns `query_text`, `template`, `is_shared`, the commonest text first.
    """
    return pd.DataFrame(
        {
            "template": counted.template,
            "intent": counted.template.map(labels.intent),
            "sub_intent": counted.template.map(labels.sub_intent),
            "intent_cohesion": counted.template.map(labels.cohesion),
            "searches": counted.searches,
            "sessions": counted.sessions,
            "spellings": counted.spellings,
            "zero_result_share": 1 - counted.found / counted.searches,
            "click_through_rate": counted.clicked / counted.searches,
            "purchase_rate": counted.bought / counted.searches,
            "reformulation_rate": counted.reformulated / counted.searches,
            "example": counted.template.map(examples(texts)).astype(object),
        }
    )


def examples(texts: pd.DataFrame) -> pd.Series[str]:
    """Return the commonest text of each template that several visits typed, without card numbers."""
    shared = texts[texts.is_shared].drop_duplicates("template")
    return redacted(shared.set_index("template").query_text).str.slice(0, _SHOWN_LENGTH)


def typed_as(texts: pd.DataFrame, templates: pd.Series[str]) -> pd.Series[str]:
    """Return the commonest texts of templates with their numbers of searches, in the order of the templates.

    Only texts that several visits typed are shown, without card numbers; null where a template has none.
    """
    shared = texts[texts.is_shared & texts.template.isin(templates)]
    first = shared.groupby("template", sort=False).head(MAX_SPELLINGS)
    shown = redacted(first.query_text).str.slice(0, _SHOWN_LENGTH) + " (" + first.searches.astype(str) + ")"
    joined = shown.groupby(first.template, sort=False).agg(" · ".join)
    return templates.map(joined).astype(object)
