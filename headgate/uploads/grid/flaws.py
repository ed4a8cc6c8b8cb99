"""The flaws of the rows of an uploaded file: what the gate rejected, and rows that a person left out."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.lake.states import RAGGED_ROW, TYPE, Disposition
from headgate.uploads.doubtful_dates import LEFT_OUT, REFUSED
from headgate.uploads.row_numbers import RowNumbers
from headgate.values.cells import numbers, text_array
from headgate.values.parquet_tables import table_of
from headgate.values.quoted_values import with_written_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Flaws:
    """The rejected rows, each with a JSON object of its kind and its flaws.

    Attributes:
        by_column: refused cells by column of the file.
        by_cause: refused rows by column of the file (empty for the whole row) and rule.
    """

    rows: np.ndarray[Any, np.dtype[np.int64]]
    texts: pa.Array
    by_column: Mapping[str, int] = field(default_factory=dict)
    by_cause: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        quarantine: bytes | None,
        column_of: Mapping[str, str],
        words: FlawWords | None = None,
    ) -> Flaws:
        """Return the flaws in a quarantine object, and the rows that are left out.

        Args:
            column_of: field of the contract → column of the file.
        """
        words = words or FlawWords()
        if quarantine is None:
            return cls(np.zeros(0, dtype=np.int64), text_array([])).with_left_out(words.numbers.left_out)
        table = table_of(
            quarantine, columns=["source_row", "disposition", "rule", "column_name", "reason", "all_rules"]
        )
        order = pc.sort_indices(table.column("source_row"))
        rows = table.take(order)
        sent = words.numbers.all_sent(numbers(rows.column("source_row").combine_chunks()))
        listed = rows.select(["disposition", "rule", "column_name", "reason", "all_rules"]).to_pylist()
        flaws = [
            _flaws(row, column_of, words.of(number, row), words.rules)
            for number, row in zip(sent.tolist(), listed, strict=True)
        ]
        refused = [each["flaws"] for each in flaws if each["kind"] == REFUSED]
        by_column = Counter(
            name for listed in refused for name in {column for column, _, _ in listed} if name
        )
        by_cause = Counter(
            cause for listed in refused for cause in {(column, rule) for column, rule, _ in listed}
        )
        texts = text_array(json.dumps(each, ensure_ascii=False) for each in flaws)
        return cls(sent, texts, by_column, by_cause).with_left_out(words.numbers.left_out)

    def with_left_out(self, left_out: Sequence[int]) -> Flaws:
        """Return the flaws with the rows that a person left out."""
        if not left_out:
            return self
        rows = np.concatenate([self.rows, np.array(sorted(set(left_out)), np.int64)])
        texts = [*self.texts.to_pylist(), *[LEFT_OUT] * (len(rows) - len(self.rows))]
        order = np.argsort(rows, kind="stable")
        return replace(self, rows=rows[order], texts=text_array(texts[place] for place in order))


@dataclass(frozen=True)
class FlawWords:
    """Texts for a rejected row instead of the gate's reason.

    Attributes:
        reasons: by field and the gate's reason.
        rules: by field and rule, for values that are not the first reason of their row.
        ragged: by row as sent.
        numbers: row numbers as sent.
        others: additions to the reason, by row.
        written: texts of the duplicate and of the kept row by row and title of a field.
        hours: additions to the reason of a time in a repeated hour, by row.
    """

    reasons: Mapping[tuple[str, str], str] = field(default_factory=dict)
    rules: Mapping[tuple[str, str], str] = field(default_factory=dict)
    ragged: Mapping[int, str] = field(default_factory=dict)
    numbers: RowNumbers = field(default_factory=lambda: RowNumbers(()))
    others: Mapping[int, str] = field(default_factory=dict)
    written: Mapping[int, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    hours: Mapping[int, str] = field(default_factory=dict)

    def of(self, number: int, row: Mapping[str, Any]) -> str:
        """Return the reason of a quarantined row by its number in the sent file."""
        reason = row["reason"] or ""
        if row["rule"] == RAGGED_ROW and number in self.ragged:
            return self.ragged[number]
        said = self.numbers.in_words(self.reasons.get((row["column_name"] or "", reason), reason))
        for title, (own, kept) in self.written.get(number, {}).items():
            said = with_written_values(said, title, own, kept)
        more = self.others.get(number) or (self.hours.get(number) if row["rule"] == TYPE else None)
        return f"{said} {more}" if more else said


def _flaws(
    row: Mapping[str, Any],
    column_of: Mapping[str, str],
    reason: str,
    rules: Mapping[tuple[str, str], str],
) -> dict[str, Any]:
    first = (
        column_of.get(row["column_name"] or "", row["column_name"] or ""),
        row["rule"] or "",
        reason,
    )
    others = []
    for code in json.loads(row["all_rules"] or "[]"):
        rule, _, column = code.partition(":")
        if (rule, column) != (row["rule"] or "", row["column_name"] or ""):
            others.append((column_of.get(column, column), rule, rules.get((column, rule), "")))
    kind = "duplicate" if row["disposition"] == Disposition.DUPLICATE else REFUSED
    return {"kind": kind, "flaws": [first, *others]}
