"""The curated contract is derived from the source contract, and has nothing sensitive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.curated import LINEAGE, curated_contract, masked_columns, with_distinct_names
from headgate.contracts.model import Column, ColumnType, Comparison, Contract, Kind, Mask, Rule
from headgate.contracts.registry import Registry

if TYPE_CHECKING:
    from random import Random

pytestmark = pytest.mark.unit

TEXT = ColumnType(Kind.STRING, length=19)


def names(column: Column) -> list[str]:
    return [behind.name for behind in masked_columns(column)]


def test_a_card_number_becomes_token_brand_and_last_four() -> None:
    assert names(Column("card_number", TEXT, mask=Mask.PAN)) == ["card_token", "card_brand", "card_last4"]
    assert names(Column("backup_pan", TEXT, mask=Mask.PAN)) == [
        "backup_token",
        "backup_brand",
        "backup_last4",
    ]


def test_the_token_is_required_exactly_where_the_number_is() -> None:
    for required in (True, False):
        token = masked_columns(Column("card_number", TEXT, mask=Mask.PAN, required=required))[0]
        assert token.required is required


@pytest.mark.parametrize("mask", [Mask.CVV, Mask.TRACK])
def test_what_may_never_be_stored_leaves_no_column(mask: Mask) -> None:
    assert names(Column("secret", TEXT, mask=mask)) == []


def test_a_social_security_number_keeps_its_last_four() -> None:
    (kept,) = masked_columns(Column("ssn", TEXT, mask=Mask.SSN, rules=(Rule("pattern", "^x$"),)))
    assert (kept.name, kept.type.length, kept.rules) == ("ssn_last4", 4, ())


def test_a_replacement_column_takes_no_other_columns_name() -> None:
    card, other, ssn = (
        Column("card_number", TEXT, mask=Mask.PAN),
        Column("card_pan", TEXT, mask=Mask.PAN),
        Column("ssn", TEXT, mask=Mask.SSN),
    )
    apart = {
        column.name: names(column)
        for column in with_distinct_names((card, Column("card_last4", TEXT), Column("ssn_last4", TEXT), ssn))
    }
    assert apart["card_number"] == [
        "card_number_masked_token",
        "card_number_masked_brand",
        "card_number_masked_last4",
    ]
    assert (apart["ssn"], apart["card_last4"], apart["ssn_last4"]) == (
        ["ssn_masked_last4"],
        ["card_last4"],
        ["ssn_last4"],
    )
    assert len({name for column in with_distinct_names((card, other)) for name in names(column)}) == 6
    assert with_distinct_names((card, ssn, Column("last4", TEXT))) == (card, ssn, Column("last4", TEXT))


@given(
    st.lists(st.sampled_from(["card", "card_number", "card_pan", "card_last4"]), min_size=1, max_size=4),
    st.lists(
        st.sampled_from(["", "_masked", "_masked_masked", "_masked_last4", "_masked_masked_token"]),
        min_size=1,
        max_size=4,
    ),
    st.randoms(use_true_random=False),
)
def test_no_two_columns_behind_the_gate_ever_have_one_name(
    stems: list[str], endings: list[str], chance: Random
) -> None:
    every = sorted({stem + ending for stem in stems for ending in endings})
    masks = [Mask.PAN, Mask.SSN, Mask.CVV, None]
    columns = with_distinct_names(Column(name, TEXT, mask=chance.choice(masks)) for name in every)
    behind = [name for column in columns for name in names(column)]
    assert len(set(behind)) == len(behind)


def test_a_stand_ins_second_name_may_be_taken_too() -> None:
    card, last4, masked = (
        Column("card_number", TEXT, mask=Mask.PAN),
        Column("card_last4", TEXT),
        Column("card_number_masked_last4", TEXT),
    )
    assert names(with_distinct_names((card, last4, masked))[0])[2] == "card_number_masked_masked_last4"


def test_free_text_stays_but_promises_no_length() -> None:
    text = Column(
        "notes",
        TEXT,
        mask=Mask.FREE_TEXT,
        rules=(Rule("required"), Rule("max_length", 19), Rule("pattern", "^a")),
        required=True,
    )
    (kept,) = masked_columns(text)
    assert (kept.name, kept.mask, kept.type.length, kept.rules) == ("notes", None, None, (Rule("required"),))


def test_an_ordinary_column_stays_as_it_is() -> None:
    plain = Column("city", TEXT, rules=(Rule("max_length", 19),))
    assert masked_columns(plain) == (plain,)


def test_key_order_and_grain_stay_and_lineage_is_added() -> None:
    source = Contract(
        id="headgate.source.cards",
        dataset="cards",
        zone="source",
        version="2.0.0",
        grain="One row per card",
        key=("id",),
        order_by=("id",),
        columns=(
            Column("id", ColumnType(Kind.BIGINT), required=True),
            Column("cvv", TEXT, mask=Mask.CVV),
            Column("size", ColumnType(Kind.INTEGER)),
        ),
        comparisons=(
            Comparison("cvv_is_not_id", "cvv", "!=", "id"),
            Comparison("size_positive", "size", ">", value=0),
        ),
    )
    behind = curated_contract(source)
    assert (behind.id, behind.zone, behind.version, behind.grain) == (
        "headgate.curated.cards",
        "curated",
        "2.0.0",
        "One row per card",
    )
    assert behind.names == ("id", "size", *(column.name for column in LINEAGE))
    assert [rule.name for rule in behind.comparisons] == ["size_positive"]


def test_no_curated_contract_of_the_lake_holds_a_sensitive_column() -> None:
    for contract in Registry.load().curated.values():
        assert not contract.sensitive, contract.id
        assert not {"card_number", "card_cvv", "ssn"} & set(contract.names), contract.id


def test_the_personal_columns_of_customers_are_name_phone_and_address_of_mail() -> None:
    """The number of social security is behind the gate a token, so it says nothing about the person."""
    assert Registry.load().curated["customers"].personal == ("email", "full_name", "phone")
