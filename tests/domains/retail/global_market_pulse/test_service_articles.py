from __future__ import annotations

from importlib.resources import files

import duckdb
import pandas as pd
import pytest
import sqlglot
from sqlglot import exp

from headgate.domains import retail
from headgate.domains.retail.global_market_pulse.service_articles import (
    declared_in,
    is_service_name,
    services,
)
from headgate.domains.shared_sql import SHARED_SQL, shared_statements

pytestmark = pytest.mark.unit


def _articles(*rows: tuple[str, str | None, int, int]) -> pd.DataFrame:
    merchandise = [(f"A{number}", f"MUG {number}", 100, 3) for number in range(30)]
    return pd.DataFrame([*merchandise, *rows], columns=["product_id", "product_name", "lines", "prices"])


@pytest.mark.parametrize(
    "name",
    ["POSTAGE", "DOTCOM POSTAGE", "Manual", "Bank Charges", "AMAZON FEE", "Versandkosten", "Frais de port"],
)
def test_an_article_that_is_called_a_service_is_one(name: str) -> None:
    assert is_service_name(name)


@pytest.mark.parametrize(
    "name", ["POSTAGE STAMP MUG", "DELIVERY VAN", "MANUAL GRINDER", "POST BOX", "", "1234"]
)
def test_merchandise_with_a_word_of_a_service_is_none(name: str) -> None:
    assert not is_service_name(name)


def test_an_article_with_a_price_of_its_own_on_most_lines_is_a_correction() -> None:
    """`M` and `ADJUST` of Online Retail II, whatever they are called."""
    assert services(_articles(("M", None, 555, 208))) == ("M",)


def test_few_lines_say_nothing_of_prices() -> None:
    assert services(_articles(("NEW", None, 5, 5))) == ()


def test_a_shop_that_weighs_its_goods_has_merchandise() -> None:
    weighed = [(f"W{number}", f"CHEESE {number}", 100, 80) for number in range(20)]
    assert services(_articles(*weighed)) == ()


def test_declared_articles_are_services() -> None:
    declared = declared_in({"service_articles": "A3, A7"})
    assert services(_articles(), declared) == ("A3", "A7")
    assert declared_in({}) == declared_in({"service_articles": ""}) == ()


@pytest.mark.parametrize(
    "name",
    [
        *(
            "POSTAGE",
            "DOTCOM POSTAGE",
            "AMAZON FEE",
            "Bank Charges",
            "SAMPLES",
            "Manual",
            "Discount",
            "CARRIAGE",
        ),
        *("Dotcomgiftshop Gift Voucher £30.00", "Versandkosten 4,90 €", "Gebühr", "Manual post 2"),
        *(
            "PIGGY BANK RETROSPOT",
            "WHITE BAROQUE CARRIAGE CLOCK",
            "COFFEE MUG",
            "TOFFEE",
            "PASSPORT",
            "Übergebühren",
        ),
        *("", "22423", "POST OFFICE", "delivery van"),
    ],
)
def test_statements_take_the_same_articles_for_goods(name: str) -> None:
    condition = shared_statements(files(retail) / SHARED_SQL)["{is_goods}"]
    row = exp.Select().from_("p").select(sqlglot.parse_one(condition, read="athena")).sql("duckdb")
    with duckdb.connect() as engine:
        engine.execute("create table p (product_name varchar, category varchar)")
        engine.execute("insert into p values (?, 'kitchen'), (?, 'service')", [name, name])
        assert engine.execute(row).fetchall() == [(not is_service_name(name),), (False,)]
