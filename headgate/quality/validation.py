"""What Great Expectations answers about the datasets of one run."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from headgate.contracts.identity import merge_key
from headgate.quality.frames import frame_of
from headgate.quality.suites import suite_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from headgate.contracts.model import Contract

_SAMPLE_KEYS = 3


@dataclass(frozen=True)
class FailedExpectation:
    """An expectation that a dataset fails.

    Attributes:
        place: the column or columns, or `table`.
        rows: how many rows break it; None when it speaks of the whole table, or could not be asked.
        keys: primary keys of a few of them, never other values.
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
    """Whether one expectation holds; `warns` when a failure does not stop anything."""

    place: str
    rule: str
    holds: bool
    warns: bool


@dataclass(frozen=True)
class SuiteResult:
    """What a suite answered about one dataset. `warnings` do not stop anything; `answers` has every expectation once."""

    dataset: str
    rows: int
    expectations: int
    broken: tuple[FailedExpectation, ...] = ()
    warnings: tuple[FailedExpectation, ...] = ()
    answers: tuple[ExpectationResult, ...] = ()

    @property
    def passed(self) -> bool:
        """Every expectation that matters was met."""
        return not self.broken

    def __str__(self) -> str:
        return f"{self.dataset}: {'; '.join(map(str, self.broken)) or 'passed'}"


class ValidationRun:
    """One run's datasets before Great Expectations.

    Args:
        run: what its Data Docs call the run.
        as_of: the day that they file it under.
    """

    def __init__(self, run: str, as_of: date) -> None:
        self._context = _context()
        self._source = self._context.data_sources.add_pandas("lake")
        self._run, self.as_of, self._at = run, as_of, datetime.combine(as_of, time(), UTC)
        self.verdicts: list[SuiteResult] = []

    def check(self, contract: Contract, rows: pa.Table) -> SuiteResult:
        """What the suite of `contract` says of `rows`. The Data Docs have each dataset once."""
        validation, frame = self._validation(contract), {"dataframe": frame_of(rows)}
        with warnings.catch_warnings():
            # pandas warns of groups in a pattern that it only searches with.
            warnings.filterwarnings("ignore", message="This pattern is interpreted as a regular expression", category=UserWarning)
            # To say yes or no is much faster than to say which rows; that is asked only if some are to be listed.
            results = self._asked(validation, frame, {"result_format": "BOOLEAN_ONLY"})
            if any(not result.success for result in results):
                results = self._asked(validation, frame, _which_rows(contract))
        failed = [result for result in results if not result.success]
        critical, warned = (tuple(_broken(contract, one) for one in failed if _warns(one) is warns) for warns in (False, True))
        answers = tuple(_answer(result) for result in results)
        self.verdicts.append(SuiteResult(contract.dataset, rows.num_rows, len(results), critical, warned, answers))
        return self.verdicts[-1]

    def _validation(self, contract: Contract) -> Any:  # noqa: ANN401 Great Expectations ships no types
        import great_expectations as gx  # noqa: PLC0415 takes seconds

        batches = self._source.add_dataframe_asset(contract.dataset).add_batch_definition_whole_dataframe("all")
        suite = self._context.suites.add(suite_of(contract))
        return self._context.validation_definitions.add(gx.ValidationDefinition(name=contract.dataset, data=batches, suite=suite))

    def _asked(self, validation: Any, frame: dict[str, Any], how: dict[str, Any]) -> list[Any]:  # noqa: ANN401 as above
        from great_expectations.core.run_identifier import RunIdentifier  # noqa: PLC0415 takes seconds

        run = RunIdentifier(run_name=self._run, run_time=self._at)
        return list(validation.run(batch_parameters=frame, result_format=how, run_id=run).results)


def check(contract: Contract, rows: pa.Table) -> SuiteResult:
    """What the suite of `contract` says of `rows`, without Data Docs."""
    return ValidationRun("check", date.min).check(contract, rows)


def _context() -> Any:  # noqa: ANN401 as above
    # Read once, on import: nothing is to be sent anywhere from here.
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx  # noqa: PLC0415 takes seconds
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415 as above

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def _which_rows(contract: Contract) -> dict[str, Any]:
    """Keys of the rows that break an expectation, and none of their values."""
    return {"result_format": "SUMMARY", "exclude_unexpected_values": True, "unexpected_index_column_names": [*merge_key(contract)]}


def _warns(result: Any) -> bool:  # noqa: ANN401 as above
    return bool(result.expectation_config.severity == "warning")


def _answer(result: Any) -> ExpectationResult:  # noqa: ANN401 as above
    meta = result.expectation_config.meta
    return ExpectationResult(meta["place"], meta["rule"], bool(result.success), _warns(result))


def _broken(contract: Contract, result: Any) -> FailedExpectation:  # noqa: ANN401 as above
    meta, found = result.expectation_config.meta, result.result
    columns: Mapping[str, list[object]] = next(iter(found.get("partial_unexpected_index_list") or []), {})
    rows = zip(*(columns[name] for name in merge_key(contract)), strict=True) if columns else ()
    keys = ["/".join(map(str, row)) for row in rows]
    return FailedExpectation(meta["rule"], meta["place"], found.get("unexpected_count"), tuple(keys[:_SAMPLE_KEYS]))
