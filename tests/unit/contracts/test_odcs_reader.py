"""A contract is read from ODCS exactly as it is written, or refused with the reason."""

from __future__ import annotations

import json
from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts import odcs_reader
from headgate.contracts.model import Column, ColumnType, Comparison, Contract, Kind, Level, Mask, Rule
from headgate.contracts.registry import Registry, folders
from headgate.contracts.types import arrow_schema, arrow_type, glue_columns, glue_type, parse_physical_type
from headgate.domains.retail import SYSTEMS
from headgate.errors import ContractError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

DOCUMENT: dict[str, Any] = {
    "apiVersion": "v3.1.0",
    "kind": "DataContract",
    "id": "headgate.source.orders",
    "version": "1.2.0",
    "schema": [
        {
            "name": "orders",
            "description": "Orders",
            "dataGranularityDescription": "One row per order",
            "customProperties": [
                {"property": "headgate.orderBy", "value": ["updated_at"]},
                {"property": "headgate.system", "value": "retail-copilot"},
            ],
            "quality": [
                {
                    "name": "shipped_after_ordered",
                    "type": "custom",
                    "engine": "headgate",
                    "severity": "warning",
                    "implementation": {"left": "shipped_at", "operator": ">=", "right": "updated_at"},
                }
            ],
            "properties": [
                {"name": "line", "physicalType": "INT", "primaryKey": True, "primaryKeyPosition": 2},
                {
                    "name": "order_id",
                    "physicalType": "varchar(20)",
                    "primaryKey": True,
                    "primaryKeyPosition": 1,
                    "required": True,
                },
                {
                    "name": "total",
                    "physicalType": "DECIMAL(12, 2)",
                    "logicalTypeOptions": {"minimum": 0, "exclusiveMaximum": 100},
                    "customProperties": [
                        {"property": "headgate.unit", "value": "GBP"},
                        {"property": "headgate.addsUp", "value": False},
                    ],
                },
                {
                    "name": "status",
                    "physicalType": "TEXT",
                    "logicalTypeOptions": {"pattern": "^[a-z]+$"},
                    "quality": [
                        {
                            "metric": "invalidValues",
                            "arguments": {"validValues": ["open", "NA"]},
                            "mustBe": 0,
                            "severity": "critical",
                        }
                    ],
                },
                {
                    "name": "card_number",
                    "physicalType": "CHAR(19)",
                    "customProperties": [{"property": "headgate.mask", "value": "pan"}],
                },
                {
                    "name": "customer_id",
                    "physicalType": "BIGINT",
                    "relationships": [{"type": "foreignKey", "to": "customers.customer_id"}],
                },
                {"name": "shipped_at", "physicalType": "DATETIME"},
                {"name": "updated_at", "physicalType": "TIMESTAMP", "required": True},
            ],
        }
    ],
}


def changed(*path: str | int, to: object) -> dict[str, Any]:
    """The document with one place changed."""
    document = deepcopy(DOCUMENT)
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return document


MALFORMED: list[Any] = [
    "warning",
    None,
    ["required"],
    1,
    {"required": ["warning"]},
    {"required": None},
    {None: "warning"},
    {1: "error"},
]


def levels(column: int, severities: object) -> dict[str, Any]:
    """The document with severities for rules of a column."""
    return changed(
        "schema",
        0,
        "properties",
        column,
        "customProperties",
        to=[{"property": "headgate.severity", "value": severities}],
    )


def test_every_rule_of_a_column_has_the_level_that_the_contract_gives_it() -> None:
    total = odcs_reader.parse(
        levels(2, {"minimum": "warning", "exclusiveMaximum": "critical"}), zone="source"
    ).column("total")
    assert total.rules == (Rule("minimum", 0, Level.WARN), Rule("exclusive_maximum", 100, Level.HALT))
    order_id = odcs_reader.parse(
        levels(1, {"required": "critical", "maxLength": "warning"}), zone="source"
    ).column("order_id")
    assert order_id.rules == (Rule("required", level=Level.HALT), Rule("max_length", 20, Level.WARN))
    assert order_id.required


def test_a_value_whose_absence_only_warns_may_be_missing() -> None:
    document = levels(2, {"required": "warning"})
    document["schema"][0]["properties"][2]["required"] = True
    total = odcs_reader.parse(document, zone="source").column("total")
    assert Rule("required", level=Level.WARN) in total.rules
    assert not total.required


def test_everything_that_the_document_says_is_read() -> None:
    contract = odcs_reader.parse(DOCUMENT, zone="source")
    assert (contract.id, contract.dataset, contract.zone, contract.version) == (
        "headgate.source.orders",
        "orders",
        "source",
        "1.2.0",
    )
    assert (contract.key, contract.order_by, contract.system) == (
        ("order_id", "line"),
        ("updated_at",),
        "retail-copilot",
    )
    assert contract.column("total") == Column(
        "total",
        ColumnType(Kind.DECIMAL, precision=12, scale=2),
        rules=(Rule("minimum", 0), Rule("exclusive_maximum", 100)),
        unit="GBP",
        adds_up=False,
    )
    assert contract.column("order_id").rules == (Rule("required"), Rule("max_length", 20))
    assert contract.column("line").required
    assert contract.column("status").rules == (
        Rule("pattern", "^[a-z]+$"),
        Rule("valid_values", ("open", "NA"), Level.HALT),
    )
    assert contract.column("card_number").mask is Mask.PAN
    assert contract.column("customer_id").references == "customers.customer_id"
    assert contract.comparisons == (
        Comparison("shipped_after_ordered", "shipped_at", ">=", "updated_at", level=Level.WARN),
    )
    assert [column.name for column in contract.sensitive] == ["card_number"]


@pytest.mark.parametrize(
    ("document", "reported"),
    [
        (changed("kind", to="Table"), "not an ODCS v3 DataContract"),
        (changed("apiVersion", to="v2.2.2"), "not an ODCS v3 DataContract"),
        (changed("schema", to=[]), "describes one table; found 0"),
        (changed("schema", to=DOCUMENT["schema"] * 2), "describes one table; found 2"),
        (
            changed("schema", 0, "properties", 0, "physicalType", to="FLOAT"),
            "physicalType 'FLOAT' is not supported",
        ),
        (changed("schema", 0, "properties", 0, "name", to="order_id"), "declared twice: order_id"),
        (
            changed("schema", 0, "customProperties", 0, "value", to=["changed_at"]),
            "does not declare: changed_at",
        ),
        (
            changed("schema", 0, "quality", 0, "implementation", "left", to="sent_at"),
            "does not declare: sent_at",
        ),
        (
            changed("schema", 0, "quality", 0, "implementation", "operator", to="~"),
            "'shipped_after_ordered' needs engine headgate",
        ),
        (
            changed("schema", 0, "quality", 0, "engine", to="soda"),
            "'shipped_after_ordered' needs engine headgate",
        ),
        (changed("schema", 0, "quality", 0, "implementation", "value", to=0), "either right or value"),
        (
            changed("schema", 0, "properties", 3, "quality", 0, "metric", to="rowCount"),
            "status: the only quality check",
        ),
        (
            changed("schema", 0, "properties", 3, "quality", 0, "mustBe", to=1),
            "status: the only quality check",
        ),
        (
            changed("schema", 0, "properties", 3, "quality", 0, "arguments", to={}),
            "status: the only quality check",
        ),
        (
            changed("schema", 0, "properties", 4, "customProperties", to=[]),
            "card_number: the name says that it holds sensitive data, .* headgate.mask: pan",
        ),
        (
            changed("schema", 0, "properties", 2, "name", to="CVV Code"),
            "CVV Code: the name says that it holds sensitive data, .* headgate.mask: cvv",
        ),
        (levels(1, {"required": "warning"}), "order_id: a key cannot be missing"),
        (
            levels(2, {"pattern": "warning"}),
            "total: headgate.severity .* give each of the column's own required, minimum",
        ),
        *(
            (
                levels(1, malformed),
                "order_id: headgate.severity cannot be read. Remedy: as in {required: warning}",
            )
            for malformed in MALFORMED
        ),
        (levels(2, {"minimum": "warn"}), "one of warning, error, critical"),
        (levels(3, {"valid_values": "warning"}), "status: headgate.severity"),
        (
            changed("schema", 0, "properties", 3, "logicalTypeOptions", to={"pattern": "("}),
            "status: the pattern does not mean the same",
        ),
        (
            changed("schema", 0, "properties", 3, "logicalTypeOptions", to={"pattern": "a(?=b)"}),
            "status: the pattern does not mean the same",
        ),
        (
            changed("schema", 0, "properties", 3, "logicalTypeOptions", to={"pattern": r"^\p{L}+$"}),
            "status: the pattern does not mean the same",
        ),
        (
            changed("schema", 0, "properties", 3, "logicalTypeOptions", to={"pattern": "^[[:alpha:]]$"}),
            "status: the pattern does not mean the same",
        ),
        ("just words", "the document is not a mapping"),
        (None, "the document is not a mapping"),
        (
            changed("schema", 0, "properties", 4, "customProperties", 0, "value", to="pam"),
            "headgate.mask is 'pam'. It must be one of pan, cvv",
        ),
        (
            changed("schema", 0, "properties", 4, "customProperties", 0, "value", to=["pan"]),
            "It must be one of pan, cvv",
        ),
        (
            changed("schema", 0, "properties", 4, "customProperties", 0, "value", to="verdicts"),
            "no contract declares it",
        ),
        (
            changed("schema", 0, "properties", 2, "customProperties", 1, "value", to="no"),
            "headgate.addsUp is 'no'. State false, or remove the property",
        ),
    ],
)
def test_a_contract_that_cannot_be_kept_is_refused_with_the_reason(
    document: dict[str, Any], reported: str
) -> None:
    with pytest.raises(ContractError, match=reported):
        odcs_reader.parse(document, zone="source")


@pytest.mark.parametrize(
    "name",
    ["../../etc", "Re turns", "Orders", "2024", "_orders", "orders\n", "", "orders/x", "größen", None, 7],
)
def test_a_dataset_is_called_what_can_be_a_folder_and_a_table(name: object) -> None:
    with pytest.raises(
        ContractError, match=r"headgate.source.orders: the dataset's name .* Remedy: .* order_items"
    ):
        odcs_reader.parse(changed("schema", 0, "name", to=name), zone="source")


def test_a_column_may_state_that_it_holds_no_card_data() -> None:
    stated = changed("schema", 0, "properties", 4, "customProperties", 0, "value", to="none")
    column = odcs_reader.parse(stated, zone="source").column("card_number")
    assert (column.mask, column.unmasked) == (None, True)


def test_asking_for_a_column_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ContractError, match="no column nonesuch"):
        odcs_reader.parse(DOCUMENT, zone="source").column("nonesuch")


def test_yaml_and_json_say_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "a.yaml").write_text(yaml.safe_dump(DOCUMENT))
    (folder / "b.json").write_text(json.dumps(DOCUMENT))
    assert (
        odcs_reader.load(folder / "a.yaml")
        == odcs_reader.load(folder / "b.json")
        == odcs_reader.parse(DOCUMENT, zone="source")
    )


@pytest.mark.parametrize(
    ("text", "kind", "arrow", "glue"),
    [
        ("VARCHAR(20)", ColumnType(Kind.STRING, length=20), pa.string(), "string"),
        ("CHAR(3)", ColumnType(Kind.STRING, length=3), pa.string(), "string"),
        ("text", ColumnType(Kind.STRING), pa.string(), "string"),
        (
            "DECIMAL(38,10)",
            ColumnType(Kind.DECIMAL, precision=38, scale=10),
            pa.decimal128(38, 10),
            "decimal(38,10)",
        ),
        ("SMALLINT", ColumnType(Kind.SMALLINT), pa.int16(), "smallint"),
        ("INTEGER", ColumnType(Kind.INTEGER), pa.int32(), "int"),
        ("BIGINT", ColumnType(Kind.BIGINT), pa.int64(), "bigint"),
        ("DOUBLE", ColumnType(Kind.DOUBLE), pa.float64(), "double"),
        ("BOOLEAN", ColumnType(Kind.BOOLEAN), pa.bool_(), "boolean"),
        ("DATE", ColumnType(Kind.DATE), pa.date32(), "date"),
        ("DATETIME", ColumnType(Kind.TIMESTAMP), pa.timestamp("us"), "timestamp"),
        ("string", ColumnType(Kind.STRING), pa.string(), "string"),
    ],
)
def test_every_type_has_one_exact_arrow_and_glue_type(
    text: str, kind: ColumnType, arrow: pa.DataType, glue: str
) -> None:
    assert parse_physical_type(text) == kind
    assert (arrow_type(kind), glue_type(kind)) == (arrow, glue)


@given(
    text=st.sampled_from(["DECIMAL", "VARCHAR(x)", "FLOAT", "INT UNSIGNED", "TIMESTAMPTZ", "ENUM('a')"])
    | st.text(max_size=6)
)
def test_a_type_is_read_exactly_or_refused(text: str) -> None:
    try:
        found = parse_physical_type(text)
    except ContractError:
        return
    assert arrow_type(found) is not None


def test_arrow_and_glue_columns_follow_the_contract() -> None:
    contract = Contract(
        "a",
        "a",
        "prod",
        "1",
        (
            Column("n", ColumnType(Kind.INTEGER), "x" * 300, required=True),
            Column("s", ColumnType(Kind.STRING)),
        ),
    )
    assert arrow_schema(contract) == pa.schema(
        [pa.field("n", pa.int32(), nullable=False), pa.field("s", pa.string())]
    )
    assert glue_columns(contract) == [
        {"Name": "n", "Type": "int", "Comment": "x" * 255},
        {"Name": "s", "Type": "string", "Comment": ""},
    ]


def test_every_contract_of_the_lake_can_be_read_and_is_complete() -> None:
    registry = Registry.load()
    for contract in [
        *registry.source.values(),
        *registry.curated.values(),
        *registry.prod.values(),
        *registry.lake.values(),
    ]:
        assert contract.key, contract.id
        assert contract.grain, contract.id
        assert all(column.description for column in contract.columns), contract.id


def test_every_file_is_named_for_its_table() -> None:
    for path in [
        path
        for zone in ("source", "prod", "lake")
        for folder in folders(zone)
        for path in folder.glob("*.yaml")
    ]:
        assert odcs_reader.load(path).dataset == path.stem
        assert odcs_reader.load(path).id == f"headgate.{path.parent.name}.{path.stem}"


def test_prod_tables_belong_to_a_system_and_say_what_they_were_built_from() -> None:
    for contract in Registry.load().prod.values():
        assert contract.system in SYSTEMS, contract.id
        assert contract.names[-2:] == ("as_of", "snapshot_id"), contract.id
        assert contract.column("as_of").required, contract.id
        assert contract.column("snapshot_id").required, contract.id


def test_foreign_keys_point_at_keys_that_exist() -> None:
    source = Registry.load().source
    for contract in source.values():
        for column in contract.columns:
            if column.references:
                dataset, _, name = column.references.partition(".")
                assert source[dataset].key == (name,), (contract.id, column.name)


def places(node: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401 a document's node
    """Where a document says something."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [at, *(place for name, value in inner for place in places(value, (*at, name)))]


ODD = [None, "", "x", 0, -1, 1.5, float("inf"), True, [], [None], {}, {"a": None}, "\ud800", "(" * 5000]


@given(st.sampled_from(places(DOCUMENT)[1:]), st.sampled_from([*ODD, "left out"]))
def test_a_document_of_any_shape_is_a_contract_or_an_error(place: tuple[Any, ...], odd: object) -> None:
    document = deepcopy(DOCUMENT)
    node: Any = document
    for name in place[:-1]:
        node = node[name]
    if odd == "left out":
        del node[place[-1]]
    else:
        node[place[-1]] = odd
    with suppress(ContractError):
        assert odcs_reader.parse(document, zone="source").columns


def test_an_unknown_severity_is_an_error_with_those_that_exist() -> None:
    document = deepcopy(DOCUMENT)
    document["schema"][0]["quality"][0]["severity"] = "warn"
    with pytest.raises(ContractError, match=r"severity: 'warn' is none of warning, error, critical"):
        odcs_reader.parse(document, zone="source")


def test_a_deeply_nested_document_is_a_contract_error(tmp_path: Path) -> None:
    path = tmp_path / "orders.yaml"
    path.write_text("schema: " + "[" * 20_000, encoding="utf-8")
    with pytest.raises(ContractError, match=r"orders\.yaml.*nested too deeply"):
        odcs_reader.load(path)


@pytest.mark.parametrize(
    ("option", "remedy"),
    [("patern", "did you mean pattern?"), ("maxlength", "did you mean maxLength?"), ("checksum", "")],
)
def test_a_misspelt_rule_is_an_error_and_does_not_check_nothing(option: str, remedy: str) -> None:
    document = deepcopy(DOCUMENT)
    column = document["schema"][0]["properties"][0]
    column["logicalTypeOptions"] = {option: "x"}
    with pytest.raises(
        ContractError, match=rf"logicalTypeOptions has no option {option}, so it would check nothing"
    ) as refused:
        odcs_reader.parse(document, zone="source")
    assert remedy in str(refused.value)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("requierd", True, r"orders\.line: there is no field requierd\. Did you mean required\?"),
        ("physicalType", "TIMESTMP", r"orders\.line: physicalType 'TIMESTMP' is not supported"),
    ],
)
def test_a_misspelt_field_or_type_is_named_with_its_column(field: str, value: object, message: str) -> None:
    document = deepcopy(DOCUMENT)
    document["schema"][0]["properties"][0][field] = value
    with pytest.raises(ContractError, match=message):
        odcs_reader.parse(document, "source")


def test_a_field_of_another_tool_is_left_alone() -> None:
    document = deepcopy(DOCUMENT)
    document["schema"][0]["properties"][0]["x-owner"] = "sales"
    assert odcs_reader.parse(document, "source").names[0] == "line"


def test_a_contract_of_a_folder_that_is_no_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "orders.yaml").write_text("a: [1\nb")
    with pytest.raises(ContractError, match=r"orders\.yaml is neither YAML nor JSON \(line \d\)"):
        odcs_reader.load_all(tmp_path)


@pytest.mark.parametrize("ending", ["yaml", "json"])
def test_two_files_of_a_folder_with_one_dataset_are_an_error_that_names_both(
    tmp_path: Path, ending: str
) -> None:
    (tmp_path / "orders.yaml").write_text(json.dumps(DOCUMENT))
    (tmp_path / f"orders_old.{ending}").write_text(json.dumps(DOCUMENT))
    with pytest.raises(
        ContractError, match=rf"orders\.yaml and orders_old\.{ending} are both contracts of orders\. Remove"
    ):
        odcs_reader.load_all(tmp_path)
