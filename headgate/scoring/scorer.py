"""The parts of a scorer: facts and arrays, stored as one .npz object without pickle."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FORMAT = 1  # version of the exports that this package reads; others are not available
_FACTS = "facts"


@dataclass(frozen=True)
class Scorer:
    """The numbers of one exported model.

    Attributes:
        facts: JSON values.
        arrays: name → array without objects.
    """

    facts: Mapping[str, Any]
    arrays: Mapping[str, npt.NDArray[Any]]

    def to_bytes(self) -> bytes:
        """Return the scorer as bytes; equal scorers give equal bytes."""
        out = io.BytesIO()
        facts = np.frombuffer(json.dumps(self.facts, sort_keys=True).encode(), dtype=np.uint8)
        np.savez_compressed(out, allow_pickle=False, **{_FACTS: facts}, **dict(sorted(self.arrays.items())))
        return out.getvalue()

    @classmethod
    def from_bytes(cls, body: bytes) -> Scorer:
        """Read a scorer from bytes."""
        with np.load(io.BytesIO(body), allow_pickle=False) as read:
            arrays = {name: read[name] for name in read.files}
        return cls(json.loads(arrays.pop(_FACTS).tobytes()), arrays)

    def part(self, prefix: str) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays whose names begin with `prefix` and a dot, by the rest of their names."""
        return {
            name.removeprefix(f"{prefix}."): array
            for name, array in self.arrays.items()
            if name.startswith(f"{prefix}.")
        }


def with_prefix(prefix: str, arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays with the prefix that `Scorer.part` removes."""
    return {f"{prefix}.{name}": array for name, array in arrays.items()}


def expit(log_odds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return probabilities from log-odds, without overflow."""
    small = np.exp(-np.abs(log_odds))
    return np.asarray(np.where(log_odds >= 0, 1 / (1 + small), small / (1 + small)), dtype=np.float64)


def logit(probability: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return log-odds from probabilities between 0 and 1."""
    return np.asarray(np.log(probability) - np.log1p(-probability), dtype=np.float64)
