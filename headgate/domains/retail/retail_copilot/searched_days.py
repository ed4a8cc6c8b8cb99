"""Searches, counted: those of the days before the newest one once a day, those of the newest day in each run.

Spelling follows from the texts of the days before, so the templates of their texts do not move within a day.
A new day continues from the counts of an earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.domains.retail.retail_copilot import features
from headgate.domains.retail.retail_copilot.normalise import Normaliser, Slips
from headgate.engines import local
from headgate.engines.write_rows import write_rows
from headgate.facts.kept_files import KeepFiles, StoredBefore, address_of
from headgate.systems.kept_tables import code_of
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from headgate.facts.day_hashes import DayHashes

KEPT = "searched_days"
_SLIPS = "slips"
_KEYS = {
    "texts": ("query_text", "words", "template", "is_corrected"),
    "weeks": ("template", "week_on"),
    "clicks": ("template", "product_id"),
}
_COMMONEST_FIRST = [("searches", "descending"), ("query_text", "ascending")]
_COMBINED = {"first": "min", "last": "max"}  # all other values are counts


@dataclass(frozen=True)
class CountedSearches:
    """The searches of some days, counted.

    Attributes:
        texts: one row per text as typed: `searches`, the least and the greatest visit (`first`, `last`),
            `words` as typed, `template`, and whether a word was respelled (`is_corrected`).
        weeks, clicks: as `NamedSearches` gives them.
        slips: the typing errors by which the texts have their templates.
    """

    texts: pa.Table
    weeks: pa.Table
    clicks: pa.Table
    slips: Slips

    @classmethod
    def of_files(cls, paths: Sequence[Path]) -> CountedSearches:
        """Return the counts of the files of `tables`."""
        texts, weeks, clicks, slips = map(table_of, paths)
        return cls(texts, weeks, clicks, _slips_of(slips))

    def tables(self) -> list[pa.Table]:
        """Return the counts and the typing errors as they are stored."""
        return [self.texts, self.weeks, self.clicks, _table_of_slips(self.slips)]

    def plus(self, other: CountedSearches) -> CountedSearches:
        """Return the counts of both."""
        return replace(
            self,
            **{name: _sum([getattr(self, name), getattr(other, name)], key) for name, key in _KEYS.items()},
        )

    def typed(self) -> pd.DataFrame:
        """Return the texts, the commonest first, and whether more than one visit typed them (`is_shared`)."""
        is_shared = pc.not_equal(self.texts["first"], self.texts["last"])
        texts = self.texts.append_column("is_shared", is_shared).drop_columns(["first", "last", "words"])
        return _commonest_first(texts)

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
        stored_before: returns the stored files of the newest earlier day that has them.
        folder: receives files while searches are counted.
    """

    searches: ibis.Table
    normaliser: Normaliser
    hashes: DayHashes
    keep: KeepFiles
    stored_before: StoredBefore
    folder: Path

    def until(self, day: date) -> CountedSearches:
        """Return the searches up to the end of a day, which an earlier run of the next day counted."""
        counted = cache(self._counted)

        def write(places: Sequence[int], paths: Sequence[Path]) -> None:
            tables = counted(day).tables()
            for place, path in zip(places, paths, strict=True):
                pq.write_table(tables[place], path)

        return self._stored(self.keep(KEPT, self._addresses(day), write))

    def since(self, day: date, slips: Slips) -> CountedSearches:
        """Return the searches from the beginning of a day on, with templates by known typing errors."""
        begun = self.searches.filter(self.searches.searched_at >= ibis.timestamp(day.isoformat()))
        texts = self._templates(_typed(begun), slips)
        return CountedSearches(texts, *self._by_template(begun, texts), slips)

    def learnt_texts(self, until: date) -> pd.DataFrame:
        """Return the texts up to the end of a day with their templates, the commonest first."""

        def write(_: Sequence[int], paths: Sequence[Path]) -> None:
            texts = _commonest_first(_typed(features.searches(self.searches, until)))
            rows = self.normaliser.templates(texts)[["query_text", "searches", "template"]]
            pq.write_table(pa.Table.from_pandas(rows, preserve_index=False), paths[0])

        (path,) = self.keep("learnt_texts", [self._address(until, "learnt")], write)
        rows: pd.DataFrame = table_of(path).to_pandas()
        return rows

    def _counted(self, day: date) -> CountedSearches:
        """Count the searches up to the end of a day, from the stored counts of an earlier day if possible."""
        searches = features.searches(self.searches, day)
        stored = self.stored_before(KEPT, day, self._addresses)
        if stored is None:
            typed = _typed(searches)
            slips = self.normaliser.slips(_commonest_first(typed))
            texts = self._templates(typed, slips)
            return CountedSearches(texts, *self._by_template(searches, texts), slips)
        counted_until, paths = stored
        begin = ibis.timestamp((counted_until + timedelta(days=1)).isoformat())
        earlier, later = (
            searches.filter(is_own)
            for is_own in (searches.searched_at < begin, searches.searched_at >= begin)
        )
        return self._continued(self._stored(paths), earlier, later)

    def _stored(self, paths: Sequence[Path]) -> CountedSearches:
        """Return the counts of stored files, with whose words other texts are not split again."""
        counted = CountedSearches.of_files(paths)
        self.normaliser.add_words(*(counted.texts[name].to_pylist() for name in ("query_text", "words")))
        return counted

    def _continued(self, counted: CountedSearches, earlier: ibis.Table, later: ibis.Table) -> CountedSearches:
        """Return the counts of earlier searches, which were counted with other typing errors, and later ones.

        Visits in which a text has another template now are counted again. A visit ends at midnight, so the
        counts of visits are added and subtracted.
        """
        typed = _sum([counted.texts.select(_TYPED), _typed(later)], ["query_text"])
        slips = self.normaliser.slips(_commonest_first(typed))
        texts = self._templates(typed, slips)
        added, removed = [self._by_template(later, texts)], []
        before = dict(zip(*(counted.texts[name].to_pylist() for name in _NAMED), strict=True))
        pairs = zip(*(texts[name].to_pylist() for name in _NAMED), strict=True)
        if moved := [text for text, template in pairs if before.get(text, template) != template]:
            some = pa.table({"query_text": pa.array(moved, pa.string())})
            path = self.folder / "visits.parquet"  # all earlier searches are read for them, so once
            write_rows(features.of_visits_with(earlier, some), path)
            with local.opened({"visits": str(path)}) as stored:
                removed.append(self._by_template(stored["visits"], counted.texts))
                added.append(self._by_template(stored["visits"], texts))
        weeks, clicks = (
            _difference([counts, *(new[place] for new in added)], [old[place] for old in removed], key)
            for place, (counts, key) in enumerate(
                [(counted.weeks, _KEYS["weeks"]), (counted.clicks, _KEYS["clicks"])]
            )
        )
        return CountedSearches(texts, weeks, clicks, slips)

    def _by_template(self, searches: ibis.Table, texts: pa.Table) -> tuple[pa.Table, pa.Table]:
        with features.named_searches(searches, texts, self.folder) as named:
            return named.by_week(), named.clicks()

    def _templates(self, typed: pa.Table, slips: Slips) -> pa.Table:
        rows = self.normaliser.templates(typed.to_pandas(), slips)
        rows["words"] = self.normaliser.words(rows.query_text)
        return pa.Table.from_pandas(rows, _TEXTS, preserve_index=False)

    def _addresses(self, day: date) -> list[str]:
        return [self._address(day, name) for name in (*_KEYS, _SLIPS)]

    def _address(self, day: date, name: str) -> str:
        return address_of(*self._made_with, str(day), self.hashes.until(day), name)

    @cached_property
    def _made_with(self) -> tuple[str, str]:
        return code_of("headgate.domains.retail.retail_copilot"), self.normaliser.vocabulary_digest()


_TEXTS = pa.schema(
    {
        "query_text": pa.string(),
        "searches": pa.int64(),
        "first": pa.string(),
        "last": pa.string(),
        "words": pa.string(),
        "template": pa.string(),
        "is_corrected": pa.bool_(),
    }
)


_TYPED = ["query_text", "searches", "first", "last"]
_NAMED = ("query_text", "template")


def _typed(searches: ibis.Table) -> pa.Table:
    """Return the texts of searches with their counts, in the order of the texts."""
    rows: pa.Table = features.texts(searches).order_by("query_text").to_pyarrow()
    return rows


def _commonest_first(typed: pa.Table) -> pd.DataFrame:
    rows: pd.DataFrame = typed.sort_by(_COMMONEST_FIRST).to_pandas()
    return rows


def _difference(added: Sequence[pa.Table], removed: Sequence[pa.Table], key: Sequence[str]) -> pa.Table:
    """Return the sums of some counts less others, by key, without keys that have no count left."""
    values = [name for name in added[0].column_names if name not in key]
    negative = [
        pa.table(
            {name: pc.negate(rows[name]) if name in values else rows[name] for name in rows.column_names}
        )
        for rows in removed
    ]
    rows = _sum([*added, *negative], key)
    return rows.filter(pc.greater(rows[values[0]], 0))


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
