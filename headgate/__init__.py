"""Headgate decides what data enters a lake.

    import headgate

    contract = headgate.load_contract("contracts/source/orders.yaml")
    checked = headgate.check("orders.csv", contract)
    print(checked.accepted.num_rows, checked.reasons)

A deployed lake, from a notebook:

    lake = headgate.connect()
    sales = lake.table("monthly_sales")

Functions are imported at their first use, so that `import headgate` is fast.
"""

from __future__ import annotations

# Type checkers treat it as true. An import of `typing` would create garbage before `headgate.aws.cold_start`
# stops its collection.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from headgate.client.lake import Lake, connect
    from headgate.contracts.model import Contract
    from headgate.errors import HeadgateError
    from headgate.export.load_packages import dlt_destination
    from headgate.python_api import CheckedFile, check, draft_contract, load_contract, mask, profile

__version__ = "0.1.0"
__all__ = [
    "CheckedFile",
    "Contract",
    "HeadgateError",
    "Lake",
    "check",
    "connect",
    "dlt_destination",
    "draft_contract",
    "load_contract",
    "mask",
    "profile",
]

_MODULES = {
    "Contract": "headgate.contracts.model",
    "HeadgateError": "headgate.errors",
    "Lake": "headgate.client.lake",
    "connect": "headgate.client.lake",
    "dlt_destination": "headgate.export.load_packages",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'headgate' has no attribute {name!r}; it offers {', '.join(__all__)}")
    from importlib import import_module  # noqa: PLC0415 needed only here

    return getattr(import_module(_MODULES.get(name, "headgate.python_api")), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
