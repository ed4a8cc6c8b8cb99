"""Great Expectations accepts the suite of every contract.

It takes seconds per dozen contracts, so this is no unit test.
"""

from __future__ import annotations

from datetime import date

import pytest

from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema
from headgate.quality.validation import ValidationRun

pytestmark = [
    pytest.mark.integration,
    # Great Expectations imports modules that Python has deprecated.
    pytest.mark.filterwarnings("ignore:module 'sre_.*' is deprecated:DeprecationWarning"),
]


def test_every_contract_of_the_lake_has_a_suite() -> None:
    registry = Registry.load()
    for contract in [*registry.curated.values(), *registry.lake.values(), *registry.prod.values()]:
        assert ValidationRun(date.min).check(contract, arrow_schema(contract).empty_table()).passed, (
            contract.id
        )
