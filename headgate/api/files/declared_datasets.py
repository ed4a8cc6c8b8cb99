"""The contract of a dataset that a request names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.api.http.problems import unknown_name

if TYPE_CHECKING:
    from headgate.api.lake_ports import LakePorts
    from headgate.contracts.model import Contract


def contract_of_dataset(lake: LakePorts, dataset: str) -> Contract:
    """Return the contract of a dataset; 404 if the lake has none of that name."""
    if contract := lake.contracts.source.get(dataset):
        return contract
    raise unknown_name(
        "There is no dataset of that name.",
        dataset,
        lake.contracts.source,
        "GET /v1/contracts lists the datasets.",
    )
