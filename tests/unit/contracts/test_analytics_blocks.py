"""A contract declares a table as a block of analytics in one line, and its columns and key follow from the
table that it reads.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headgate.contracts import odcs_reader
from headgate.contracts.analytics_blocks import MAX_HORIZON, Block, block_of, with_derived_columns
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import ContractError

pytestmark = pytest.mark.unit

COUNTS = Contract(
    id="bikes.curated.counts",
    dataset="counts",
    zone="curated",
    version="1.0.0",
    key=("counter", "day"),
    columns=(
        Column(
            "counter",
            ColumnType(Kind.STRING),
            "Name of the counter",
            required=True,
            classification="personal",
        ),
        Column("day", ColumnType(Kind.DATE), required=True),
        Column("bikes", ColumnType(Kind.BIGINT)),
        Column("weather", ColumnType(Kind.STRING)),
        Column("mean", ColumnType(Kind.STRING), required=True),
    ),
)
STATED = {"of": "counts", "measure": "bikes", "time": "day"}


def declared(stated: Any, *properties: tuple[str, Any], kind: str = "forecast") -> Contract:  # noqa: ANN401 as a file may have it
    custom = [
        {"property": f"headgate.{kind}", "value": stated},
        *({"property": name, "value": value} for name, value in properties),
    ]
    document = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": "bikes.prod.ahead",
        "version": "1.0.0",
        "status": "active",
    }
    return odcs_reader.parse(
        {**document, "schema": [{"name": "ahead", "customProperties": custom}]}, zone="prod"
    )


def derived(stated: Any, *others: Contract, kind: str = "forecast") -> Contract:  # noqa: ANN401 as above
    contracts = {contract.dataset: contract for contract in (declared(stated, kind=kind), *others)}
    return with_derived_columns(contracts, {"counts": COUNTS})["ahead"]


def test_columns_key_and_descriptions_follow_from_the_table() -> None:
    """A series has the columns of `by`, with their types and classification.

    A person's name stays one in the forecast.
    """
    contract = derived({**STATED, "by": ["counter"]})
    assert contract.key == ("counter", "period_on")
    assert contract.names[:4] == ("counter", "period_on", "step", "mean")
    assert contract.personal == ("counter",)
    assert contract.description == "Forecast of bikes of counts by day"
    assert contract.grain == "One row per counter and day"
    assert all(column.description for column in contract.columns)


def test_without_by_all_rows_are_one_series() -> None:
    assert derived(STATED).key == ("period_on",)


def test_a_model_in_sql_can_be_forecast() -> None:
    model = Contract("bikes.prod.daily", "daily", "prod", "1.0.0", COUNTS.columns, COUNTS.key)
    assert derived({**STATED, "of": "daily", "by": ["counter"]}, model).key == ("counter", "period_on")


def test_options_have_defaults() -> None:
    assert block_of(declared(STATED)) == Block("forecast", "counts", "bikes", "day", (), "day", 0)
    assert block_of(declared({**STATED, "grain": "week", "horizon": MAX_HORIZON})) == Block(
        "forecast", "counts", "bikes", "day", (), "week", MAX_HORIZON
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"of": "count"}, "of is count, which is neither a dataset nor an SQL model. Did you mean counts?"),
        ({"measure": "bike"}, "measure is bike, which counts does not have. Did you mean bikes?"),
        ({"measure": "weather"}, "measure is weather, which is not a number."),
        ({"time": "weather"}, "time is weather, which is not a date or timestamp."),
        ({"by": ["weather"]}, "by has weather, which may be null. Require it in the contract of counts"),
        ({"by": ["mean"]}, "by has mean, whose type or name a series cannot have."),
        ({"by": ["bikes"]}, "by has bikes, whose type or name a series cannot have."),
        ({"by": "counter"}, "by is 'counter'. It is a list of at most 5 different columns"),
        ({"horizon": 0}, "horizon is 0. It must be a whole number of periods from 1 to 400."),
        ({"horizon": True}, "horizon is True. It must be a whole number"),
        ({"grain": "minute"}, "grain is 'minute'. It must be one of hour, day, week, month."),
        ({"ahead": 3}, "has no option ahead. Its options are of, measure, time, by, grain, horizon."),
        ({"time": None}, "lacks time, the name of a column."),
        ({"of": "others"}, "of is others, which is a table of the system other-system."),
    ],
)
def test_an_error_names_file_option_and_remedy(change: dict[str, Any], reason: str) -> None:
    other = Contract(
        "bikes.prod.others", "others", "prod", "1.0.0", COUNTS.columns, COUNTS.key, system="other-system"
    )
    with pytest.raises(ContractError) as error:
        derived({**STATED, **change}, other)
    assert str(error.value).startswith("contracts/prod/ahead.yaml: headgate.forecast")
    assert reason in str(error.value)


def test_segments_have_the_sums_of_their_measures() -> None:
    contract = derived({"of": "counts", "by": ["counter"], "measures": ["bikes"]}, kind="segments")
    assert contract.key == ("counter",)
    assert contract.names == (
        "counter",
        "bikes",
        "segment",
        "segment_name",
        "stability",
        "silhouette",
        "status",
    )
    assert contract.description == "Segments of bikes of counts"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"of": "counts", "measures": ["bikes"]}, "lacks by, a list of columns"),
        ({"of": "counts", "by": ["counter"]}, "lacks measures, a list of columns"),
        (
            {"of": "counts", "by": ["counter"], "measures": ["weather"]},
            "measure is weather, which is not a number",
        ),
        (
            {"of": "counts", "by": ["counter"], "measures": ["bikes"], "time": "day"},
            "has no option time. Its options are of, measures, by.",
        ),
        (
            {"of": "counts", "by": ["counter"], "measures": ["bike"]},
            "measure is bike, which counts does not have. Did you mean bikes?",
        ),
    ],
)
def test_an_error_of_segments_names_the_option(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(ContractError) as error:
        derived(options, kind="segments")
    assert str(error.value).startswith("contracts/prod/ahead.yaml: headgate.segments")
    assert reason in str(error.value)


@pytest.mark.parametrize("kind", ["forecast", "anomalies", "trend"])
def test_values_about_a_person_stay_about_a_person(kind: str) -> None:
    """The role of analysts cannot read a table with such a column, so a sum of salaries is not published by a
    block unnoticed.
    """
    private = replace(
        COUNTS, columns=tuple(replace(column, classification="personal") for column in COUNTS.columns)
    )
    contract = with_derived_columns({"ahead": declared(STATED, kind=kind)}, {"counts": private})["ahead"]
    assert {column.name for column in contract.columns if column.type.kind is Kind.DOUBLE} == set(
        contract.personal
    )


def test_a_block_is_a_mapping() -> None:
    with pytest.raises(ContractError, match="is not a mapping"):
        derived("counts")


def test_a_table_is_built_by_a_block_or_by_a_system() -> None:
    contract = declared(STATED, ("headgate.system", "other-system"))
    with pytest.raises(ContractError, match=r"headgate.forecast and headgate.system are both declared"):
        with_derived_columns({"ahead": contract}, {"counts": COUNTS})


def test_a_block_states_no_columns() -> None:
    """A second list of columns would be a second truth."""
    document = {
        "name": "ahead",
        "customProperties": [{"property": "headgate.forecast", "value": STATED}],
        "properties": [{"name": "a"}],
    }
    stated = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": "bikes.prod.ahead",
        "version": "1.0.0",
        "schema": [document],
    }
    with pytest.raises(ContractError, match="has its own columns"):
        odcs_reader.parse(stated, zone="prod")
