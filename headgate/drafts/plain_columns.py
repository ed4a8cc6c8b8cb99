from collections.abc import Mapping
from dataclasses import replace

from headgate.contracts.event_time import EVENT_TIME
from headgate.contracts.model import Contract
from headgate.contracts.new_column_policy import ALIASES
from headgate.matching.header_names import made_up_name, unused_name
from headgate.plain_names import column_name
from headgate.values.sql_names import RESERVED

_ORDER = "headgate.orderBy"


def plain_columns(contract: Contract) -> dict[str, str]:
    """Return a name that SQL takes without quotes for each column, by its name in the file."""
    plain: dict[str, str] = {}
    for position, name in enumerate(contract.names, start=1):
        others = {*contract.names, *plain.values()} - {name}
        own = column_name(name)
        wanted = made_up_name(position) if own == column_name("") else own
        plain[name] = unused_name(wanted, {*others, *RESERVED})
    return plain


def with_plain_columns(contract: Contract, plain: Mapping[str, str]) -> Contract:
    """Return the contract with its columns renamed; files are still recognised by the names before."""
    aliases = {new: [old] for old, new in plain.items() if new != old}
    if not aliases:
        return contract
    key = tuple(plain[name] for name in contract.key)
    order_by = tuple(plain[name] for name in contract.order_by)
    return replace(
        contract,
        columns=tuple(replace(column, name=plain[column.name]) for column in contract.columns),
        key=key,
        order_by=order_by,
        grain=f"One row per {' and '.join(key)}" if key else "",
        properties={
            **contract.properties,
            **({_ORDER: [*order_by]} if order_by else {}),
            **_renamed_time(contract, plain),
            ALIASES: aliases,
        },
    )


def _renamed_time(contract: Contract, plain: Mapping[str, str]) -> dict[str, str]:
    name = str(contract.properties.get(EVENT_TIME, ""))
    return {EVENT_TIME: plain.get(name, name)} if name else {}
