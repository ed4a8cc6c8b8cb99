"""Create, update and read records, with a verdict and a clear error for each row."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from headgate.errors import BadInputError, ConflictError, HeadgateError
from headgate.onboarding.check_records import RecordVerdict, Value, check_records
from headgate.onboarding.records import Record, RecordPage, RecordTable, WriteAnswer, WriteResult
from headgate.values.unique_values import RULE as UNIQUE
from headgate.values.unique_values import normal_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from headgate.lake.ports import MaskingKey
    from headgate.onboarding.record_models import RecordModel

LARGEST_BATCH = 500
LARGEST_PAGE = 200
WRITERS = 8
KEY_TAKEN = "duplicate_key"


@dataclass(frozen=True)
class Outcome:
    """The outcome of a row: a record with this id, or the rule that it broke.

    Attributes:
        state: `created`, `present` (the same record existed), `failed`, or `valid` in a dry run.
    """

    row: int
    state: str
    id: str = ""
    rule: str = ""
    column: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Summary:
    """Numbers of rows; `total = successful + failed`, and `created` successful ones are new."""

    total: int
    successful: int
    failed: int
    created: int
    reasons: Mapping[str, int] = field(default_factory=dict)


def count_outcomes(outcomes: Sequence[Outcome]) -> Summary:
    """Return the numbers of rows, and of failed rows by rule."""
    states = Counter(outcome.state for outcome in outcomes)
    reasons = Counter(outcome.rule for outcome in outcomes if outcome.rule)
    return Summary(
        len(outcomes),
        len(outcomes) - states["failed"],
        states["failed"],
        states["created"],
        dict(sorted(reasons.items())),
    )


def checked(verdicts: Iterable[RecordVerdict]) -> list[Outcome]:
    """Return the outcomes of a dry run: `valid` or `failed`, without looking up whether a value is taken."""
    return [replace(_failed(verdict), state="failed" if verdict.rule else "valid") for verdict in verdicts]


def _failed(verdict: RecordVerdict) -> Outcome:
    return Outcome(verdict.row, "failed", "", verdict.rule, verdict.column, verdict.reason)


@dataclass(frozen=True)
class Onboarding:
    """The records of a lake.

    Attributes:
        key: fetches the masking key; called only for a model with masked columns.
    """

    records: RecordTable
    key: Callable[[], MaskingKey]

    def create(self, model: RecordModel, rows: Sequence[Mapping[str, Value]]) -> list[Outcome]:
        """Check rows and create a record of each accepted one."""
        if len(rows) > LARGEST_BATCH:
            raise BadInputError(
                rule="too_large",
                message=f"{len(rows)} rows were sent at once",
                remedy=f"send at most {LARGEST_BATCH}",
            )
        return self.submit(model, check_records(rows, model.contract, self.key()))

    def submit(self, model: RecordModel, verdicts: Iterable[RecordVerdict]) -> list[Outcome]:
        """Create a record of each accepted row; a row whose record exists is successful."""
        return submit_records(self.records, model, verdicts)

    def update(self, model: RecordModel, record_id: str, changes: Mapping[str, Value]) -> Record:
        """Change values of a record, and return the changed record.

        Raises:
            NotFoundError: the record does not exist.
            BadInputError: the record would break a rule of its contract, or a value is taken.
            ConflictError: somebody else changed the record at the same time.
        """
        if changes.get(model.key, record_id) != record_id:
            raise BadInputError(
                rule=KEY_TAKEN,
                message="the id of a record cannot change",
                remedy=f"leave {model.key} out",
                column=model.key,
            )
        before = self.records.get(model.name, record_id)
        (verdict,) = check_records([{**before.values, **changes}], model.contract, self.key())
        if not verdict.accepted:
            raise refused(verdict.rule, verdict.column, verdict.reason)
        record = accepted_record(model, verdict.values, before.revision + 1)
        written = self.records.update(before, record)
        if written.answer is WriteAnswer.CHANGED:
            raise ConflictError(
                f"{model.name} {record_id} was changed by another call. Read it again and repeat the change."
            )
        if written.answer is not WriteAnswer.UPDATED:
            raise refused(*_refusal(model, written))
        return record

    def get(self, model: RecordModel, record_id: str) -> Record:
        """Return a record.

        Raises:
            NotFoundError: the record does not exist.
        """
        return self.records.get(model.name, record_id)

    def page(self, model: RecordModel, limit: int = 50, cursor: str = "") -> RecordPage:
        """Return a page of records by id; its `after` is the cursor of the next page.

        Raises:
            HeadgateError: the limit or the cursor is invalid.
        """
        if not 1 <= limit <= LARGEST_PAGE:
            raise HeadgateError(f"The limit is {limit}. Give a number from 1 to {LARGEST_PAGE}.")
        page = self.records.page(model.name, limit, _opened(cursor))
        return RecordPage(
            page.records, base64.urlsafe_b64encode(page.after.encode()).decode() if page.after else ""
        )


def submit_records(
    records: RecordTable, model: RecordModel, verdicts: Iterable[RecordVerdict]
) -> list[Outcome]:
    """Create a record of each accepted row, several in parallel."""
    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(partial(_submitted, records, model), verdicts))


def _submitted(records: RecordTable, model: RecordModel, verdict: RecordVerdict) -> Outcome:
    if not verdict.accepted:
        return _failed(verdict)
    record = accepted_record(model, verdict.values)
    written = records.create(record)
    if written.answer in {WriteAnswer.CREATED, WriteAnswer.PRESENT}:
        return Outcome(verdict.row, written.answer.value, record.id)
    rule, column, reason = _refusal(model, written)
    return Outcome(verdict.row, "failed", "", rule, column, reason)


def accepted_record(model: RecordModel, values: Mapping[str, Value], revision: int = 1) -> Record:
    """Return the record of accepted values.

    Its id is their key, so that equal rows are the same record.
    """
    unique = {name: normal_text(str(values[name])) for name in model.unique if values[name] is not None}
    return Record(model.name, str(values[model.key]), dict(values), unique, revision)


def refused(rule: str, column: str, reason: str) -> BadInputError:
    """Return the error of a row that broke a rule."""
    return BadInputError(
        rule=rule, message=reason, remedy="correct the value and send the row again", column=column
    )


def _refusal(model: RecordModel, written: WriteResult) -> tuple[str, str, str]:
    if written.answer is WriteAnswer.TAKEN:
        return UNIQUE, written.column, f"another {model.name} has this value, and the column is unique"
    return KEY_TAKEN, model.key, f"a {model.name} of this id has other values; update it instead"


def _opened(cursor: str) -> str:
    try:
        return base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError):
        raise HeadgateError("The cursor is not one of this list. Begin without a cursor.") from None
