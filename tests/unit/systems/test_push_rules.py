"""Which edits a push brings to a lake, and which need a deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.registry import own_model
from headgate.systems.push_rules import MODELS, changed_models, refused_files, refused_models
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


PATHS = st.sampled_from(
    [
        "headgate/_contracts/source/sales.json",
        "headgate/_contracts/prod/totals.json",
        "headgate/_dashboards/sales.json",
        "headgate/_settings.json",
        "headgate/project_systems/mine.py",
        "headgate/masking/tokens.py",
        f"{MODELS}totals.sql",
    ]
)
ARCHIVES = st.dictionaries(PATHS, st.sampled_from([b"one", b"two"]))


@given(ARCHIVES, ARCHIVES)
def test_every_edit_of_anything_but_models_is_refused(
    deployed: dict[str, bytes], edited: dict[str, bytes]
) -> None:
    differing = {path for path in {*deployed, *edited} if deployed.get(path) != edited.get(path)}
    only_models = all(path.startswith(MODELS) for path in differing)
    assert (refused_files(deployed, edited) == []) == only_models


def test_a_removed_mask_is_refused_with_the_file_the_reason_and_the_remedy() -> None:
    path = "headgate/_contracts/source/payments.json"
    (refusal,) = refused_files({path: b'{"headgate.mask": "pan"}'}, {path: b"{}"})
    assert refusal.file == "contracts/source/payments.yaml"
    assert "a contract decides tables, rights and masks" in refusal.reason
    assert "make deploy" in refusal.remedy


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("headgate/_settings.json", "headgate.toml"),
        ("headgate/_dashboards/sales.json", "dashboards/sales.yaml"),
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


def test_the_changed_models_are_named() -> None:
    assert changed_models({"a": "1", "b": "1", "c": "1"}, {"a": "1", "b": "2", "d": "1"}) == ["b", "c", "d"]
