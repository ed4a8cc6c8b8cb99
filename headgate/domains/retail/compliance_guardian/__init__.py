"""compliance-guardian: fraud in card transactions; risk of customers, terminals and cards."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from headgate.contracts.registry import Registry
from headgate.domains.retail import margin
from headgate.domains.retail.compliance_guardian import (
    decisions,
    described_transactions,
    exported_model,
    fraud_model,
    fraud_scores,
    model_quality,
    review_quality,
    reviews,
    risk_scores,
    scored_periods,
    transaction_days,
)
from headgate.domains.retail.compliance_guardian.kept_quality import KeptQuality
from headgate.engines import local
from headgate.engines.local import release_memory
from headgate.facts.kept_files import FileTables, kept_files, stored_before
from headgate.lake import keys
from headgate.systems.kept_tables import code_of
from headgate.systems.rows_in_file import without_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    import ibis

    from headgate.domains.retail.compliance_guardian.stretch import Stretch
    from headgate.domains.retail.measures import Measure
    from headgate.learning.store import Shelf
    from headgate.systems.system_registry import Made

READS = ("card_transactions", "payments", "customers")
MAY_READ = (keys.DECIDED_ITEMS,)
LEARNS = (fraud_model.NAME,)
EXPORTS = (fraud_model.NAME,)
OPTIONS = (decisions.OPTION, margin.OPTION)
NO_OPTIONS: Mapping[str, str] = {}
TABLES = ("fraud_scores", "risk_scores", "fraud_model_quality")
"""The tables that `build` makes; the leak scanner makes the system's `pci_audit` and `pci_findings`."""


def build(
    tables: Mapping[str, ibis.Table], as_of: date, shelf: Shelf, options: Mapping[str, str] = NO_OPTIONS
) -> dict[str, Made]:
    """Return the system's tables as of the end of a day, each sorted by its key.

    Later transactions are ignored.

    Args:
        shelf: has the recipe in charge of each model, and stores fitted models.
        options: `reviews_a_day` and `margin_share`, as for `decisions.Terms`.

    Raises:
        SettingsError: an option is not valid.
    """
    terms = decisions.Terms.of(options)
    with TemporaryDirectory(prefix="headgate-features-") as folder:
        return _built(tables, as_of, shelf, Path(folder), terms)


def _built(
    tables: Mapping[str, ibis.Table], as_of: date, shelf: Shelf, folder: Path, terms: decisions.Terms
) -> dict[str, Made]:
    scores = _scores(tables, as_of, shelf, folder, terms)
    if scores is None:
        contracts = Registry.load().prod
        return {**without_rows({name: contracts[name] for name in TABLES})}
    periods, last_at = scores.periods(), scores.days.last_at
    if model := fraud_model.kept(scores, periods):
        shelf.put(model.trained)
        past = exported_model.past_of_periods(periods, scores.descriptions, last_at)
        fitted, price = model.trained.fitted, model.review_price
        exported = exported_model.scorer(
            fitted, price, past, tables["customers"], margin_share=terms.margin_share
        )
        shelf.export(fraud_model.NAME, exported)
    kept = KeptQuality(scores.keep, scores.addresses_of_quality())
    reviewed, reported = scores.reviews, {each: scores.reported_labels(each) for each in scores.stretches}
    kept_before = risk_scores.kept_before(scores.days)
    risk_address, earlier = scores.address_of_scores(kept_before), scores.addresses_of_earlier_scores()
    # What descriptions and models remember of transactions is not in memory while tables are sorted.
    del scores, model
    of_reviews = partial(_of_reviews, reviewed, reported)
    quality = model_quality.table(periods, terms, kept, of_reviews)
    release_memory()
    decided = folder / "reviewed.parquet"
    reviewed.write(decided)
    failed = folder / "failed-payments.parquet"
    risk_scores.write_failed_payments(tables, failed)
    scored = [path for period in periods for path in period.paths]
    risks = risk_scores.RiskInputs(scored, failed, last_at.normalize(), kept_before, risk_address, earlier)
    has_addresses = isinstance(tables, FileTables)
    by_range = fraud_scores.table_by_range(scored, decided, terms.margin_share) if has_addresses else None
    files = {"scored": [*map(str, scored)], "reviewed": str(decided)}
    with local.opened(files) as opened:
        rows = by_range or fraud_scores.table(opened["scored"], opened["reviewed"], terms.margin_share)
        return {
            "fraud_scores": rows,
            "risk_scores": risk_scores.table(risks, kept.keep, partial(stored_before, tables)),
            "fraud_model_quality": quality,
        }


def _scores(
    tables: Mapping[str, ibis.Table], as_of: date, shelf: Shelf, folder: Path, terms: decisions.Terms
) -> scored_periods.Scores | None:
    """Return the scores of all transactions; None without transactions."""
    transactions, customers = tables["card_transactions"], tables["customers"]
    descriptions = described_transactions.Descriptions(transactions, customers, as_of, folder)
    if isinstance(tables, FileTables):
        days = transaction_days.days_of_tables(tables, as_of)
    else:
        days = transaction_days.days_of_rows(descriptions.all()) if len(descriptions.all()) else None
    if days is None:
        return None
    keep = partial(kept_files, tables, folder=folder)
    recipe = fraud_model.in_charge(shelf.champion(fraud_model.NAME))
    reviewed = reviews.Reviews.of(tables, as_of)
    code = code_of(__name__)
    return scored_periods.Scores(days, descriptions, keep, recipe, code, terms, reviewed)


def _of_reviews(
    reviewed: reviews.Reviews,
    reported: Mapping[Stretch, int],
    period: scored_periods.Period,
    model: str,
    days: str,
) -> Iterator[Measure]:
    return review_quality.measures(reviewed, period, model, days, reported[period.stretch])
