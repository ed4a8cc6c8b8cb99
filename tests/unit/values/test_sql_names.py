"""A statement that Headgate writes is read whatever names its columns have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.dialects.athena import Athena

from headgate.values.sql_names import RESERVED, name_in_sql, quoted_name

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("name", [*sorted(RESERVED), "user", "Alter", "two words", 'a"b'])
def test_every_name_is_a_column(name: str) -> None:
    for written in {quoted_name(name), name_in_sql(name)}:
        query = sqlglot.parse_one(f"SELECT {written} FROM laps WHERE {written} > 1", read=Athena)  # noqa: S608 names of the test
        assert [column.name for column in query.find_all(exp.Column)] == [name, name]


def test_a_plain_name_has_no_quotes() -> None:
    assert name_in_sql("price_usd") == "price_usd"


def test_the_console_quotes_the_same_words() -> None:
    text = Path("console/src/formats/sql.ts").read_text(encoding="utf-8")
    listed = text.partition("const RESERVED")[2].partition(".split")[0]
    assert set(re.sub(r"[^a-z_]+", " ", listed.partition("(")[2].partition("(")[2]).split()) == RESERVED
