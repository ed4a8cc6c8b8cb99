"""A declared block has the same rows on every engine, whatever the order of the rows that it reads."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from headgate.contracts.analytics_blocks import with_derived_columns
from headgate.contracts.model import Contract
from headgate.contracts.registry import Registry, own_model
from headgate.engines import local
from headgate.engines import spark as spark_engine
from headgate.project import BLOCKS
from headgate.query import Databases, translate
from headgate.systems.sql_models import SqlModels, sql_models

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyspark.sql import SparkSession

pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings(r"ignore:fetch_arrow_table\(\) is deprecated:DeprecationWarning"),
]

AS_OF = date(2024, 12, 20)
SERIES = {"of": "payments", "measure": "amount", "time": "paid_at", "by": ["method"], "grain": "week"}
SEGMENTS = {"of": "card_transactions", "measures": ["transaction_id", "amount"], "by": ["terminal_id"]}


def models(kind: str, options: Mapping[str, object]) -> SqlModels:
    stated = Contract("made.prod.made", "made", "prod", "1.0.0", (), properties={f"headgate.{kind}": options})
    curated = Registry.load().curated
    contracts = {
        name: own_model(contract)
        for name, contract in with_derived_columns({"made": stated}, curated).items()
    }
    return sql_models(
        contracts, curated, partial(translate, databases=Databases("made_curated", "made_prod"))
    )


@pytest.mark.parametrize("kind", BLOCKS)
def test_spark_and_duckdb_make_the_same_rows(
    kind: str, shop: Path, shuffled: Path, spark_here: SparkSession
) -> None:
    options = SEGMENTS if kind == "segments" else SERIES
    own, name = models(kind, options), str(options["of"])
    with local.opened({name: str(shuffled / f"{name}.parquet")}) as tables:
        expected = own.build(tables, AS_OF)["made"]
    with spark_engine.opened({name: str(shop / f"{name}.parquet")}, spark_here) as tables:
        made = own.build(tables, AS_OF)["made"]
    assert len(expected)
    pd.testing.assert_frame_equal(made, expected, check_dtype=False, rtol=1e-6)
