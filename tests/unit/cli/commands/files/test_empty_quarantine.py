"""An empty list of the quarantine is a sentence and no empty table."""

from __future__ import annotations

import pytest

from headgate.cli.commands.files.quarantine import nothing_quarantined

pytestmark = pytest.mark.unit


def test_an_unknown_dataset_is_named_with_those_that_exist() -> None:
    assert (
        nothing_quarantined("nix", "", {"payments", "orders"})
        == "There is no dataset nix. There are: orders, payments."
    )
    assert nothing_quarantined("nix", "", set()) == "There is no dataset nix. There are: none."


def test_a_dataset_without_refused_rows_is_reported_as_such() -> None:
    assert nothing_quarantined("orders", "", {"orders"}) == "Nothing of orders is in quarantine."
    assert nothing_quarantined("", "type", {"orders"}) == "Nothing by the rule type is in quarantine."
    assert nothing_quarantined("", "", set()) == "Nothing is in quarantine."
