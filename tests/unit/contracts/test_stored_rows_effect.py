"""A new version of a contract says what happens to rows that are stored already."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.stored_rows_effect import stored_rows_effects

pytestmark = pytest.mark.unit

OLD = Contract(
    id="headgate.source.orders",
    dataset="orders",
    zone="source",
    version="1.0.0",
    key=("order_id",),
    columns=(
        Column("order_id", ColumnType(Kind.STRING), required=True),
        Column("total", ColumnType(Kind.BIGINT)),
    ),
)
CHANNEL = Column("channel", ColumnType(Kind.STRING), required=True)


def effects(new: Contract) -> dict[str, bool]:
    return {f"{one.column}: {one.effect}": one.needs_replay for one in stored_rows_effects(OLD, new)}


def test_the_same_contract_has_no_effect() -> None:
    assert effects(OLD) == {}


def test_a_new_required_column_is_null_in_stored_rows() -> None:
    new = replace(OLD, columns=(*OLD.columns, CHANNEL))
    wanted = (
        "channel: null in stored rows, and counted there, although it is required; replay their files "
        "from raw to fill it"
    )
    assert effects(new) == {wanted: False}


def test_a_new_optional_column_is_null_in_stored_rows() -> None:
    new = replace(OLD, columns=(*OLD.columns, replace(CHANNEL, required=False)))
    assert effects(new) == {"channel: null in stored rows, and counted there": False}


def test_a_column_that_is_gone_leaves_the_table() -> None:
    assert effects(replace(OLD, columns=OLD.columns[:1])) == {
        "total: leaves the table; stored increments keep it": False
    }


def test_another_type_may_need_a_replay() -> None:
    new = replace(OLD, columns=(OLD.columns[0], Column("total", ColumnType(Kind.INTEGER))))
    assert effects(new) == {"total: stored values are cast exactly; a misfit stops this dataset": True}


def test_a_column_that_becomes_required_may_need_a_replay() -> None:
    new = replace(OLD, columns=(OLD.columns[0], replace(OLD.columns[1], required=True)))
    assert effects(new) == {"total: stored rows without a value stop this dataset": True}


def test_a_new_column_of_the_key_needs_a_replay() -> None:
    new = replace(OLD, columns=(*OLD.columns, CHANNEL), key=("order_id", "channel"))
    assert list(effects(new).values()) == [True, False]


def test_a_key_of_stored_columns_merges_all_rows_again() -> None:
    assert effects(replace(OLD, key=("total",))) == {": all stored rows are merged again by (total)": False}


def test_without_a_key_rows_are_distinguished_by_their_place() -> None:
    assert effects(replace(OLD, key=())) == {
        ": all stored rows are merged again by (_content_sha256, _source_row)": False
    }
