"""retail-copilot: what people search for, which searches grow, and what they do not find."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from headgate.contracts.registry import Registry
from headgate.domains.retail import margin
from headgate.domains.retail.retail_copilot import (
    exported_model,
    features,
    learnt_intents,
    model_quality,
    nearest_articles,
    normalise,
    query_gaps,
    query_patterns,
    query_trends,
    sentence_model,
)
from headgate.domains.retail.retail_copilot.searched_days import SearchedDays
from headgate.facts.day_hashes import DayHashes
from headgate.facts.kept_files import KeepFiles, kept_files, stored_before
from headgate.learning.schedule import learnt_until
from headgate.systems.rows_in_file import without_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis
    import pandas as pd

    from headgate.learning.store import Shelf

SYSTEM = "retail-copilot"
EXPORTS = (exported_model.NAME,)
OPTIONS = (margin.OPTION,)
NO_OPTIONS: Mapping[str, str] = {}
ARCHIVES = ("sentence_model",)
READS = ("search_queries", "products", "order_items")


def made_with() -> str:
    """Return the sentence model, where there is one: it groups searches otherwise than their words do."""
    return sentence_model.NAME if sentence_model.is_installed() else ""


def build(
    tables: Mapping[str, ibis.Table], as_of: date, shelf: Shelf, options: Mapping[str, str] = NO_OPTIONS
) -> dict[str, pd.DataFrame]:
    """Return the system's tables as of the end of a day, in a fixed order. Later searches are ignored.

    Spelling, and intents while the first period lasts, follow from the searches of the days before; only the
    first day of all is in its own.

    Raises:
        SettingsError: the option is not valid.
    """
    share = margin.margin_share(options)
    with TemporaryDirectory(prefix="headgate-intents-") as name:
        folder = Path(name)
        return _built(tables, as_of, shelf, partial(kept_files, tables, folder=folder), folder, share=share)


def _built(
    tables: Mapping[str, ibis.Table],
    as_of: date,
    shelf: Shelf,
    keep: KeepFiles,
    folder: Path,
    *,
    share: float,
) -> dict[str, pd.DataFrame]:
    searches = features.searches(tables["search_queries"], as_of)
    if (first_day := features.first_day(searches)) is None:
        return without_rows(Registry.load().tables_of(SYSTEM))
    products = features.product_values(tables)
    model = sentence_model.installed()
    names, language = products.product_name.dropna(), model.words() if model else frozenset()
    normaliser, hashes = normalise.Normaliser(names, language), DayHashes.of(features.HASHES, tables)
    days = SearchedDays(searches, normaliser, hashes, keep, partial(stored_before, tables), folder)
    until = as_of - timedelta(days=1) if first_day < as_of else as_of
    before = days.until(until)
    searched = before.plus(days.since(as_of, before.slips)) if until < as_of else before
    texts, counted = searched.typed(), searched.by_template()
    learnt_on = learnt_until(first_day, as_of, learnt_intents.MAX_DAYS)
    past = days.learnt_texts(learnt_on) if learnt_on < until else before.typed()
    learnt = learnt_intents.learnt(past, model, language, keep)
    labels, slips = learnt.of(counted.template), before.slips
    shelf.export(
        exported_model.NAME, exported_model.scorer(texts, labels.intent, labels.sub_intent, slips, language)
    )
    values, shop_value = query_gaps.purchase_values(searched.opened(), products)
    sold_most = products.sort_values(["lines", "product_id"], ascending=[False, True])
    articles = nearest_articles.NearestArticles(sold_most, language)
    return {
        "query_patterns": query_patterns.table(counted, labels, texts),
        "query_trends": query_trends.table(searched.weekly(), labels.intent, first_day, as_of),
        "query_gaps": query_gaps.table(
            counted,
            labels.intent,
            values,
            shop_value,
            examples=query_patterns.examples(texts),
            typed_as=partial(query_patterns.typed_as, texts),
            nearest=articles.of,
        ),
        "query_model_quality": model_quality.table(
            texts,
            counted,
            learnt,
            f"{first_day}/{as_of}",
            sentence_model.NAME if model else None,
            margin_share=share,
        ),
    }
