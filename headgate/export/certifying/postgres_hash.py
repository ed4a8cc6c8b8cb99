"""PostgreSQL's `hash_array_extended` (seed 0) of arrays with one `bytea`, vectorised over many texts.

It is the only SQL function that hashes bytes independently of the database's encoding and collation.

Source: PostgreSQL, src/backend/utils/adt/arrayfuncs.c, hash_array_extended;
src/common/hashfn.c, hash_bytes_extended, for processors whose lowest byte comes first
(Bob Jenkins, lookup3, 2006).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    Words = np.ndarray[Any, np.dtype[np.uint32]]

_OF_ARRAY = 31  # the hash of an array with one element is 31 * 1 + the element's hash
_BLOCK_BYTES = 12
_START = 0x9E3779B9 + 3_923_095
# The steps of a block: the changed word, the word to combine it with, the word to add, the bits to rotate.
_MIX = ((0, 2, 1, 4), (1, 0, 2, 6), (2, 1, 0, 8), (0, 2, 1, 16), (1, 0, 2, 19), (2, 1, 0, 4))
_FINAL = ((2, 1, 14), (0, 2, 11), (1, 0, 25), (2, 1, 16), (0, 2, 4), (1, 0, 14), (2, 1, 24))


def sum_of_hashes(texts: pa.Array, longest_bytes: int) -> int:
    """Return the exact sum of the texts' signed hashes; texts above `longest_bytes` are hashed by their MD5.

    Args:
        texts: of Arrow's type `binary`, without nulls.
    """
    is_long = pc.greater(pc.binary_length(texts), longest_bytes)
    if long := texts.filter(is_long).to_pylist():
        digests = [hashlib.md5(text, usedforsecurity=False).digest() for text in long]
        texts = pc.replace_with_mask(texts, is_long, pa.array(digests, pa.binary()))
    hashed = (_hashes(texts) + np.uint64(_OF_ARRAY)).view(np.int64)
    return (int((hashed >> 32).sum()) << 32) + int((hashed & 0xFFFFFFFF).sum())


def _hashes(texts: pa.Array) -> np.ndarray[Any, np.dtype[np.uint64]]:
    ends = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    octets = np.zeros(int(ends[-1] - ends[0]) + _BLOCK_BYTES, np.uint8)
    octets[:-_BLOCK_BYTES] = np.frombuffer(texts.buffers()[2] or b"", np.uint8)[ends[0] : ends[-1]]
    places = ends.astype(np.int64) - ends[0]
    lengths = np.diff(places)
    # Longest texts first, so that the texts with an n-th block are always the first ones.
    order = np.argsort(-lengths, kind="stable")
    hashed = np.empty(len(order), np.uint64)
    hashed[order] = _hashes_of_sorted(octets, places[:-1][order], lengths[order])
    return hashed


def _hashes_of_sorted(
    octets: np.ndarray[Any, Any], begins: np.ndarray[Any, Any], lengths: np.ndarray[Any, Any]
) -> np.ndarray[Any, np.dtype[np.uint64]]:
    # A view of the 12-byte block at every offset.
    blocks = np.ndarray((len(octets) - _BLOCK_BYTES + 1,), f"V{_BLOCK_BYTES}", octets, strides=(1,))
    full = lengths // _BLOCK_BYTES
    state = [_START + lengths.astype(np.uint32) for _ in range(3)]
    numbers = np.arange(1, int(full.max(initial=0)) + 1)
    for number, rows in enumerate(np.searchsorted(-full, -numbers, side="right")):
        words = blocks[begins[:rows] + number * _BLOCK_BYTES].view("<u4").reshape(rows, 3)
        _mix([part[:rows] for part in state], words)
    rest = blocks[begins + full * _BLOCK_BYTES].view(np.uint8).reshape(len(begins), _BLOCK_BYTES)
    rest[np.arange(_BLOCK_BYTES) >= (lengths - full * _BLOCK_BYTES)[:, None]] = 0
    _finish(state, rest.view("<u4"))
    return (state[1].astype(np.uint64) << np.uint64(32)) | state[2]


def _mix(state: list[Words], words: Words) -> None:
    for place in range(len(state)):
        state[place] += words[:, place]
    for changed, other, added, bits in _MIX:
        state[changed] -= state[other]
        state[changed] ^= _rotated(state[other], bits)
        state[other] += state[added]


def _finish(state: list[Words], words: Words) -> None:
    state[0] += words[:, 0]
    state[1] += words[:, 1]
    state[2] += words[:, 2] << np.uint32(8)  # its lowest byte is for the length
    for changed, other, bits in _FINAL:
        state[changed] ^= state[other]
        state[changed] -= _rotated(state[other], bits)


def _rotated(words: Words, bits: int) -> Words:
    return (words << np.uint32(bits)) | (words >> np.uint32(32 - bits))
