"""Searches, counted: those of the days before the newest one once a day, those of the newest day in each run.

Spelling follows from the texts of the days before, so the templates of their texts do not move within a day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.domains.retail.retail_copilot import features
from headgate.domains.retail.retail_copilot.normalise import Slips
from headgate.facts.kept_files import address_of
from headgate.systems.kept_tables import code_of
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    import pandas as pd

    from headgate.domains.retail.retail_copilot.normalise import Normaliser
    from headgate.facts.day_hashes import DayHashes
    from headgate.facts.kept_files import KeepFiles

KEPT = "searched_days"
_SLIPS = "slips"
_KEYS = {
    "texts": ("query_text", "template", "is_corrected"),
    "weeks": ("template", "week_on"),
    "clicks": ("template", "product_id"),
}
_COMBINED = {"first": "min", "last": "max"}  # all other values are counts


@dataclass(frozen=True)
class CountedSearches:
    """The searches of some days, counted.

    Attributes:
        texts: one row per text as typed: `searches`, the least and the greatest visit (`first`, `last`),
            `template`, and whether a word was respelled (`is_corrected`).
        weeks, clicks: as `NamedSearches` gives them.
        slips: the typing errors by which the texts have their templates.
    """

    texts: pa.Table
    weeks: pa.Table
    clicks: pa.Table
    slips: Slips

    def plus(self, other: CountedSearches) -> CountedSearches:
        """Return the counts of both."""
        return replace(
            self,
            **{name: _sum([getattr(self, name), getattr(other, name)], key) for name, key in _KEYS.items()},
        )

    def typed(self) -> pd.DataFrame:
        """Return the texts, the commonest first, and whether more than one visit typed them (`is_shared`)."""
        is_shared = pc.not_equal(self.texts["first"], self.texts["last"])
        texts = self.texts.append_column("is_shared", is_shared).drop_columns(["first", "last"])
        frame: pd.DataFrame = texts.sort_by(
            [("searches", "descending"), ("query_text", "ascending")]
        ).to_pandas()
        return frame

    def weekly(self) -> pd.DataFrame:
        """Return `searches` and `without_results` by template and week."""
        rows = self.weeks.to_pandas()
        without_results = rows.searches - rows["found"]
        weekly: pd.DataFrame = rows[["template", "week_on", "searches"]].assign(
            without_results=without_results
        )
        return weekly

    def by_template(self) -> pd.DataFrame:
        """Return one row per template: how many searches got how far, and how many texts it has."""
        counted = _sum([self.weeks.drop_columns(["week_on"])], ["template"]).to_pandas()
        spellings = (
            self.texts.group_by("template", use_threads=False).aggregate([([], "count_all")]).to_pandas()
        )
        counts: pd.DataFrame = counted.join(spellings.set_index("template").count_all, on="template")
        return counts.rename(columns={"count_all": "spellings"})

    def opened(self) -> pd.DataFrame:
        """Return `clicks` by template and product."""
        rows: pd.DataFrame = self.clicks.to_pandas()
        return rows


@dataclass(frozen=True)
class SearchedDays:
    """Counts the searches of days.

    Attributes:
        searches: as `features.searches` gives them.
        hashes: of the searches by day.
        keep: returns the stored file of an address, or has it written.
        folder: receives files while searches are counted.
    """

    searches: ibis.Table
    normaliser: Normaliser
    hashes: DayHashes
    keep: KeepFiles
    folder: Path

    def until(self, day: date) -> CountedSearches:
        """Return the searches up to the end of a day, which an earlier run of the next day counted."""
        counted, names = cache(self._counted), [*_KEYS, _SLIPS]

        def write(places: Sequence[int], paths: Sequence[Path]) -> None:
            for place, path in zip(places, paths, strict=True):
                pq.write_table(counted(day)[place], path)

        addresses = [self._address(day, name) for name in names]
        texts, weeks, clicks, slips = map(table_of, self.keep(KEPT, addresses, write))
        return CountedSearches(texts, weeks, clicks, _slips_of(slips))

    def since(self, day: date, slips: Slips) -> CountedSearches:
        """Return the searches from the beginning of a day on, with templates by known typing errors."""
        begun = self.searches.filter(self.searches.searched_at >= ibis.timestamp(day.isoformat()))
        return CountedSearches(
            *self._by_template(begun, self._templates(features.texts(begun), slips)), slips
        )

    def learnt_texts(self, until: date) -> pd.DataFrame:
        """Return the texts up to the end of a day with their templates, the commonest first."""

        def write(_: Sequence[int], paths: Sequence[Path]) -> None:
            texts = self._texts_until(until)
            rows = self.normaliser.templates(texts)[["query_text", "searches", "template"]]
            pq.write_table(pa.Table.from_pandas(rows, preserve_index=False), paths[0])

        (path,) = self.keep("learnt_texts", [self._address(until, "learnt")], write)
        rows: pd.DataFrame = table_of(path).to_pandas()
        return rows

    def _counted(self, day: date) -> list[pa.Table]:
        searches = features.searches(self.searches, day)
        slips = self.normaliser.slips(self._texts_until(day))
        texts = self._templates(features.texts(searches), slips)
        return [*self._by_template(searches, texts), _table_of_slips(slips)]

    def _by_template(self, searches: ibis.Table, texts: pa.Table) -> tuple[pa.Table, pa.Table, pa.Table]:
        with features.named_searches(searches, texts, self.folder) as named:
            return texts, named.by_week(), named.clicks()

    def _templates(self, texts: ibis.Table, slips: Slips) -> pa.Table:
        rows = self.normaliser.templates(texts.order_by("query_text").to_pandas(), slips)
        return pa.Table.from_pandas(rows, _TEXTS, preserve_index=False)

    def _texts_until(self, day: date) -> pd.DataFrame:
        texts = features.texts(features.searches(self.searches, day))
        ordered: pd.DataFrame = texts.order_by(ibis.desc("searches"), "query_text").to_pandas()
        return ordered

    def _address(self, day: date, name: str) -> str:
        code = code_of("headgate.domains.retail.retail_copilot")
        return address_of(code, self.normaliser.vocabulary_digest(), str(day), self.hashes.until(day), name)


_TEXTS = pa.schema(
    {
        "query_text": pa.string(),
        "searches": pa.int64(),
        "first": pa.string(),
        "last": pa.string(),
        "template": pa.string(),
        "is_corrected": pa.bool_(),
    }
)


def _sum(tables: Sequence[pa.Table], key: Sequence[str]) -> pa.Table:
    """Return one row per key, in its order."""
    rows = pa.concat_tables(tables)
    values = [name for name in rows.column_names if name not in key]
    asked = [(name, _COMBINED.get(name, "sum")) for name in values]
    combined = rows.group_by(list(key), use_threads=False).aggregate(asked)
    named = combined.select([*key, *("_".join(pair) for pair in asked)]).rename_columns([*key, *values])
    return named.select(rows.column_names).sort_by([(name, "ascending") for name in key])


def _table_of_slips(slips: Slips) -> pa.Table:
    columns = {"kind": ["words"] * len(slips.words) + ["texts"] * len(slips.texts)}
    columns["typed"] = [*slips.words, *slips.texts]
    columns["meant"] = [*slips.words.values(), *slips.texts.values()]
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _slips_of(rows: pa.Table) -> Slips:
    kinds: dict[str, dict[str, str]] = {"words": {}, "texts": {}}
    for row in rows.to_pylist():
        kinds[row["kind"]][row["typed"]] = row["meant"]
    return Slips(**kinds)
