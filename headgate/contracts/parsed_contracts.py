"""The lake's contracts, parsed once for all processes that are copied from one that imported this module.

An error of a contract is raised in the process that needs the contract.
"""

from contextlib import suppress

from headgate.contracts.registry import Registry
from headgate.errors import HeadgateError

with suppress(HeadgateError, OSError):
    Registry.load()
