"""An expectation computes its configuration once in a question, a configuration its expectation, and the
answers and the identities of metrics are the same.
"""

from __future__ import annotations

from datetime import date
from threading import Thread
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import Column, ColumnType, Contract, Kind, Rule
from headgate.quality import expectation_library
from headgate.quality.expectation_library import IDDict, cached_configurations, gxe
from headgate.quality.validation import ValidationRun

if TYPE_CHECKING:
    from headgate.quality.validation import Answers

pytestmark = [
    pytest.mark.integration,
    # Great Expectations imports modules that Python has deprecated.
    pytest.mark.filterwarnings("ignore:module 'sre_.*' is deprecated:DeprecationWarning"),
]

CONTRACT = Contract(
    id="headgate.curated.lines",
    dataset="lines",
    zone="curated",
    version="1.0.0",
    key=("number",),
    columns=(
        Column("number", ColumnType(Kind.BIGINT), required=True, rules=(Rule("minimum", 1),)),
        Column("code", ColumnType(Kind.STRING), rules=(Rule("pattern", "^[A-Z]+$"), Rule("max_length", 2))),
    ),
)


def answers(numbers: list[int | None], codes: list[str]) -> Answers:
    rows = pa.table({"number": pa.array(numbers, pa.int64()), "code": codes})
    return ValidationRun(date.min).ask_table(CONTRACT, rows)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates()


@given(st.dictionaries(st.text(), SCALARS | st.lists(SCALARS) | st.sets(st.booleans())))
def test_the_identity_of_a_metric_is_that_of_great_expectations(arguments: dict[str, Any]) -> None:
    assert IDDict(arguments).to_id() == expectation_library._to_id(IDDict(arguments))
    some = set(list(arguments)[:2])
    chosen, original = IDDict(arguments), expectation_library._to_id
    assert chosen.to_id(id_keys=some) == original(chosen, id_keys=some)
    assert chosen.to_id(id_ignore_keys=some) == original(chosen, id_ignore_keys=some)


def test_a_configuration_is_the_same_object_in_a_block_and_a_new_one_outside() -> None:
    expectation = gxe.ExpectColumnValuesToNotBeNull(column="number")
    with cached_configurations():
        first = expectation.configuration
        assert expectation.configuration is first
    assert expectation.configuration is not first
    assert expectation.configuration == first


def test_an_expectation_of_a_configuration_is_the_same_object_in_a_block_only() -> None:
    configuration = gxe.ExpectColumnValuesToNotBeNull(column="number").configuration
    with cached_configurations():
        first = configuration.to_domain_obj()
        assert configuration.to_domain_obj() is first
    assert configuration.to_domain_obj() is not first
    assert configuration.to_domain_obj() == first


def test_a_changed_expectation_has_its_new_configuration_in_the_next_block() -> None:
    expectation = gxe.ExpectColumnValuesToNotBeNull(column="number")
    with cached_configurations():
        assert expectation.configuration.kwargs["column"] == "number"
    expectation.column = "code"
    with cached_configurations():
        assert expectation.configuration.kwargs["column"] == "code"


def test_a_block_keeps_nothing_for_another_thread() -> None:
    expectation, seen = gxe.ExpectColumnValuesToNotBeNull(column="number"), []
    with cached_configurations():
        first = expectation.configuration
        thread = Thread(target=lambda: seen.append(expectation.configuration))
        thread.start()
        thread.join()
    assert seen[0] is not first


@pytest.mark.parametrize(
    ("numbers", "codes", "passes"),
    [([1, 2], ["A", "BC"], True), ([1, 1, None, 0], ["A", "b", "ABC", "A"], False)],
)
def test_answers_are_those_of_great_expectations_with_its_own_configurations_and_hashes(
    numbers: list[int | None], codes: list[str], passes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = answers(numbers, codes)
    assert kept.passed is passes

    def compute(expectation: Any) -> Any:  # noqa: ANN401 Great Expectations ships no types
        return expectation_library._configuration(expectation)

    monkeypatch.setattr(expectation_library.Expectation, "configuration", property(compute))
    own = expectation_library._expectation
    monkeypatch.setattr(expectation_library.ExpectationConfiguration, "to_domain_obj", own)
    monkeypatch.setattr(expectation_library.pandas_execution_engine, "HASH_THRESHOLD", 10**9)
    assert answers(numbers, codes) == kept


def test_the_types_of_columns_are_asked_for_once_in_a_validation(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, resolved = [], expectation_library._resolved

    def counted(engine: Any, metrics_to_resolve: Any, *others: Any, **options: Any) -> Any:  # noqa: ANN401 as the library
        if not (others or options):
            asked.extend(metric.metric_name for metric in metrics_to_resolve)
        return resolved(engine, metrics_to_resolve, *others, **options)

    monkeypatch.setattr(expectation_library, "_resolved", counted)
    assert answers([1, 2], ["A", "B"]).passed
    assert not answers([0, 2], ["A", "B"]).passed
    assert asked == ["table.column_types"] * 3  # a failure is validated twice
