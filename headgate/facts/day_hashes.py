"""Sums of the hashes of a dataset's rows by day: they give a digest of all rows up to a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import ibis
import pandas as pd

from headgate.facts.fact import Combine, Fact, Tables, fact_rows
from headgate.facts.kept_files import FileTables

# A sum of complete hashes has as many digits as a card number, and an audit takes some for one. Sums of 16
# bits have fewer than 13 digits up to ten million rows a day.
_PART_BITS = 16
_PARTS = ("hash_1", "hash_2", "hash_3", "hash_4")
COMBINE = dict.fromkeys(("lines", *_PARTS), Combine.SUM)
"""How the values of `hashes_by_day` are combined."""


def hashes_by_day(rows: ibis.Table, at: str) -> ibis.Table:
    """Return the number of rows and the sums of their hashes by day (`day_on`), over all columns.

    Args:
        at: the column of the time that decides the day.
    """
    # Another version of DuckDB may hash otherwise: its name makes it another fact.
    hashed = ibis.struct({"by": duckdb.__version__, **{name: rows[name] for name in rows.columns}}).hash()
    parts = {
        name: ((hashed >> (_PART_BITS * place)) & (2**_PART_BITS - 1)).cast("int64")
        for place, name in enumerate(_PARTS)
    }
    each = rows.select(day_on=rows[at].date(), **parts)
    return each.group_by("day_on").agg(lines=each.count(), **{name: each[name].sum() for name in parts})


@dataclass(frozen=True)
class DayHashes:
    """The sums of hashes by day.

    Attributes:
        days: None if the tables keep no files, which need no digests.
    """

    days: pd.DataFrame | None

    @classmethod
    def of(cls, fact: Fact, tables: Tables) -> DayHashes:
        """Return the days of a fact whose rows are those of `hashes_by_day`."""
        if not isinstance(tables, FileTables):
            return cls(None)
        return cls(fact_rows(fact, tables).order_by("day_on").to_pandas())

    def until(self, day: date) -> str:
        """Return a digest of all rows up to the end of a day."""
        if self.days is None:
            return ""
        past = self.days[pd.to_datetime(self.days.day_on) <= pd.Timestamp(day)]
        return " ".join(str(int(past[name].sum())) for name in COMBINE)
