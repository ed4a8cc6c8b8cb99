"""Deletions are reported where a contract asks for them by a key that can be reported."""

from __future__ import annotations

import pytest

from headgate.contracts.followed_deletions import follows_deletions
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask
from headgate.errors import ContractError

pytestmark = pytest.mark.unit


def test_deletions_are_asked_for_by_the_contract_with_a_key() -> None:
    columns = (Column("id", ColumnType(Kind.BIGINT)),)
    wanting = {"headgate.deletes": "key_comparison"}
    assert not follows_deletions(None)
    assert not follows_deletions(Contract("c", "t", "source", "1", columns, ("id",)))
    assert follows_deletions(Contract("c", "t", "source", "1", columns, ("id",), properties=wanting))
    with pytest.raises(ContractError, match="declares none"):
        follows_deletions(Contract("c", "t", "source", "1", columns, properties=wanting))
    masked = (Column("id", ColumnType(Kind.STRING), mask=Mask.PAN),)
    with pytest.raises(ContractError, match="masked: id"):
        follows_deletions(Contract("c", "t", "source", "1", masked, ("id",), properties=wanting))
    with pytest.raises(ContractError, match="may only be key_comparison"):
        follows_deletions(
            Contract("c", "t", "source", "1", columns, ("id",), properties={"headgate.deletes": "soft"})
        )
