"""Facts of a file in a span."""

from __future__ import annotations

import pytest

from headgate.aws.traces import facts_of_file
from headgate.lake.ports import FileRecord
from headgate.lake.states import FileState

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("contract", "dataset"), [("payments/1.0.0", "payments"), ("", "")])
def test_a_dataset_is_in_a_span_only_if_it_is_one_of_the_lake(contract: str, dataset: str) -> None:
    """The first folder of a key is a text of the sender."""
    record = FileRecord("f", "raw", "payments/x.csv", "v", "payments", FileState.DONE, contract=contract)
    assert facts_of_file(record)["headgate.dataset"] == dataset
