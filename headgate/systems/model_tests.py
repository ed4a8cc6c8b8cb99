"""Unit tests of SQL models: `models/tests/<name>.yaml` has input rows of a model, and the expected rows."""

from __future__ import annotations

import csv
import difflib
import io
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import yaml
from sqlglot import exp

from headgate.contracts.types import arrow_schema
from headgate.engines import local
from headgate.errors import HeadgateError, SettingsError
from headgate.snapshots.publishing import write_parquet
from headgate.systems.rows_in_file import STAMPS, rows_by_contract

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from headgate.contracts.model import Contract
    from headgate.systems.sql_models import SqlModels

    Row = Mapping[str, str | None]

_ANY_DAY = date(2000, 1, 1)  # of a model that does not read the current date
_FIELDS = ("model", "as_of", "given", "expect")
_NULL = "tag:yaml.org,2002:null"


class _TextLoader(yaml.SafeLoader):
    """Reads every value but null as text, because the contract gives its type: 007 stays 007."""

    yaml_implicit_resolvers = {  # noqa: RUF012 PyYAML's attribute
        sign: [resolver for resolver in resolvers if resolver[0] == _NULL]
        for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


@dataclass(frozen=True)
class ModelTest:
    """A test from a file; rows are texts by column.

    Attributes:
        name: of the file, without its ending.
        as_of: the day of the data, for a model that reads the current date.
    """

    name: str
    model: str
    given: Mapping[str, tuple[Row, ...]]
    expect: tuple[Row, ...]
    as_of: date | None = None


@dataclass(frozen=True)
class ModelTestResult:
    """The rows by which a model differs from its test, or the reason why it could not be built.

    None of them for a test that passes.
    """

    name: str
    model: str
    missing: tuple[Mapping[str, object], ...] = ()
    unexpected: tuple[Mapping[str, object], ...] = ()
    error: str = ""

    @property
    def passed(self) -> bool:
        """Whether the model gives exactly the expected rows."""
        return not (self.missing or self.unexpected or self.error)


def read_test(path: Path) -> ModelTest:
    """Return the test in a file; rows may be in a CSV file beside it."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_TextLoader)  # noqa: S506 a safe loader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise SettingsError(
            f"{path.name} is not YAML{f' (line {mark.line + 1})' if mark else ''}. Correct the file."
        ) from None
    if (
        not isinstance(document, dict)
        or not isinstance(document.get("given"), dict)
        or "expect" not in document
    ):
        raise SettingsError(
            f"{path.name} is not a test of a model. It has to state `given`, rows by table, and "
            "`expect`, rows."
        )
    if unknown := [str(field) for field in document if field not in _FIELDS]:
        raise SettingsError(
            f"{path.name} has the field {unknown[0]}. A test of a model has the fields {', '.join(_FIELDS)}."
        )
    given = {str(table): _stated_rows(path, str(table), rows) for table, rows in document["given"].items()}
    name = path.name.removesuffix(".yaml")
    return ModelTest(
        name,
        document.get("model") or name,
        given,
        _stated_rows(path, "expect", document["expect"]),
        _day(path, document.get("as_of")),
    )


def _stated_rows(path: Path, table: str, document: Any) -> tuple[Row, ...]:  # noqa: ANN401 whatever the file states
    if isinstance(document, dict) and [*document] == ["file"]:
        return _rows_of_csv(path, table, str(document["file"]))
    rows = document or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SettingsError(
            f"{path.name}: {table} is no list of rows. Write `- {{column: value}}` for each row, or "
            f"`file: {table}.csv`."
        )
    if nested := next(
        (name for row in rows for name, value in row.items() if not isinstance(value, str | None)), None
    ):
        raise SettingsError(
            f"{path.name}: {table}: column {nested} has more than one value in a row. Write one value."
        )
    return tuple(rows)


def _rows_of_csv(path: Path, table: str, name: str) -> tuple[Row, ...]:
    try:
        text = (path.parent / name).read_text(encoding="utf-8-sig")
    except (FileNotFoundError, UnicodeDecodeError):
        raise SettingsError(
            f"{path.name}: {table} names {name}, which is no UTF-8 file beside the test. Correct the name."
        ) from None
    rows = [*csv.DictReader(io.StringIO(text))]
    if wide := next((number for number, row in enumerate(rows, 2) if None in row), 0):
        raise SettingsError(
            f"{name}: line {wide} has more cells than the header. Quote a cell that has a comma."
        )
    return tuple({column: value or None for column, value in row.items()} for row in rows)


def _day(path: Path, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise SettingsError(f"{path.name}: as_of is no day. Write it as in 2026-03-31.") from None


def run_test(test: ModelTest, models: SqlModels, curated: Mapping[str, Contract]) -> ModelTestResult:
    """Build a model from the given rows, and compare its rows with the expected ones, in any order."""
    try:
        return _compared(test, models, curated)
    except HeadgateError as error:
        return ModelTestResult(test.name, test.model, error=str(error))


def _compared(test: ModelTest, models: SqlModels, curated: Mapping[str, Contract]) -> ModelTestResult:
    limited = models.limited_to([test.model])
    _check_given(test, limited)
    contract = models.contracts[test.model]
    columns = _columns(test, contract)
    rows = _built(test, limited, {**curated, **models.contracts}).select(columns)
    expected = _typed(f"{test.name}.yaml: expect", contract, test.expect, columns)
    made, wanted = _counted(rows), _counted(expected)
    missing, unexpected = (
        tuple(map(dict, (first - second).elements())) for first, second in ((wanted, made), (made, wanted))
    )
    return ModelTestResult(test.name, test.model, missing, unexpected)


def _check_given(test: ModelTest, models: SqlModels) -> None:
    """Check that a test gives each table that the model is built from, and no other one."""
    may_read = sorted({*models.READS, *models.queries} - {test.model})
    if other := sorted(set(test.given) - set(may_read)):
        raise SettingsError(
            f"{test.name}.yaml gives {other[0]}, which {test.model} does not read. It reads "
            f"{', '.join(may_read)}."
        )
    built, datasets = models.inputs(test.model, test.given)
    if missing := [dataset for dataset in datasets if dataset not in test.given]:
        raise SettingsError(
            f"{test.name}.yaml lacks rows of {missing[0]}, which is read. Add `{missing[0]}: []` to "
            "`given` for none."
        )
    if not test.as_of and any(models.queries[name].find(exp.CurrentDate) for name in (*built, test.model)):
        raise SettingsError(
            f"{test.name}.yaml lacks the day of the data, which is read as current_date. Add `as_of: "
            "2026-03-31`."
        )


def _columns(test: ModelTest, contract: Contract) -> list[str]:
    """Return the compared columns: those of the expected rows, or all if no row is expected."""
    named = {name for row in test.expect for name in row}
    _require_names(f"{test.name}.yaml: expect", named, contract)
    return [name for name in contract.names if name not in STAMPS and (name in named or not named)]


def _built(test: ModelTest, models: SqlModels, contracts: Mapping[str, Contract]) -> pa.Table:
    """Return the rows of the model, typed and checked as those of a run."""
    contract, as_of = models.contracts[test.model], test.as_of or _ANY_DAY
    with TemporaryDirectory(prefix="headgate-test-") as folder:
        places = {name: Path(folder) / f"{name}.parquet" for name in test.given}
        for name, path in places.items():
            columns = [column for column in contracts[name].names if column not in STAMPS]
            table = _typed(f"{test.name}.yaml: {name}", contracts[name], test.given[name], columns)
            write_parquet(path, table.schema, table.to_batches())
        with local.opened({name: str(path) for name, path in places.items()}) as tables:
            given = {name: table for name, table in tables.items() if name in models.queries}
            frame = models.rows(
                test.model, {name: table for name, table in tables.items() if name not in given}, as_of, given
            )
            return rows_by_contract(contract, frame.assign(as_of=as_of, snapshot_id=""))


def _typed(place: str, contract: Contract, rows: Iterable[Row], columns: Collection[str]) -> pa.Table:
    """Return rows of texts in the types of a contract.

    A column that no row names is null, also where the contract requires it.
    """
    rows = [*rows]
    _require_names(place, {name for row in rows for name in row}, contract)
    schema = pa.schema(
        [field.with_nullable(nullable=True) for field in arrow_schema(contract) if field.name in columns]
    )
    return pa.table(
        [_column(place, field, [row.get(field.name) for row in rows]) for field in schema], schema=schema
    )


def _column(place: str, field: pa.Field, texts: list[str | None]) -> pa.Array:
    values = []
    for number, text in enumerate(texts, 1):
        try:
            values.append(pa.scalar(text, pa.string()).cast(field.type))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            raise SettingsError(
                f"{place}, row {number}: the value of {field.name} is no {field.type}. Write numbers as "
                "1.5, days as 2026-03-31."
            ) from None
    return pa.array([value.as_py() for value in values], field.type)


def _require_names(place: str, names: Collection[str], contract: Contract) -> None:
    if unknown := sorted(set(names) - set(contract.names)):
        near = difflib.get_close_matches(unknown[0], contract.names, n=1) or contract.names
        raise SettingsError(
            f"{place} has no column {unknown[0]} in its contract. Did you mean {' or '.join(near)}?"
        )


def _counted(rows: pa.Table) -> Counter[tuple[tuple[str, object], ...]]:
    """Return each different row with its number; doubles that agree to nine digits are equal."""
    return Counter(
        tuple(
            (name, float(f"{value:.9g}") if isinstance(value, float) else value)
            for name, value in row.items()
        )
        for row in rows.to_pylist()
    )
