"""Models: the source contracts whose rows may be created as records, declared by `headgate.model`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from headgate.contracts.creation import MODEL_OF_RECORDS
from headgate.contracts.model import Contract
from headgate.errors import BadInputError, ContractError, HeadgateError

_NAME = re.compile(r"[A-Z][A-Za-z0-9]{0,39}")


@dataclass(frozen=True)
class RecordModel:
    """A kind of record.

    Attributes:
        name: the singular name in GraphQL, such as `Customer`.
    """

    name: str
    contract: Contract

    @property
    def key(self) -> str:
        """The column whose value is a record's id."""
        return self.contract.key[0]

    @property
    def unique(self) -> tuple[str, ...]:
        """The unique columns: no two records share a value."""
        return tuple(column.name for column in self.contract.columns if column.unique)


def some_models(models: Mapping[str, RecordModel]) -> Mapping[str, RecordModel]:
    """Return the models of a lake."""
    if not models:
        remedy = (
            'add "onboarding" to domains in headgate.toml; the folder samples has such a lake project '
            "(docs/use/uploading.md)"
        )
        raise BadInputError(
            rule="unknown_dataset", message="this lake has no model to create records of", remedy=remedy
        )
    return models


def record_models(contracts: Mapping[str, Contract]) -> dict[str, RecordModel]:
    """Return the models among source contracts, by name."""
    models: dict[str, RecordModel] = {}
    for contract in contracts.values():
        name = str(contract.properties.get(MODEL_OF_RECORDS, ""))
        if not name:
            continue
        if not _NAME.fullmatch(name) or name in models:
            why = (
                "names two contracts"
                if name in models
                else "is no capital letter with letters and digits behind it"
            )
            raise ContractError(
                f"{contract.id}: {MODEL_OF_RECORDS} {name!r} {why}. Give the model a name of its own, such "
                "as Customer."
            )
        if len(contract.key) != 1:
            raise ContractError(
                f"{contract.id}: the key has {len(contract.key)} columns. Give a model a key of one "
                "column, the id."
            )
        models[name] = RecordModel(name, contract)
    return dict(sorted(models.items()))


def model_named(models: Mapping[str, RecordModel], name: str) -> RecordModel:
    """Return the model with this name in any case."""
    by_name = {model_name.lower(): model for model_name, model in models.items()}
    if name.lower() not in by_name:
        raise HeadgateError(
            f"There is no model {name}. Models: "
            f"{', '.join(models) or 'none; add the domain onboarding to headgate.toml'}."
        )
    return by_name[name.lower()]
