"""Derive the table of a dataset for analysts: its rows without the columns about a person.

The contract is never written by hand, so a column that is classified later leaves the table with the next
deployment. docs/adr/0080-forget.md gives the reasons.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from headgate.contracts.curated import LINEAGE_NAMES, curated_contract, masked_columns
from headgate.contracts.model import Column, Contract, Mask
from headgate.contracts.new_column_policy import KEPT
from headgate.errors import ContractError

SUFFIX = "_for_analysts"
OF_DATASET = "analystTableOf"  # property of a derived contract: the dataset that it is a copy of


def analyst_contracts(
    datasets: Iterable[str], source: Mapping[str, Contract], prod: Mapping[str, Contract]
) -> dict[str, Contract]:
    """Return the contracts of the tables for analysts, by table.

    Args:
        datasets: the datasets in `analyst_tables` of the lake project.
        source, prod: the lake's contracts, by name.

    Raises:
        ContractError: a dataset is unknown or has no column about a person, or its table already has a
            contract.
    """
    return {f"{dataset}{SUFFIX}": _contract_of(dataset, source, prod) for dataset in datasets}


def personal_columns(contract: Contract, source: Contract | None = None) -> frozenset[str]:
    """Return the columns of a stored table that only people with the right to personal data may read.

    The set is empty for a table without data about people.

    Args:
        source: the source contract of the dataset, if the table is in curated.
    """
    if not contract.personal:
        return frozenset()
    digits = (
        [
            curated.name
            for column in source.columns
            if column.mask is Mask.SSN
            for curated in masked_columns(column)
        ]
        if source
        else []
    )
    return frozenset({*contract.personal, *digits, KEPT})  # the columns in KEPT are not classified


def _contract_of(dataset: str, source: Mapping[str, Contract], prod: Mapping[str, Contract]) -> Contract:
    if dataset not in source:
        raise ContractError(
            f"headgate.toml: analyst_tables has {dataset}, which is not a dataset. Datasets: "
            f"{', '.join(sorted(source))}."
        )
    contract, table = curated_contract(source[dataset]), f"{dataset}{SUFFIX}"
    if not contract.personal:
        raise ContractError(
            f"headgate.toml: analyst_tables has {dataset}, which analysts may read: no column has a "
            "classification."
        )
    if table in prod:
        raise ContractError(
            f"contracts/prod/{table}.yaml exists already. Remove {dataset} from analyst_tables, or that "
            "contract."
        )
    hidden = {*personal_columns(contract, source[dataset]), *LINEAGE_NAMES}
    shown = tuple(_shown(column, contract) for column in contract.columns if column.name not in hidden)
    names = {column.name for column in shown}
    return replace(
        contract,
        id=f"{contract.id}{SUFFIX}",
        dataset=table,
        zone="prod",
        columns=shown,
        key=contract.key if names.issuperset(contract.key) else (),
        order_by=(),
        comparisons=(),
        description=f"{contract.description} Without {', '.join(contract.personal)}, for analysts.".strip(),
        properties={OF_DATASET: dataset},
    )


def _shown(column: Column, contract: Contract) -> Column:
    """Return a column of the analysts' table without rules.

    The gate has checked the values, and rows of older contract versions may lack one.
    """
    return Column(
        column.name,
        column.type,
        column.description,
        required=column.name in contract.key,
        unit=column.unit,
        nested=column.nested,
    )
