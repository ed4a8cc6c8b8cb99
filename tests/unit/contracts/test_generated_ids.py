"""Only a key that can hold a generated id, computed from other columns, may be generated."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from headgate.contracts import odcs_reader
from headgate.contracts.difference import Breaks, differences
from headgate.contracts.generated_ids import PROPERTY
from headgate.contracts.odcs_writer import to_odcs
from headgate.errors import ContractError

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

pytestmark = pytest.mark.unit

SOURCE = Path(__file__).parents[3] / "headgate/domains/onboarding/contracts/source/customer_accounts.yaml"


def document() -> dict[str, Any]:
    return dict(yaml.safe_load(SOURCE.read_text(encoding="utf-8")))


def columns(of: dict[str, Any]) -> dict[str, Any]:
    return {column["name"]: column for column in of["schema"][0]["properties"]}


def customers(**changed: object) -> Contract:
    """Return the contract of customers, whose id has other fields."""
    stated = document()
    columns(stated)["customer_id"] |= changed
    return odcs_reader.parse(stated, "source")


def generated_from(*names: str) -> list[dict[str, object]]:
    return [{"property": PROPERTY, "value": [*names]}]


def test_what_is_read_is_written_again() -> None:
    contract = customers()
    assert contract.column("customer_id").generated_from == ("email",)
    assert odcs_reader.parse(to_odcs(contract), "source") == contract


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"customProperties": generated_from("mail")}, "mail is not another column"),
        ({"customProperties": generated_from("customer_id")}, "customer_id is not another column"),
        ({"customProperties": [{"property": PROPERTY, "value": "email"}]}, "State a list of columns"),
        ({"physicalType": "VARCHAR(20)"}, "cannot hold an id such as g-"),
        ({"physicalType": "BIGINT", "logicalTypeOptions": {}}, "cannot hold an id such as g-"),
        ({"logicalTypeOptions": {"pattern": "^C-[0-9]+$"}}, "cannot hold an id such as g-"),
        ({"primaryKey": False}, "only the column that is the key"),
    ],
)
def test_a_contract_whose_ids_could_not_be_generated_is_refused(changed: dict[str, object], why: str) -> None:
    with pytest.raises(ContractError, match=why):
        customers(**changed)


def test_a_masked_column_is_no_part_of_an_id() -> None:
    stated = document()
    columns(stated)["phone"]["customProperties"] = [{"property": "headgate.mask", "value": "free_text"}]
    columns(stated)["customer_id"]["customProperties"] = generated_from("phone")
    with pytest.raises(ContractError, match="phone is not another column, or is masked"):
        odcs_reader.parse(stated, "source")


def test_a_change_of_the_parts_gives_readers_other_ids() -> None:
    plain, by_email, by_name = (
        customers(customProperties=generated_from(*parts)) for parts in ((), ("email",), ("name",))
    )
    for old, new, breaks in (
        (plain, by_email, Breaks.NOBODY),
        (by_email, by_name, Breaks.READERS),
        (by_email, plain, Breaks.SENDERS),
    ):
        assert [change.breaks for change in differences(old, new)] == [breaks]
