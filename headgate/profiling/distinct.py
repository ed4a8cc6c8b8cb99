"""Count different values in bounded memory: exactly while they are few, then as an estimate.

Source:
    Bar-Yossef et al. (2002), Counting Distinct Elements in a Data Stream; Beyer et al. (2007), On Synopses
    for Distinct-Value Estimation Under Multiset Operations, eq. 1 for the unbiased estimate (k - 1) / (the
    k-th smallest of hashes between 0 and 1), whose relative standard error is at most 1 / sqrt(k - 2). Lemire
    & Kaser (2014), Strongly Universal String Hashing is Fast, for the multilinear hash of texts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.profiling.arrays import Hashes, as_numpy, measurable, splitmix64
from headgate.values.cells import decoded

# A relative standard error of 0.8 %, in 128 KB.
KEPT = 1 << 14
_NONE: Hashes = np.empty(0, np.uint64)


@dataclass(frozen=True)
class Distinct:
    """A sketch of a set of values: the smallest of their hashes.

    Sketches of parts can be merged in any order.
    """

    smallest: Hashes = field(default_factory=lambda: _NONE)
    kept: int = KEPT

    @property
    def is_exact(self) -> bool:
        """Whether no value was left out."""
        return len(self.smallest) < self.kept

    @property
    def count(self) -> int:
        """The number of different values, or its estimate."""
        if self.is_exact:
            return len(self.smallest)
        return round((self.kept - 1) / (float(self.smallest[-1]) / 2.0**64))

    def with_values(self, values: pa.Array) -> Distinct:
        """Return the sketch with these values added; nulls are ignored."""
        return self.with_hashes(hashes(values))

    def with_hashes(self, others: Hashes) -> Distinct:
        """Return the sketch with these hashed values added."""
        if not self.is_exact:
            others = others[others < self.smallest[-1]]
        return (
            Distinct(np.unique(np.concatenate((self.smallest, others)))[: self.kept], self.kept)
            if len(others)
            else self
        )

    def __or__(self, other: Distinct) -> Distinct:
        """Return the sketch of both sets."""
        return self.with_hashes(other.smallest)


def hashes(values: pa.Array) -> Hashes:
    """Return a 64-bit hash of each different value of a column, unordered and equal on every machine."""
    unique = pc.unique(decoded(values).drop_null())
    if not len(unique):
        return _NONE
    kind = unique.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _of_texts(pc.cast(unique, pa.large_string()))
    if pa.types.is_boolean(kind) or not (pa.types.is_primitive(kind) or pa.types.is_decimal128(kind)):
        return _of_texts(pc.cast(pc.cast(unique, pa.string()), pa.large_string()))
    return splitmix64(as_numpy(measurable(unique)).view(np.uint64))


def _of_texts(texts: pa.Array) -> Hashes:
    """Return the sum of each text's bytes, weighted by position.

    An extra one follows the last byte, so that trailing zeros count.
    """
    offsets = np.frombuffer(texts.buffers()[1], np.int64, len(texts) + 1, texts.offset * 8)
    lengths = np.diff(offsets)
    data = np.frombuffer(texts.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
    factors = splitmix64(np.arange(int(lengths.max()) + 1, dtype=np.uint64)) | np.uint64(1)
    starts = np.repeat(offsets[:-1] - offsets[0], lengths)
    terms = data.astype(np.uint64) * factors[np.arange(len(data)) - starts]
    total = np.concatenate(([np.uint64(0)], np.cumsum(terms, dtype=np.uint64)))
    ends = offsets - offsets[0]
    return splitmix64(total[ends[1:]] - total[ends[:-1]] + factors[lengths])
