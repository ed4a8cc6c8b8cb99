"""A changed source is reported before it is read, and the contract says what happens then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import ContractError
from headgate.export.mysql.mysql_types import arrow_type_of
from headgate.export.planning.schema_drift import (
    SchemaAction,
    SchemaChange,
    SchemaChangedError,
    columns_to_export,
    schema_differences,
    schema_policy,
)
from headgate.export.server.source_tables import SourceColumn, SourceTable

pytestmark = pytest.mark.unit

DECLARED = (
    Column("id", ColumnType(Kind.BIGINT)),
    Column("name", ColumnType(Kind.STRING, length=20)),
    Column("price", ColumnType(Kind.DECIMAL, precision=12, scale=2)),
    Column("paid", ColumnType(Kind.BOOLEAN)),
)
SAME = (
    SourceColumn("id", "int", "int(11)", nullable=False),
    SourceColumn("name", "varchar", "varchar(20)", nullable=True, charset="utf8mb4", max_bytes=80),
    SourceColumn("price", "decimal", "decimal(12,2)", nullable=True, precision=12, scale=2),
    SourceColumn("paid", "tinyint", "tinyint(1)", nullable=True),
)


def contract(policy: object = None, may_be_absent: object = None) -> Contract:
    properties = {"headgate.schemaPolicy": policy, "headgate.mayBeAbsent": may_be_absent}
    declared = {name: value for name, value in properties.items() if value}
    return Contract("shop.sales", "sales", "source", "1.0.0", DECLARED, key=("id",), properties=declared)


def found(*columns: SourceColumn) -> dict[str, SchemaChange]:
    return {
        item.column: item.change
        for item in schema_differences(SourceTable("sales", "InnoDB", columns), contract(), arrow_type_of)
    }


def exported(*columns: SourceColumn, policy: object = None, may_be_absent: object = None) -> tuple[str, ...]:
    table, rules = SourceTable("sales", "InnoDB", columns), contract(policy, may_be_absent)
    return columns_to_export(table, rules, schema_differences(table, rules, arrow_type_of))


WIDER = SourceColumn("price", "decimal", "decimal(20,4)", nullable=True, precision=20, scale=4)
LONGER = SourceColumn("name", "varchar", "varchar(50)", nullable=True)
OTHER = SourceColumn("price", "datetime", "datetime", nullable=True)
NEW = SourceColumn("secret", "text", "text", nullable=True)
RENAMED = SourceColumn("label", "varchar", "varchar(20)", nullable=True)


def test_what_fits_the_contract_is_no_difference() -> None:
    assert found(*SAME) == {}


def test_each_kind_of_change_is_distinguished() -> None:
    assert found(*SAME, NEW) == {"secret": SchemaChange.ADDED}
    assert found(*SAME[:3]) == {"paid": SchemaChange.MISSING}
    assert found(SAME[0], LONGER, WIDER, SAME[3]) == {
        "name": SchemaChange.WIDENED,
        "price": SchemaChange.WIDENED,
    }
    assert found(SAME[0], SAME[1], OTHER, SAME[3]) == {"price": SchemaChange.CHANGED}
    assert found(SAME[0], RENAMED, *SAME[2:]) == {"name": SchemaChange.RENAMED}


def test_a_new_column_stays_out_until_the_contract_knows_it() -> None:
    assert exported(*SAME, NEW) == ("id", "name", "price", "paid")
    assert exported(*SAME, NEW, policy={"added": "export"})[-1] == "secret"
    with pytest.raises(SchemaChangedError, match="secret text is not in the contract"):
        exported(*SAME, NEW, policy={"added": "stop"})


def test_missing_renamed_and_changed_columns_stop_unless_the_contract_says_otherwise() -> None:
    for columns in (SAME[:3], (SAME[0], RENAMED, *SAME[2:]), (SAME[0], SAME[1], OTHER, SAME[3])):
        with pytest.raises(SchemaChangedError, match=r"sales differs from contract shop.sales 1.0.0"):
            exported(*columns)
    assert exported(*SAME[:3], policy={"missing": "export"}) == ("id", "name", "price")


def test_without_a_contract_everything_is_exported() -> None:
    assert columns_to_export(SourceTable("sales", "InnoDB", (*SAME, NEW)), None, ()) == (
        "id",
        "name",
        "price",
        "paid",
        "secret",
    )


def test_an_unknown_policy_is_refused() -> None:
    assert schema_policy(contract({"added": "stop"}))[SchemaChange.ADDED] is SchemaAction.STOP
    for wrong in ({"added": "perhaps"}, {"grown": "stop"}, "stop"):
        with pytest.raises(ContractError, match=r"headgate\.schemaPolicy"):
            schema_policy(contract(wrong))


def test_a_column_that_may_be_absent_stops_no_export_and_is_a_difference() -> None:
    """A shop's database has no phone numbers: the contract's new optional column does not end its exports."""
    assert exported(*SAME[:3], may_be_absent=["paid"]) == ("id", "name", "price")
    rules = contract(may_be_absent=["paid"])
    (difference,) = schema_differences(SourceTable("sales", "InnoDB", SAME[:3]), rules, arrow_type_of)
    assert (difference.change, difference.column) == (SchemaChange.MISSING, "paid")


def test_a_column_that_may_be_absent_is_exported_where_it_is() -> None:
    assert exported(*SAME, may_be_absent=["paid"]) == ("id", "name", "price", "paid")


def test_a_column_that_may_be_absent_is_reported_with_the_name_that_the_source_may_have_for_it() -> None:
    """A renamed column would be null from then on, and the certificate said only that it is missing."""
    rules = contract(may_be_absent=["paid"])
    rules = replace(rules, properties={**rules.properties, "headgate.aliases": {"paid": ["Is settled"]}})
    settled = SourceColumn("is_settled", "tinyint", "tinyint(1)", nullable=True)
    differences = schema_differences(
        SourceTable("sales", "InnoDB", (*SAME[:3], settled)), rules, arrow_type_of
    )
    assert [(item.change, item.description) for item in differences] == [
        (SchemaChange.ADDED, "is_settled tinyint(1) is not in the contract"),
        (SchemaChange.MISSING, "paid is not at the source; is_settled may be its name there"),
    ]


def test_another_missing_column_stops_as_before() -> None:
    with pytest.raises(SchemaChangedError, match="price is not at the source"):
        exported(SAME[0], SAME[1], may_be_absent=["paid"])


def test_a_new_column_at_the_place_of_one_that_may_be_absent_is_no_other_name_of_it() -> None:
    assert exported(SAME[0], RENAMED, *SAME[2:], may_be_absent=["name"]) == ("id", "price", "paid")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("paid", "not a list"),
        (["colour"], "not a list of its columns"),
        (["id"], "names id, which is required"),
    ],
)
def test_only_optional_columns_may_be_absent(names: object, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        exported(*SAME, may_be_absent=names)
