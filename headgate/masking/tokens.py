"""Tokens of card numbers: `<key id>:<hex>`, the keyed hash of the complete number.

Nobody can compute or reverse it without the key.

Source: PCI DSS v4.0.1, req. 3.5.1.1: hashes of a PAN are keyed, over the entire PAN; HMAC-SHA256 by FIPS
198-1.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from headgate.lake.ports import MaskingKey

_BLOCK, _DIGEST = hashlib.sha256().block_size, hashlib.sha256().digest_size
# Source: FIPS 198-1, section 2.3.
_INNER, _OUTER = bytes([0x36]), bytes([0x5C])
_HEX = np.frombuffer(b"".join(b"%02x" % octet for octet in range(256)), np.uint16)


class Tokens:
    """Creates tokens under one key.

    Both halves of the HMAC begin with the key; their states are kept and copied for each number, which takes
    half the time of Python's `hmac`. All digests become text in one step.
    """

    def __init__(self, key: MaskingKey) -> None:
        secret = key.secret if len(key.secret) <= _BLOCK else hashlib.sha256(key.secret).digest()
        padded = secret.ljust(_BLOCK, b"\0")
        self._inner, self._outer = (
            hashlib.sha256(bytes(octet ^ pad[0] for octet in padded)) for pad in (_INNER, _OUTER)
        )
        self._prefix = np.frombuffer(f"{key.key_id}:".encode(), np.uint8)

    def of(self, numbers: pa.Array) -> pa.Array:
        """Return the token of each number; none may be null."""
        digests = b"".join([self._digest(number) for number in pc.cast(numbers, pa.binary()).to_pylist()])
        texts = np.empty((len(numbers), len(self._prefix) + 2 * _DIGEST), np.uint8)
        texts[:, : len(self._prefix)] = self._prefix
        texts[:, len(self._prefix) :] = (
            _HEX[np.frombuffer(digests, np.uint8)].view(np.uint8).reshape(len(numbers), 2 * _DIGEST)
        )
        ends = np.arange(len(numbers) + 1, dtype=np.int32) * np.int32(texts.shape[1])
        return pa.Array.from_buffers(
            pa.string(), len(numbers), [None, pa.py_buffer(ends), pa.py_buffer(texts)]
        )

    def _digest(self, number: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(number)
        outer.update(inner.digest())
        return outer.digest()
