from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.contracts.identity import merge_key
from headgate.quality.exact_frames import exact_frame, quick_frame
from headgate.quality.narrow_parts import MIN_ROWS, NarrowPart, has_repeated_keys, has_types_of, narrow_parts
from headgate.quality.suites import (
    UNIQUE,
    columns_label,
    narrow_suite_of,
    suite_of,
    unique_keys,
    unique_suite_of,
)
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import pandas as pd

    from headgate.contracts.model import Contract

_SAMPLE_KEYS = 3
_YES_OR_NO = {"result_format": "BOOLEAN_ONLY"}
BATCH_ROWS = 500_000


@dataclass(frozen=True)
class FailedExpectation:
    """An expectation that a dataset fails.

    Attributes:
        place: the column or columns, or `table`.
        rows: number of rows that violate it; None for a table expectation, or if it could not be evaluated.
        keys: primary keys of some of these rows, never other values.
    """

    rule: str
    place: str
    rows: int | None
    keys: tuple[str, ...] = ()

    def __str__(self) -> str:
        count = "" if self.rows is None else f" broken by {self.rows} rows"
        where = f" (keys {', '.join(self.keys)})" if self.keys else ""
        return f"{self.place}: {self.rule}{count}{where}"


@dataclass(frozen=True)
class ExpectationResult:
    """The result of an expectation; with `warns` a failure is only a warning."""

    place: str
    rule: str
    holds: bool
    warns: bool


@dataclass(frozen=True)
class SuiteResult:
    """The verdict of a suite on a dataset.

    Attributes:
        warnings: failures that do not fail the dataset.
        answers: the result of every expectation.
        checked_before: number of parts that were not checked again, by the snapshot in which they were
            checked.
    """

    dataset: str
    rows: int
    expectations: int
    broken: tuple[FailedExpectation, ...] = ()
    warnings: tuple[FailedExpectation, ...] = ()
    answers: tuple[ExpectationResult, ...] = ()
    checked_before: Mapping[str, int] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """All expectations hold, except for warnings."""
        return not self.broken

    def __str__(self) -> str:
        return f"{self.dataset}: {'; '.join(map(str, self.broken)) or 'passed'}"


@dataclass(frozen=True)
class RuleAnswer:
    """The result of an expectation for a set of rows; `failed` is None if it holds."""

    place: str
    rule: str
    warns: bool
    failed: FailedExpectation | None


@dataclass(frozen=True)
class Answers:
    """The results of all expectations of a suite for a set of rows."""

    rows: int
    rules: tuple[RuleAnswer, ...]

    @property
    def passed(self) -> bool:
        """All expectations hold, except for warnings."""
        return not any(rule.failed and not rule.warns for rule in self.rules)


class ValidationRun:
    """The validation of a run's datasets.

    Args:
        as_of: the day in the Data Docs.
        batch_rows: the number of rows in memory as pandas objects.
        narrow_from: tables with at least this many rows are reduced to distinct values first.
    """

    def __init__(self, as_of: date, batch_rows: int = BATCH_ROWS, narrow_from: int = MIN_ROWS) -> None:
        self.as_of, self._batch_rows, self._narrow_from = as_of, batch_rows, narrow_from
        self._suites: dict[str, Any] = {}
        self.verdicts: list[SuiteResult] = []

    def check(self, contract: Contract, rows: pa.Table) -> SuiteResult:
        """Return the verdict of the contract's suite on rows, for the Data Docs too."""
        return self.conclude(contract, [self.ask_table(contract, rows)])

    def ask_table(self, contract: Contract, rows: pa.Table) -> Answers:
        """Return the results of the contract's suite for rows in memory."""
        starts = range(0, max(1, rows.num_rows), self._batch_rows)
        return self._ask(contract, (rows.slice(at, self._batch_rows) for at in starts), rows.select)

    def check_files(self, contract: Contract, paths: Sequence[Path]) -> SuiteResult:
        """Return the verdict on the rows of Parquet files, which need not fit into memory."""
        return self.conclude(contract, [self.ask(contract, paths)])

    def ask(self, contract: Contract, paths: Sequence[Path]) -> Answers:
        """Return the results of the contract's suite for the rows of all Parquet files."""
        return self._ask(
            contract,
            self._batches(paths),
            lambda names: pa.concat_tables(table_of(path, names) for path in paths),
        )

    def conclude(
        self,
        contract: Contract,
        parts: Sequence[Answers],
        problems: Sequence[FailedExpectation] = (),
        checked_before: Mapping[str, int] | None = None,
    ) -> SuiteResult:
        """Return the verdict on a dataset from the results for its parts, for the Data Docs too.

        All expectations except uniqueness are evaluated by row. A key that is unique in each part is unique
        in the dataset, because the key ranges of parts are disjoint; a dataset with another unique column has
        one part.
        """
        rules = [_merged(of_parts) for of_parts in zip(*(part.rules for part in parts), strict=True)]
        rules += [
            RuleAnswer(problem.place, problem.rule, warns=False, failed=problem) for problem in problems
        ]
        verdict = _suite_result(contract, sum(part.rows for part in parts), rules)
        self.verdicts.append(replace(verdict, checked_before=checked_before or {}))
        return self.verdicts[-1]

    def _batches(self, paths: Sequence[Path]) -> Iterator[pa.Table]:
        """Yield the rows in batches; an empty table if the files have no rows."""
        rows = 0
        for path in paths:
            with pq.ParquetFile(path) as file:
                empty = file.schema_arrow.empty_table()
                rows += file.metadata.num_rows
                yield from (pa.Table.from_batches([batch]) for batch in file.iter_batches(self._batch_rows))
        if not rows:
            yield empty

    def _ask(
        self, contract: Contract, batches: Iterable[pa.Table], columns: Callable[[list[str]], pa.Table]
    ) -> Answers:
        """Validate batches, because all rows as pandas objects take many times the memory of their file.

        Args:
            columns: reads complete columns, which uniqueness needs.
        """
        results, rows = [], []
        for batch in batches:
            rows.append(batch.num_rows)
            results.append(self._answers(contract, batch))
        merged = [_merged(of_batches) for of_batches in zip(*results, strict=True)]
        if len(rows) > 1:
            unique = {
                columns_label(key): self._unique(contract, key, columns) for key in unique_keys(contract)
            }
            merged = [unique[answer.place] if answer.rule == UNIQUE else answer for answer in merged]
        return Answers(sum(rows), tuple(merged))

    def _answers(self, contract: Contract, rows: pa.Table) -> list[RuleAnswer]:
        """Return the result of each expectation; large valid tables are validated as narrow parts only."""
        is_narrow = rows.num_rows >= self._narrow_from and has_types_of(contract, rows.schema)
        if is_narrow and self._passes(contract, rows):
            return passed_answers(contract)
        return self._of_suite(contract, rows)

    def _passes(self, contract: Contract, rows: pa.Table) -> bool:
        return not has_repeated_keys(contract, rows) and all(
            self.holds(contract, part) for part in narrow_parts(contract, rows)
        )

    def _of_suite(self, contract: Contract, rows: pa.Table) -> list[RuleAnswer]:
        suite = self._suite(contract.dataset, partial(suite_of, contract))
        return [_result(contract, result) for result in self._validated(contract, suite, rows)]

    def holds(self, contract: Contract, part: NarrowPart) -> bool:
        """Return whether the rows of a part pass all their expectations."""
        suite = self._suite(
            f"{contract.dataset} of {columns_label(part.values_of)} {part.of_rows}",
            partial(narrow_suite_of, contract, part.values_of, rows_too=part.of_rows),
        )
        return all(result.success for result in self._run(suite, quick_frame(part.rows), _YES_OR_NO))

    def _unique(
        self, contract: Contract, key: tuple[str, ...], columns: Callable[[list[str]], pa.Table]
    ) -> RuleAnswer:
        """Return whether a key is unique in all rows; only rows with repeated keys become pandas objects."""
        rows = columns(sorted({*merge_key(contract), *key}))
        counts = rows.group_by(list(key)).aggregate([([], "count_all")])
        repeated = counts.filter(pc.greater(counts["count_all"], 1)).select(list(key))
        if not repeated.num_rows:
            return RuleAnswer(columns_label(key), UNIQUE, warns=False, failed=None)
        suite = self._suite(
            f"{contract.dataset} {columns_label(key)}", partial(unique_suite_of, contract, key)
        )
        duplicates = rows.join(repeated, list(key), join_type="left semi")
        return _result(contract, self._validated(contract, suite, duplicates)[0])

    @cached_property
    def _frames(self) -> Any:  # noqa: ANN401 Great Expectations ships no types
        """Return the batch definition of all frames; Great Expectations stores no results of a batch."""
        source = _ephemeral_context().data_sources.add_pandas("lake")
        return source.add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")

    def _suite(self, name: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401 as above
        """Return a suite, created once per run."""
        if name not in self._suites:
            self._suites[name] = make()
        return self._suites[name]

    def _validated(self, contract: Contract, suite: Any, rows: pa.Table) -> list[Any]:  # noqa: ANN401 as above
        frame = exact_frame(rows)
        # A boolean result is much faster than one with rows, which is needed only for failures.
        results = self._run(suite, frame, _YES_OR_NO)
        is_passed = all(result.success for result in results)
        return results if is_passed else self._run(suite, frame, _which_rows(contract))

    def _run(self, suite: Any, frame: pd.DataFrame, how: dict[str, Any]) -> list[Any]:  # noqa: ANN401 as above
        from headgate.quality.expectation_library import cached_configurations  # noqa: PLC0415 takes seconds

        with warnings.catch_warnings(), cached_configurations():
            # pandas warns of groups in a pattern, although it only searches.
            warnings.filterwarnings(
                "ignore", message="This pattern is interpreted as a regular expression", category=UserWarning
            )
            batch = self._frames.get_batch({"dataframe": frame})
            return list(batch.validate(suite, result_format=how).results)


def _ephemeral_context() -> Any:  # noqa: ANN401 as above
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415 takes seconds

    from headgate.quality.expectation_library import gx  # noqa: PLC0415 as above

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def _which_rows(contract: Contract) -> dict[str, Any]:
    """Return the result format with the keys of failed rows, and without their values."""
    return {
        "result_format": "SUMMARY",
        "exclude_unexpected_values": True,
        "unexpected_index_column_names": [*merge_key(contract)],
    }


def _warns(result: Any) -> bool:  # noqa: ANN401 as above
    return bool(result.expectation_config.severity == "warning")


def passed_answers(contract: Contract) -> list[RuleAnswer]:
    """Return the results for rows that pass all expectations.

    They are in the order of Great Expectations' results, which groups expectations by column.
    """
    by_column: dict[str | None, list[RuleAnswer]] = {}
    for item in suite_of(contract).expectations:
        warns = bool(item.severity == "warning")
        answer = RuleAnswer(item.meta["place"], item.meta["rule"], warns=warns, failed=None)
        by_column.setdefault(getattr(item, "column", None), []).append(answer)
    return list(chain.from_iterable(by_column.values()))


def _result(contract: Contract, result: Any) -> RuleAnswer:  # noqa: ANN401 as above
    meta = result.expectation_config.meta
    return RuleAnswer(
        meta["place"], meta["rule"], _warns(result), None if result.success else _broken(contract, result)
    )


def _merged(of_batches: Sequence[RuleAnswer]) -> RuleAnswer:
    """Return one result for all batches; its count is None if that of a batch is."""
    failed = [answer.failed for answer in of_batches if answer.failed]
    if not failed:
        return of_batches[0]
    rows = (
        None
        if any(failure.rows is None for failure in failed)
        else sum(failure.rows or 0 for failure in failed)
    )
    keys = tuple(key for failure in failed for key in failure.keys)[:_SAMPLE_KEYS]
    return replace(of_batches[0], failed=replace(failed[0], rows=rows, keys=keys))


def _suite_result(contract: Contract, rows: int, rules: Sequence[RuleAnswer]) -> SuiteResult:
    critical, warned = (
        tuple(rule.failed for rule in rules if rule.failed and rule.warns is warns) for warns in (False, True)
    )
    answers = tuple(
        ExpectationResult(rule.place, rule.rule, rule.failed is None, rule.warns) for rule in rules
    )
    return SuiteResult(contract.dataset, rows, len(rules), critical, warned, answers)


def _broken(contract: Contract, result: Any) -> FailedExpectation:  # noqa: ANN401 as above
    meta, counts = result.expectation_config.meta, result.result
    columns: Mapping[str, list[object]] = next(iter(counts.get("partial_unexpected_index_list") or []), {})
    rows = zip(*(columns[name] for name in merge_key(contract)), strict=True) if columns else ()
    keys = ["/".join(map(str, row)) for row in rows]
    return FailedExpectation(
        meta["rule"], meta["place"], counts.get("unexpected_count"), tuple(keys[:_SAMPLE_KEYS])
    )
