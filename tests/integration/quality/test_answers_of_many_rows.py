"""Many rows are asked about in narrow parts: if all hold, the answers are those of the complete suite."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema
from headgate.quality.narrow_parts import has_types_of
from headgate.quality.validation import ValidationRun, passed_answers

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

pytestmark = [
    pytest.mark.integration,
    # Great Expectations imports modules that Python has deprecated.
    pytest.mark.filterwarnings("ignore:module 'sre_.*' is deprecated:DeprecationWarning"),
]

RUN = ValidationRun(date(2024, 1, 1))
REGISTRY = Registry.load()


@pytest.mark.parametrize(
    "contract", [*REGISTRY.curated.values(), *REGISTRY.prod.values()], ids=lambda contract: contract.dataset
)
def test_answers_that_all_rules_hold_are_those_of_great_expectations(contract: Contract) -> None:
    """Answers of batches are merged place by place, so both have one order."""
    answers = RUN.ask_table(contract, arrow_schema(contract).empty_table())
    assert list(answers.rules) == passed_answers(contract)


def test_rows_with_a_column_twice_are_asked_about_completely() -> None:
    contract = REGISTRY.curated["regions"]
    schema = arrow_schema(contract)
    assert has_types_of(contract, schema)
    assert not has_types_of(contract, pa.schema([*schema, schema.field(0)]))
