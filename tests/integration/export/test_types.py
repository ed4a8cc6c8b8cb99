"""Every value of every type arrives as `SELECT CAST(column AS CHAR)` says it is."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

if TYPE_CHECKING:
    from tests.integration.export.conftest import Shop

pytestmark = pytest.mark.integration

BYTES, SIGNED_64, UNSIGNED_64 = (
    "HEX(c)",
    ("-9223372036854775808", "9223372036854775807"),
    ("0", "18446744073709551615"),
)
LONGEST = "9" * 65
PLAIN = [
    ("tinyint", ("-128", "127", "0"), pa.int16()),
    ("tinyint(1)", ("0", "1", "127"), pa.int16()),
    ("tinyint unsigned", ("0", "255"), pa.int16()),
    ("smallint", ("-32768", "32767"), pa.int16()),
    ("smallint unsigned", ("0", "65535"), pa.int32()),
    ("mediumint", ("-8388608", "8388607"), pa.int32()),
    ("mediumint unsigned", ("0", "16777215"), pa.int32()),
    ("int", ("-2147483648", "2147483647"), pa.int32()),
    ("int unsigned", ("0", "4294967295"), pa.int64()),
    ("bigint", (*SIGNED_64, "9007199254740993"), pa.int64()),
    ("bigint unsigned", (*UNSIGNED_64, "9223372036854775808"), pa.decimal128(20, 0)),
    ("decimal(12,2)", ("-9999999999.99", "9999999999.99", "0", "-0.01"), pa.decimal128(12, 2)),
    (
        "decimal(38,10)",
        (f"{'9' * 28}.9999999999", "0.0000000001", "0", "-1.0000000000"),
        pa.decimal128(38, 10),
    ),
    ("decimal(65,0)", (LONGEST, f"-{LONGEST}", "0"), pa.decimal256(65, 0)),
    (
        "decimal(65,30)",
        (f"{LONGEST[:35]}.{LONGEST[:30]}", "0.000000000000000000000000000001", "0"),
        pa.decimal256(65, 30),
    ),
    ("decimal(5,0)", ("-99999", "99999"), pa.decimal128(5, 0)),
    ("date", ("'1000-01-01'", "'9999-12-31'", "'2024-02-29'", "'0001-01-01'", "'1900-02-28'"), pa.date32()),
    (
        "datetime",
        ("'1000-01-01 00:00:00'", "'9999-12-31 23:59:59'", "'1969-12-31 23:59:59'"),
        pa.timestamp("us"),
    ),
    (
        "datetime(3)",
        ("'2024-02-29 12:34:56.789'", "'2024-02-29 00:00:00.001'", "'2024-03-01'"),
        pa.timestamp("us"),
    ),
    ("datetime(6)", ("'1000-01-01 00:00:00.000001'", "'9999-12-31 23:59:59.999999'"), pa.timestamp("us")),
    ("timestamp", ("'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'"), pa.timestamp("us")),
    ("timestamp(6)", ("'1970-01-01 00:00:01.000001'", "'2038-01-19 03:14:07.999999'"), pa.timestamp("us")),
    ("time", ("'-838:59:59'", "'838:59:59'", "'00:00:00'", "'25:00:00'"), pa.string()),
    ("time(6)", ("'-838:59:59.999999'", "'838:59:59.999999'", "'-00:00:00.000001'"), pa.string()),
    ("year", ("1901", "2155", "0"), pa.int16()),
    ("bit(63)", ("0", "9223372036854775807"), pa.int64()),
    ("bit(64)", UNSIGNED_64, pa.decimal128(20, 0)),
    ("char(10)", ("''", "'007123'", "'NA'", "'grüße'"), pa.string()),
    ("varchar(300)", ("''", "'  two spaces  '", f"'{'é' * 300}'", "'NULL'", "'a,\"b\"\\n'"), pa.string()),
    ("varchar(100) character set latin1", ("'Zürich'", "'plain'"), pa.string()),
    ("varchar(100) character set utf8mb3", ("'Ελλάδα'",), pa.string()),
    ("varchar(100) character set ucs2", ("'日本'",), pa.string()),
    ("varchar(100) character set cp1251", ("'Москва'",), pa.string()),
    ("text", ("'😀 four bytes'", f"'{'x' * 65000}'", "''"), pa.string()),
    ("mediumtext", (f"REPEAT('long ', {2**20})", "''"), pa.string()),
    ("enum('S','M','L','Ü')", ("'S'", "'Ü'"), pa.string()),
    ("set('a','b','c')", ("'a,c'", "''"), pa.string()),
    ("json", ('\'{"a": [1, 2.50, null, "ü"]}\'', "'[]'"), pa.string()),
    ("uuid", ("'123e4567-e89b-12d3-a456-426655440000'",), pa.string()),
    ("inet6", ("'2001:db8::ff00:42:8329'",), pa.string()),
    ("int(8) zerofill", ("42", "4294967295"), pa.int64()),
    ("int generated always as (t * 2) virtual", (), pa.int32()),
    ("int generated always as (t * 3) stored", (), pa.int32()),
    ("int invisible", ("7",), pa.int32()),
]
BINARY = [
    ("binary(4)", ("X'00ff1f1e'", "X'61'"), BYTES),
    ("varbinary(300)", ("X''", "X'00'", f"X'{'fe' * 300}'"), BYTES),
    ("blob", ("X'1f1e0a00'", f"REPEAT(X'fb', {65000})"), BYTES),
    ("longblob", (f"REPEAT(X'00', {6 << 20})", f"REPEAT(X'ff', {17 << 20})", "X'fb'"), BYTES),
    (
        "geometry",
        ("ST_GeomFromText('POINT(1.5 -2)')", "ST_GeomFromText('LINESTRING(0 0, 1 1)')"),
        "HEX(ST_AsWKB(c))",
    ),
    ("polygon", ("ST_GeomFromText('POLYGON((0 0, 1 0, 1 1, 0 0))')",), "HEX(ST_AsWKB(c))"),
]
REAL = [
    ("float", ("0", "3.4028235e38", "1.17549435e-38", "16777217", "0.1", "-0.3333333"), pa.float32()),
    (
        "double",
        (
            "0",
            "1.7976931348623157e308",
            "2.2250738585072014e-308",
            "5e-324",
            "0.1",
            "1e15",
            "9007199254740993",
        ),
        pa.float64(),
    ),
    ("double(10,2)", ("12345.67", "-0.01"), pa.float64()),
]


def fill(shop: Shop, declared: str, literals: tuple[str, ...]) -> None:
    """One row per value, then two rows without one."""
    shop.run(
        f"CREATE TABLE typed (id INT PRIMARY KEY AUTO_INCREMENT, c {declared}, t INT DEFAULT 5)",
        *(f"INSERT INTO typed (c) VALUES ({literal})" for literal in literals),  # noqa: S608 literals of this file
        "INSERT INTO typed (t) VALUES (1), (2)",
    )


def exported(shop: Shop) -> pa.ChunkedArray:
    """The column as it landed, in the order of the rows."""
    shop.export(["typed"])
    return shop.landed("typed").sort_by("id").column("c")


def said(shop: Shop, expression: str) -> list[str | None]:
    """Return the values as the server prints them."""
    return [row[0] for row in shop.ask(f"SELECT {expression} FROM typed ORDER BY id")]  # noqa: S608 expressions of this file


def shown(value: Any, declared: str) -> str | None:  # noqa: ANN401 any Parquet value
    """The text of a value, written without the code under test."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return format(value, "f")
    if declared.startswith(("datetime", "timestamp")):
        digits = int(declared.partition("(")[2].rstrip(")") or 0)
        return value.strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0") + (
            f".{value.microsecond:06d}"[: digits + 1] if digits else ""
        )
    return str(value)


@pytest.mark.parametrize(("declared", "literals", "arrow"), PLAIN, ids=[row[0] for row in PLAIN])
def test_every_value_is_what_the_server_casts_it_to(
    shop: Shop, declared: str, literals: tuple[str, ...], arrow: pa.DataType
) -> None:
    fill(shop, declared, literals)
    column = exported(shop)
    numeric = declared.startswith(("bit", "year")) or "zerofill" in declared
    assert column.type == arrow
    assert [shown(value, declared) for value in column.to_pylist()] == said(
        shop, "CAST(c + 0 AS CHAR)" if numeric else "CAST(c AS CHAR)"
    )


@pytest.mark.parametrize(("declared", "literals", "expression"), BINARY, ids=[row[0] for row in BINARY])
def test_bytes_arrive_unchanged(
    shop: Shop, declared: str, literals: tuple[str, ...], expression: str
) -> None:
    fill(shop, declared, literals)
    column = exported(shop)
    assert column.type == pa.binary()
    assert [value if value is None else value.hex().upper() for value in column.to_pylist()] == said(
        shop, expression
    )


@pytest.mark.parametrize(("declared", "literals", "arrow"), REAL, ids=[row[0] for row in REAL])
def test_floats_arrive_bit_for_bit(
    shop: Shop, declared: str, literals: tuple[str, ...], arrow: pa.DataType
) -> None:
    """A server's own CAST of a FLOAT shows six digits only, so it is asked for the double that it is."""
    fill(shop, declared, literals)
    column = exported(shop)
    assert column.type == arrow
    assert column.to_pylist() == [
        value if value is None else float(value) for value in said(shop, "CAST(c + 0e0 AS CHAR)")
    ]


def test_one_bit_is_a_boolean(shop: Shop) -> None:
    fill(shop, "bit(1)", ("0", "1"))
    assert exported(shop).to_pylist() == [False, True, None, None]


def test_texts_of_every_collation_stand_in_one_row(shop: Shop) -> None:
    """The server joins them for the fingerprint, although it could not compare them."""
    shop.run(
        "CREATE TABLE mixed (id INT PRIMARY KEY, a VARCHAR(9) COLLATE utf8mb4_bin, b VARCHAR(9) COLLATE "
        "utf8mb4_unicode_ci, "
        "c VARCHAR(9) CHARACTER SET latin1 COLLATE latin1_german2_ci, d VARCHAR(9) CHARACTER SET utf8mb3, "
        "e ENUM('ß') COLLATE utf8mb4_swedish_ci)",
        "INSERT INTO mixed VALUES (1, 'é😀', 'é😀', 'ß', 'é', 'ß'), (2, '', NULL, '', NULL, NULL)",
        "CREATE TABLE alone (c VARCHAR(9) COLLATE utf8mb4_bin)",
        "INSERT INTO alone VALUES ('é😀'), (NULL), ('')",
    )
    shop.export(["mixed", "alone"])
    assert [tuple(row.values()) for row in shop.landed("mixed").to_pylist()] == [
        (1, "é😀", "é😀", "ß", "é", "ß"),
        (2, "", None, "", None, None),
    ]
    assert sorted(map(str, shop.landed("alone")["c"].to_pylist())) == ["", "None", "é😀"]
