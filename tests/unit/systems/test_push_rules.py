"""Which edits a push brings to a lake, and which need a deployment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.analytics_blocks import DECLARED_IN
from headgate.contracts.curated import curated_contract
from headgate.contracts.model import Column, ColumnType, Content, Contract, Kind, Level, Mask, Rule
from headgate.contracts.no_cards import NoCards
from headgate.contracts.registry import Registry, own_model
from headgate.contracts.stored_rows_effect import stored_rows_effects
from headgate.systems.push_rules import (
    changed_files,
    definition_files,
    refused_contracts,
    refused_files,
    refused_models,
)
from headgate.systems.sql_models import SqlModels, sql_models

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.unit

DATASETS, TABLES = ("sales", "shops", "people"), ("totals", "daily", "best")
CONTRACTS = {
    table: own_model(
        Contract(
            id=f"headgate.prod.{table}",
            dataset=table,
            zone="prod",
            version="1.0.0",
            key=("n",),
            columns=(Column("n", ColumnType(Kind.BIGINT), required=True),),
        )
    )
    for table in TABLES
}


def models(texts: Mapping[str, str]) -> SqlModels:
    return sql_models(CONTRACTS, dict.fromkeys(DATASETS, CONTRACTS[TABLES[0]]), lambda text, _: text, texts)


def reading(*datasets: str) -> str:
    return " union all ".join("select count(*) as n from " + dataset for dataset in datasets)  # noqa: S608 nothing runs it


def refused(deployed: Mapping[str, str], edited: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(refusal.file, refusal.reason) for refusal in refused_models(models(deployed), models(edited))]


def test_other_sql_over_the_same_datasets_is_pushed() -> None:
    deployed = {"totals": reading("sales", "shops"), "daily": reading("sales")}
    assert refused(deployed, {"totals": reading("sales"), "daily": "select 2 * n as n from totals"}) == []


def test_a_new_model_needs_its_table() -> None:
    assert refused({"totals": reading("sales")}, {"totals": reading("sales"), "best": reading("sales")}) == [
        ("models/best.sql", "its table is new, and a deployment makes tables")
    ]


def test_a_model_that_is_gone_would_leave_its_table() -> None:
    assert refused({"totals": reading("sales"), "best": reading("sales")}, {"totals": reading("sales")}) == [
        ("models/best.sql", "the model is gone, and a deployment removes its table")
    ]


def test_a_model_that_reads_another_dataset_needs_a_right() -> None:
    ((file, reason),) = refused(
        {"totals": reading("sales"), "daily": reading("shops")},
        {"totals": reading("people"), "daily": reading("shops")},
    )
    assert file == "models/totals.sql"
    assert reason == "it reads people, which the job of the deployed models has no right to read"


def test_a_dataset_that_another_model_reads_may_be_read() -> None:
    deployed = {"totals": reading("sales"), "daily": reading("shops")}
    assert refused(deployed, {"totals": reading("shops"), "daily": reading("sales")}) == []


PROJECTS = st.dictionaries(
    st.sampled_from(TABLES), st.sets(st.sampled_from(DATASETS), min_size=1).map(sorted), min_size=1
)


@given(PROJECTS, PROJECTS)
def test_a_push_never_needs_a_table_or_a_right_that_the_deployment_lacks(
    deployed: dict[str, list[str]], edited: dict[str, list[str]]
) -> None:
    before, after = (
        models({table: reading(*datasets) for table, datasets in of.items()}) for of in (deployed, edited)
    )
    needs_nothing = set(before.queries) == set(after.queries) and set(after.READS) <= set(before.READS)
    assert needs_nothing == (refused_models(before, after) == [])


PUSHED = (
    "headgate/_contracts/source/sales.json",
    "headgate/_contracts/prod/totals.json",
    "headgate/_models/totals.sql",
    "headgate/_dashboards/sales.json",
)
PATHS = st.sampled_from(
    [
        *PUSHED,
        "headgate/_contracts/lake/quarantine.json",
        "headgate/_settings.json",
        "headgate/project_systems/mine.py",
        "headgate/masking/tokens.py",
    ]
)
ARCHIVES = st.dictionaries(PATHS, st.sampled_from([b"one", b"two"]))


@given(ARCHIVES, ARCHIVES)
def test_every_edit_of_anything_but_definitions_is_refused(
    deployed: dict[str, bytes], edited: dict[str, bytes]
) -> None:
    differing = {path for path in {*deployed, *edited} if deployed.get(path) != edited.get(path)}
    assert (refused_files(deployed, edited) == []) == (differing <= set(PUSHED))


def test_definitions_have_the_names_of_the_project() -> None:
    archive = {**dict.fromkeys(PUSHED, b"{}"), "headgate/_settings.json": b"{}"}
    assert sorted(definition_files(archive)) == [
        "contracts/prod/totals.yaml",
        "contracts/source/sales.yaml",
        "dashboards/sales.yaml",
        "models/totals.sql",
    ]


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("headgate/_settings.json", "headgate.toml"),
        ("headgate/project_systems/hourly.py", "systems/hourly.py"),
        ("headgate/project_systems/hourly/rates.csv", "systems/hourly/rates.csv"),
        ("bikes/__init__.py", "bikes/__init__.py"),
    ],
)
def test_a_refusal_names_the_file_of_the_project(path: str, file: str) -> None:
    assert [refusal.file for refusal in refused_files({path: b"one"}, {})] == [file]


def test_other_code_is_one_refusal_however_many_files_differ() -> None:
    (refusal,) = refused_files({"headgate/a.py": b"1", "headgate/b.py": b"1"}, {"headgate/a.py": b"2"})
    assert refusal.file == "headgate/a.py and 1 further files"


def test_the_changed_files_are_named() -> None:
    before, after = {"a": "1", "b": "1", "c": "1"}, {"a": "1", "b": "2", "d": "1"}
    assert changed_files(before, after) == ["b", "c", "d"]


TEXT, WHOLE, MONEY = (
    ColumnType(Kind.STRING),
    ColumnType(Kind.INTEGER),
    ColumnType(Kind.DECIMAL, precision=9, scale=2),
)
NOBODY = NoCards("ann", "2026-01-31", "cash only")
SALES = Contract(
    id="shop.source.sales",
    dataset="sales",
    zone="source",
    version="1.0.0",
    key=("id",),
    columns=(
        Column("id", WHOLE, required=True),
        Column("price", MONEY, rules=(Rule("minimum", 0),)),
        Column("note", TEXT),
        Column("card", TEXT, mask=Mask.PAN),
        Column("email", TEXT, classification="personal"),
    ),
)
BUILT = own_model(replace(CONTRACTS["totals"], system="forecasts"))


def lake(*source: Contract, prod: tuple[Contract, ...] = ()) -> Registry:
    by_name, tables = ({contract.dataset: contract for contract in of} for of in (source, prod))
    return Registry(by_name, {name: curated_contract(of) for name, of in by_name.items()}, tables, {})


def column(name: str, **changed: object) -> Contract:
    """Return the sales with other facts of one column."""
    columns = (replace(of, **changed) if of.name == name else of for of in SALES.columns)  # type: ignore[arg-type] # any
    return replace(SALES, columns=tuple(columns))


def without(name: str) -> Contract:
    return replace(SALES, columns=tuple(of for of in SALES.columns if of.name != name))


def with_further(**facts: object) -> Contract:
    further = Column("further", TEXT, **facts)  # type: ignore[arg-type] # any
    return replace(SALES, columns=(*SALES.columns, further))


@pytest.mark.parametrize(
    "edited",
    [
        column("price", rules=(Rule("minimum", 5, Level.WARN),)),
        column("price", description="In euros"),
        column("note", type=ColumnType(Kind.STRING, length=10)),
        column("note", mask=Mask.FREE_TEXT),
        column("id", required=False),
        with_further(),
        with_further(required=True),
        with_further(mask=Mask.SSN),
        replace(SALES, properties={"headgate.aliases": {"price": ["Preis"]}, "headgate.newColumns": "stop"}),
        replace(SALES, version="2.0.0", order_by=("price",)),
    ],
)
def test_rules_formats_and_new_columns_are_pushed(edited: Contract) -> None:
    assert refused_contracts(lake(SALES), lake(edited)) == []


@pytest.mark.parametrize(
    ("edited", "reason"),
    [
        (column("price", type=TEXT), "price: stored values are cast exactly"),
        (column("price", required=True), "price: stored rows without a value stop this dataset"),
        (replace(with_further(), key=("id", "further")), "further: stored rows lack this column of the key"),
        (without("note"), "note would leave the table"),
        (without("card"), "card: its mask is gone"),
        (column("card", mask=None), "card: its mask is gone"),
        (column("card", mask=Mask.FREE_TEXT), "card: its mask is gone or is another"),
        (column("email", classification=""), "email: a deployment decides who may read data about a person"),
        (column("note", classification="personal"), "note: a deployment decides"),
        (with_further(classification="confidential"), "further: a deployment decides"),
        (column("note", no_cards=NOBODY), "note: a deployment records that it holds no card data"),
        (column("note", unmasked=True), "note: a deployment records"),
        (with_further(content=Content.IDENTIFIER), "further: a deployment records"),
        (replace(SALES, properties={"headgate.table": "verkauf"}), "headgate.table differs"),
        (replace(SALES, properties={"headgate.model": "Sale"}), "headgate.model differs"),
    ],
)
def test_an_edit_that_needs_a_table_a_right_or_a_replay_is_refused(edited: Contract, reason: str) -> None:
    refusals = refused_contracts(lake(SALES), lake(edited))
    assert {refusal.file for refusal in refusals} == {"contracts/source/sales.yaml"}
    assert any(refusal.reason.startswith(reason) for refusal in refusals), refusals
    assert all("headgate deploy" in refusal.remedy for refusal in refusals)


def test_a_new_table_that_a_dashboard_declares_is_refused_with_the_name_of_the_dashboard() -> None:
    declared = replace(BUILT, properties={DECLARED_IN: "dashboards/sales.yaml"})
    (refusal,) = refused_contracts(lake(SALES), lake(SALES, prod=(declared,)))
    assert (refusal.file, refusal.reason) == (
        "dashboards/sales.yaml",
        "it is new, and a deployment makes its table",
    )


def test_every_edit_of_a_model_of_records_is_refused() -> None:
    model = replace(SALES, properties={"headgate.model": "Sale"})
    (refusal,) = refused_contracts(lake(model), lake(replace(model, description="Sold goods")))
    assert refusal.reason.startswith("records are created by it")


def test_a_dataset_that_is_gone_and_a_table_that_is_new_are_refused() -> None:
    (gone,) = refused_contracts(lake(SALES), lake())
    assert gone.reason.startswith("it is gone")
    (new,) = refused_contracts(lake(), lake(prod=(BUILT,)))
    assert new.reason.startswith("it is new")


PLAIN = replace(SALES, columns=(SALES.column("id"), SALES.column("price"), SALES.column("note")))


def test_a_new_dataset_is_pushed() -> None:
    assert refused_contracts(lake(), lake(PLAIN)) == []
    assert refused_contracts(lake(SALES), lake(SALES, replace(PLAIN, dataset="visits"))) == []


@pytest.mark.parametrize(
    ("contract", "reason"),
    [
        (replace(PLAIN, columns=(*PLAIN.columns, SALES.column("email"))), "email has data about people"),
        (replace(PLAIN, columns=(*PLAIN.columns, SALES.column("card"))), "card has card numbers"),
        (
            replace(PLAIN, columns=(*PLAIN.columns, Column("code", TEXT, no_cards=NOBODY))),
            "code is searched less for card numbers",
        ),
        (replace(PLAIN, properties={"headgate.model": "Sale"}), "it states headgate.model"),
    ],
)
def test_a_new_dataset_from_which_rights_or_exemptions_follow_is_refused(
    contract: Contract, reason: str
) -> None:
    (refusal,) = refused_contracts(lake(), lake(contract))
    assert refusal.reason.startswith(reason)
    assert refusal.file == "contracts/source/sales.yaml"


def test_a_declaration_that_the_deployment_has_may_be_removed_and_stay() -> None:
    declared = column("note", no_cards=NOBODY)
    assert refused_contracts(lake(declared), lake(SALES)) == []
    assert refused_contracts(lake(declared), lake(replace(declared, description="Sold goods"))) == []


def test_columns_of_a_model_in_sql_are_pushed_and_those_of_a_python_system_are_refused() -> None:
    further = Column("further", TEXT)
    model = CONTRACTS["totals"]
    edited = [replace(of, columns=(*of.columns, further)) for of in (model, BUILT)]
    assert refused_contracts(lake(prod=(model,)), lake(prod=(edited[0],))) == []
    (refusal,) = refused_contracts(lake(prod=(BUILT,)), lake(prod=(edited[1],)))
    assert (refusal.file, refusal.reason) == (
        "contracts/prod/totals.yaml",
        "the code of forecasts builds its columns",
    )
    described = replace(BUILT, columns=tuple(replace(of, description="Sold") for of in BUILT.columns))
    assert refused_contracts(lake(prod=(BUILT,)), lake(prod=(described,))) == []


COLUMNS = st.builds(
    Column,
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from([TEXT, WHOLE, MONEY]),
    required=st.booleans(),
    mask=st.sampled_from([None, Mask.PAN, Mask.SSN, Mask.FREE_TEXT]),
    classification=st.sampled_from(["", "personal"]),
    no_cards=st.sampled_from([None, NOBODY]),
)
SOURCES = st.lists(COLUMNS, min_size=1, max_size=3, unique_by=lambda of: of.name).map(
    lambda columns: replace(SALES, columns=tuple(columns), key=())
)


@given(SOURCES, SOURCES)
def test_a_push_never_weakens_a_mask_nor_shows_a_person_nor_needs_a_replay(
    before: Contract, after: Contract
) -> None:
    if refused_contracts(lake(before), lake(after)):
        return
    then, now = ({of.name: of for of in contract.columns} for contract in (before, after))
    assert all(now[name].mask is of.mask for name, of in then.items() if of.mask)
    assert set(before.personal) == set(after.personal)
    assert set(then) <= set(now)
    assert not any(effect.needs_replay for effect in stored_rows_effects(before, after))
    assert all(
        of.no_cards in {None, then[name].no_cards if name in then else None} for name, of in now.items()
    )


@given(SOURCES)
def test_a_project_that_is_as_it_was_is_never_refused(contract: Contract) -> None:
    assert refused_contracts(lake(contract), lake(contract)) == []
