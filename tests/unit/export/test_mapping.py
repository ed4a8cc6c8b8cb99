"""Types that are not known to be kept exactly are refused; all others have one answer."""

from __future__ import annotations

import pyarrow as pa
import pytest

from headgate.contracts.model import Kind
from headgate.errors import ContractError
from headgate.export.mysql.mysql_types import arrow_type_of, map_column
from headgate.export.planning.mapping import CanonicalForm
from headgate.export.server.source_tables import SourceColumn

pytestmark = pytest.mark.unit


def column(kind: str, declared: str = "", **given: object) -> SourceColumn:
    return SourceColumn("c", kind, declared or kind, nullable=True, **given)  # type: ignore[arg-type]  # tests give what fits


def test_a_tinyint_is_a_boolean_only_where_the_contract_says_so() -> None:
    flag = column("tinyint", "tinyint(1)")
    assert arrow_type_of(flag) == pa.int16()
    assert arrow_type_of(flag, Kind.BOOLEAN) == pa.bool_()
    assert arrow_type_of(column("tinyint", "tinyint(4)"), Kind.BOOLEAN) == pa.int16()


def test_unsigned_is_read_from_numbers_only() -> None:
    assert arrow_type_of(column("bigint", "bigint(20) unsigned")) == pa.decimal128(20, 0)
    assert not column("enum", "enum('unsigned','zerofill')").unsigned
    assert not column("enum", "enum('unsigned','zerofill')").zerofill


@pytest.mark.parametrize(("precision", "expected"), [(38, pa.decimal128(38, 2)), (39, pa.decimal256(39, 2))])
def test_decimals_of_any_size_keep_their_digits(precision: int, expected: pa.DataType) -> None:
    assert arrow_type_of(column("decimal", precision=precision, scale=2)) == expected


def test_long_values_enter_the_fingerprint_by_their_own_checksum() -> None:
    assert map_column(column("longtext", charset="utf8mb4", max_bytes=2**32 - 1)).form is CanonicalForm.LONG
    assert map_column(column("varchar", charset="utf8mb4", max_bytes=400)).form is CanonicalForm.TEXT


def test_text_of_another_charset_is_compared_as_utf8() -> None:
    assert map_column(column("varchar", charset="latin1")).text_sql == "CONVERT(`c` USING utf8mb4)"


def test_dates_are_judged_only_where_it_is_asked_for() -> None:
    mapped = map_column(column("date"))
    assert mapped.digest_sql(impossible_as_null=False) == "`c`"
    assert mapped.digest_sql(impossible_as_null=True).startswith("CASE WHEN YEAR(`c`) = 0 OR")


def test_a_backtick_in_a_name_stays_within_its_quotes() -> None:
    assert map_column(SourceColumn("a`; DROP", "int", "int", nullable=True)).read_sql == "`a``; DROP`"


@pytest.mark.parametrize(("kind", "wanted"), [("int", None), ("datetime", None), ("blob", Kind.STRING)])
def test_sql_has_the_servers_spelling_of_a_name(kind: str, wanted: Kind | None) -> None:
    mapped = map_column(column(kind, name_at_source="createdAt"), wanted)
    assert mapped.name == "c"
    for sql in (mapped.read_sql, mapped.text_sql, mapped.null_sql(impossible_as_null=False)):
        assert "`createdAt`" in sql
        assert "`c`" not in sql


def test_what_no_contract_can_hold_becomes_text_where_the_contract_says_text() -> None:
    """base64: in hexadecimal, runs of digits would pass for card numbers."""
    blob = map_column(column("varbinary", "varbinary(300)", max_bytes=300), Kind.STRING)
    assert (blob.type, blob.form, blob.read_sql) == (
        pa.string(),
        CanonicalForm.TEXT,
        "REPLACE(TO_BASE64(`c`), '\\n', '')",
    )
    assert map_column(column("longblob", max_bytes=2**32 - 1), Kind.STRING).form is CanonicalForm.LONG
    assert map_column(column("point"), Kind.STRING).read_sql == "REPLACE(TO_BASE64(ST_AsWKB(`c`)), '\\n', '')"
    assert map_column(column("decimal", precision=65, scale=30), Kind.STRING).read_sql == "CAST(`c` AS CHAR)"
    assert arrow_type_of(column("float"), Kind.DOUBLE) == pa.float64()


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(ContractError, match="type interval_year"):
        map_column(column("interval_year"))
