"""Contracts and files without a lake: what `import headgate` offers.

A file is checked, profiled and masked on this machine by the code that the lake runs. Nothing is sent or stored.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.contracts import odcs_reader
from headgate.lake.ports import MaskingKey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    import pandas as pd
    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.profiling.profile import Profile

_KEY_BYTES = 32


@dataclass(frozen=True)
class CheckedFile:
    """The rows of a file after the gate; `received = accepted + quarantined`.

    Attributes:
        accepted: typed and masked rows, with the curated columns of the contract.
        quarantined: refused rows and duplicates, each with its rule, column, source row and reason.
        reasons: rows by rule.
    """

    received: int
    accepted: pa.Table
    quarantined: pa.Table
    reasons: Mapping[str, int]

    @property
    def complete(self) -> bool:
        """Whether every row was accepted."""
        return len(self.quarantined) == 0


def load_contract(path: str | PathLike[str]) -> Contract:
    """Return the contract in an ODCS v3 file, YAML or JSON.

    Raises:
        ContractError: the file is not a valid contract; the message says why.

    >>> load_contract("orders.yaml").names
    ('order_id', 'note', 'amount')
    """
    return odcs_reader.load(Path(path))


def draft_contract(sample: str | PathLike[str], dataset: str = "") -> Contract:
    """Return a contract that the rows of a sample file fit, by default for the dataset that the file's name says.

    Its columns have the lake's declaration that it holds no card data, if `headgate.toml` has one.

    Raises:
        BadInputError: the sample cannot be read as a table.

    >>> drafted = draft_contract("orders.csv")
    >>> drafted.dataset, drafted.column("amount").type.kind.value
    ('orders', 'decimal')
    """
    from headgate.contracts.no_cards import declared_by_lake  # noqa: PLC0415 each function loads what it needs
    from headgate.contracts.registry import no_cards  # noqa: PLC0415 as above
    from headgate.drafts.dataset_name import dataset_name_of  # noqa: PLC0415 as above
    from headgate.drafts.draft_contract import draft  # noqa: PLC0415 as above

    path = Path(sample)
    drafted = draft(path.read_bytes(), dataset or dataset_name_of(path.name)).contract
    return declared_by_lake(drafted, no_cards())


def check(file: str | PathLike[str], contract: Contract) -> CheckedFile:
    """Check every row of a file against a contract.

    Card numbers become tokens with a key of this call, so the tokens of two calls differ.

    Raises:
        BadInputError: the whole file is rejected; `rule`, `message` and `remedy` say why.

    >>> checked = check("orders.csv", load_contract("orders.yaml"))
    >>> checked.received, checked.accepted.num_rows, dict(checked.reasons)
    (3, 2, {'type': 1})
    """
    from headgate.intake.rows.check_rows import check_bytes  # noqa: PLC0415 as above

    path = Path(file)
    landed_at = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None, microsecond=0)
    key = MaskingKey("check", secrets.token_bytes(_KEY_BYTES))
    gated = check_bytes(path.read_bytes(), contract, key, object_key=path.name, received_at=landed_at)
    return CheckedFile(gated.counts.received, gated.accepted, gated.quarantine_rows, dict(gated.counts.reasons))


def profile(file: str | PathLike[str], contract: Contract | None = None) -> Profile:
    """Return the types, distribution, patterns and gaps of a file's columns, and a quality score from 0 to 1.

    No sensitive value is in the profile. A contract says which columns are sensitive; others are found by name and value.

    Raises:
        BadInputError: the file cannot be read as a table.

    >>> profiled = profile("orders.csv")
    >>> profiled.rows, [column.name for column in profiled.columns]
    (3, ['order_id', 'note', 'amount'])
    """
    from headgate.formats.read_table import read_table  # noqa: PLC0415 as above
    from headgate.formats.unpack import unpack  # noqa: PLC0415 as above
    from headgate.profiling.profile import profile_unknown  # noqa: PLC0415 as above
    from headgate.profiling.sensitive_values import column_names  # noqa: PLC0415 as above

    path = Path(file)
    body = path.read_bytes()
    table = read_table(unpack(body), contract)
    return profile_unknown(
        dict(zip(column_names(table.names), table.columns, strict=True)),
        dataset=contract.dataset if contract else "",
        content_sha256=hashlib.sha256(body).hexdigest(),
        received_at=datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None),
        sensitive={column.name for column in contract.columns if column.mask} if contract else (),
        broken_rows=table.broken_rows,
    )


def mask(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with card numbers, verification codes and social security numbers masked in its columns of text.

    Card numbers keep their last four digits. Other columns stay as they are.

    >>> import pandas as pd
    >>> mask(pd.DataFrame({"note": ["paid with 4111 1111 1111 1111", None], "amount": [1, 2]})).to_dict("list")
    {'note': ['paid with [PAN ****1111]', None], 'amount': [1, 2]}
    """
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
