"""Great Expectations without its engines, its statistics and hashes of rows, its datasources and expectations
that no contract has, with cached configurations and quick identities of metrics.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

ENGINES = ("pyspark", "sqlalchemy", "psycopg2")
_DATASOURCES = ("invalid_datasource", "pandas_datasource")
_EXPECTATIONS = (
    "expect_column_pair_values_a_to_be_greater_than_b",
    "expect_column_pair_values_to_be_equal",
    "expect_column_value_lengths_to_be_between",
    "expect_column_values_to_be_between",
    "expect_column_values_to_be_in_set",
    "expect_column_values_to_be_of_type",
    "expect_column_values_to_be_unique",
    "expect_column_values_to_match_regex",
    "expect_column_values_to_not_be_in_set",
    "expect_column_values_to_not_be_null",
    "expect_compound_columns_to_be_unique",
    "expect_table_columns_to_match_set",
)
"""The expectations of the suites of contracts (`headgate.quality.suites`)."""


def _unused() -> tuple[str, ...]:
    """Return libraries for expectations about distributions, and modules of Great Expectations itself."""
    spec = find_spec("great_expectations")
    root = Path(spec.origin).parent if spec and spec.origin else Path()
    others = [
        f"great_expectations.{'.'.join(path.relative_to(root).with_suffix('').parts)}"
        for pattern in ("datasource/fluent/*_datasource.py", "expectations/core/expect_*.py")
        for path in sorted(root.glob(pattern))
        if path.stem not in {*_DATASOURCES, *_EXPECTATIONS}
    ]
    return ("altair", "scipy.stats", "great_expectations.datasource.fluent.fabric", *others)


UNUSED = _unused()
_kept_conversions: ContextVar[dict[int, tuple[Any, Any]] | None] = ContextVar(
    "kept_conversions", default=None
)


@contextmanager
def hidden_engines() -> Iterator[None]:
    """Hide `ENGINES` that are not loaded from the imports in the block.

    Great Expectations imports installed engines, which takes a fifth of its own import. The gate and the
    audits validate pandas objects only.
    """
    absent = [name for name in ENGINES if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]  # Python's mark of an absent module
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


class _UnusedModule(ModuleType):
    """A module in which each name is an empty class."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {"__module__": self.__name__})


@contextmanager
def replaced_libraries() -> Iterator[None]:
    """Replace `UNUSED` modules that are not loaded for the imports in the block.

    Great Expectations imports them at once, which takes more than half of its own import: it generates
    classes of each datasource and expectation.
    """
    absent = [name for name in UNUSED if name not in sys.modules]
    sys.modules.update({name: _UnusedModule(name) for name in absent})
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


with hidden_engines(), replaced_libraries():
    import great_expectations as gx
    import great_expectations.expectations as gxe
    from great_expectations.core.id_dict import IDDict
    from great_expectations.execution_engine import PandasExecutionEngine, pandas_execution_engine
    from great_expectations.expectations.expectation import ColumnMapExpectation, Expectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metrics import ColumnMapMetricProvider
    from great_expectations.expectations.metrics.map_metric_provider import column_condition_partial

# Smaller batches get a hash of all their rows, which is not used and takes a third of the validation of some
# hundred thousand rows.
pandas_execution_engine.HASH_THRESHOLD = 0

_JSON_TYPES = frozenset({str, int, bool, type(None)})
"""Of values that JSON has as they are; a float can be no number."""
_to_id = IDDict.to_id
_configuration = Expectation.configuration.fget
_expectation = ExpectationConfiguration.to_domain_obj
_resolved = PandasExecutionEngine.resolve_metrics


@contextmanager
def cached_configurations() -> Iterator[None]:
    """Cache the configurations of expectations, and expectations of configurations, in a block.

    The block must not change them. Great Expectations serializes an expectation each time it reads an
    argument, about 80 times per validation, and creates one of its configuration for each metric that it
    depends on: more than half of the validation of a small table.
    """
    token = _kept_conversions.set({})
    try:
        yield
    finally:
        _kept_conversions.reset(token)


def _once(source: Any, convert: Callable[[Any], Any]) -> Any:  # noqa: ANN401 Great Expectations ships no types
    kept = _kept_conversions.get()
    if kept is None:
        return convert(source)
    # The source is kept too, because another object could get the id of a deleted one.
    if id(source) not in kept:
        kept[id(source)] = source, convert(source)
    return kept[id(source)][1]


@cache
def expectation_of(rule: str, holds: Callable[[str], bool]) -> type[Any]:
    """Return an expectation for which Great Expectations has none: that each text of a column `holds`.

    A column without a value holds it. The library registers an expectation and its metric by their names, so
    each is made once in a process.
    """
    metric = f"column_values.{rule}"

    @column_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator] # the library ships no types
    def condition(_: object, column: Any, **_options: Any) -> Any:  # noqa: ANN401 a pandas Series
        return column.map(holds)

    type(
        f"ColumnValues{rule.title()}",
        (ColumnMapMetricProvider,),
        {"condition_metric_name": metric, "_pandas": condition},
    )
    return type(
        f"ExpectColumnValuesToBe{rule.title().replace('_', '')}",
        (ColumnMapExpectation,),
        {
            "__module__": __name__,
            "__doc__": f"Expect texts that hold the rule {rule}.",
            "map_metric": metric,
            "success_keys": ("mostly",),
        },
    )


def _id_of(
    kwargs: IDDict, id_keys: Iterable[str] | None = None, id_ignore_keys: Iterable[str] | None = None
) -> Any:  # noqa: ANN401 as above
    """Return the identity of a metric's arguments, which is that of Great Expectations.

    Great Expectations compares the type of each value with many others before it finds that JSON has it, a
    quarter of the validation of a small table.
    """
    is_whole = id_keys is None and id_ignore_keys is None and not kwargs._id_ignore_keys  # noqa: SLF001 there is no public access
    if is_whole and len(kwargs) > 1 and _JSON_TYPES.issuperset(map(type, kwargs.values())):
        text = json.dumps(kwargs, sort_keys=True)
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return _to_id(kwargs, id_keys, id_ignore_keys)


def _resolved_once(engine: Any, metrics_to_resolve: Any, *others: Any, **options: Any) -> Any:  # noqa: ANN401 as above
    """Resolve metrics as Great Expectations does, but the types of a table's columns once per validation.

    It asks for them twice for each column.
    """
    if [metric.metric_name for metric in metrics_to_resolve] != ["table.column_types"] or others or options:
        return _resolved(engine, metrics_to_resolve, *others, **options)
    return _once(engine, lambda _: _resolved(engine, metrics_to_resolve))


IDDict.to_id = _id_of
PandasExecutionEngine.resolve_metrics = _resolved_once
Expectation.configuration = property(lambda expectation: _once(expectation, _configuration))
ExpectationConfiguration.to_domain_obj = lambda configuration: _once(configuration, _expectation)

__all__ = [
    "IDDict",
    "cached_configurations",
    "expectation_of",
    "gx",
    "gxe",
    "hidden_engines",
    "replaced_libraries",
]
