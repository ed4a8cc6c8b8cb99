"""Contracts and files without a lake: the functions of `import headgate`.

The code of the lake checks, profiles and masks files on this machine. Nothing is sent or stored.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.contracts import odcs_reader

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    import pandas as pd
    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.profiling.profile import Profile


@dataclass(frozen=True)
class CheckedFile:
    """The rows of a file after the gate; `received = accepted + quarantined`.

    Attributes:
        accepted: typed and masked rows with the curated columns of the contract.
        quarantined: refused rows and duplicates, each with its rule, column, source row and reason.
        reasons: rule → number of rows.
        mapping: column → field, if the file's names differ from those of the contract.
    """

    received: int
    accepted: pa.Table
    quarantined: pa.Table
    reasons: Mapping[str, int]
    mapping: Mapping[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every row was accepted."""
        return len(self.quarantined) == 0


def load_contract(path: str | PathLike[str]) -> Contract:
    """Return the contract in an ODCS v3 file, YAML or JSON.

    Raises:
        ContractError: the file is not a valid contract; the message has the reason.

    >>> load_contract("orders.yaml").names
    ('order_id', 'note', 'amount')
    """
    return odcs_reader.load(Path(path))


def draft_contract(sample: str | PathLike[str], dataset: str = "") -> Contract:
    """Draft a contract that the rows of a sample file fit; by default the file's name is the dataset's.

    If `headgate.toml` declares that the lake has no card numbers, so do the columns.

    Raises:
        BadInputError: the sample cannot be read as a table.
        ContractError: the name is not valid for a dataset, or the gate would refuse every row of the sample.

    >>> drafted = draft_contract("orders.csv")
    >>> drafted.dataset, drafted.column("amount").type.kind.value
    ('orders', 'decimal')
    """
    from headgate.contracts.card_declarations import declared_by_lake  # noqa: PLC0415 each function loads what it needs
    from headgate.contracts.registry import no_cards  # noqa: PLC0415 as above
    from headgate.local_files.draft_file import datasets_of, drafts_of  # noqa: PLC0415 as above

    ((_, checked),) = drafts_of(datasets_of([Path(sample)], dataset))
    return declared_by_lake(checked.draft.contract, no_cards())


def check(file: str | PathLike[str], contract: Contract) -> CheckedFile:
    """Check every row of a file against a contract, like `headgate contract check`.

    Each call makes tokens of card numbers with its own key, so the tokens of two calls differ.

    Raises:
        BadInputError: the whole file is rejected, or its columns need a mapping; `rule`, `message` and
            `remedy` have the reason.

    >>> checked = check("orders.csv", load_contract("orders.yaml"))
    >>> checked.received, checked.accepted.num_rows, dict(checked.reasons)
    (3, 2, {'type': 1})
    """
    from headgate.local_files.check_file import check_by_contract  # noqa: PLC0415 as above

    checked = check_by_contract(Path(file), contract)
    gated = checked.gated
    mapping = json.loads(checked.mapping.get("columns", "{}"))
    return CheckedFile(
        gated.counts.received, gated.accepted, gated.quarantine_rows, dict(gated.counts.reasons), mapping
    )


def profile(file: str | PathLike[str], contract: Contract | None = None) -> Profile:
    """Profile a file: types, distributions, patterns and gaps of columns, and a quality score of 0 to 1.

    The profile has no sensitive values. A contract names the sensitive columns; others are recognized by name
    and value.

    Raises:
        BadInputError: the file cannot be read as a table.

    >>> profiled = profile("orders.csv")
    >>> profiled.rows, [column.name for column in profiled.columns]
    (3, ['order_id', 'note', 'amount'])
    """
    from headgate.local_files.profile_file import profile_file  # noqa: PLC0415 as above

    return profile_file(Path(file), contract).profile


def mask(frame: pd.DataFrame) -> pd.DataFrame:
    """Mask card numbers, verification codes and social security numbers in the text columns of a frame.

    Card numbers keep their last four digits. Other columns are unchanged.

    >>> import pandas as pd
    >>> mask(pd.DataFrame({"note": ["paid with 4111 1111 1111 1111", None], "amount": [1, 2]})).to_dict("list")
    {'note': ['paid with [PAN ****1111]', None], 'amount': [1, 2]}
    """  # noqa: E501 a listing
    import pyarrow as pa  # noqa: PLC0415 as above

    from headgate.masking.redaction import redact  # noqa: PLC0415 as above

    masked = frame.copy()
    for name in frame.columns:
        texts = [value if isinstance(value, str) else None for value in frame[name]]
        if any(text is not None for text in texts):
            redacted = redact(pa.array(texts, pa.string())).to_pylist()
            kept = zip(frame[name], redacted, strict=True)
            masked[name] = [new if isinstance(value, str) else value for value, new in kept]
    return masked
