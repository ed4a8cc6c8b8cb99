"""Store fitted models as bytes that are read without pickle (docs/adr/0031-models-kept-and-contested.md).

A model is stored as its state: plain values, arrays and scikit-learn estimators. Reading a file creates only
objects of the types in `TRUSTED` and of those that skops trusts; any other type is refused before its module
is imported.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, Protocol, Self

import numpy as np
import pandas as pd

from headgate.errors import AuditError

# Types of Headgate's models in addition to those that skops trusts. Models with other types are not stored,
# so the list is complete. A type that runs its arguments on creation, such as functools.partial, must not be
# listed.
TRUSTED = (
    "headgate.learning.feature_drift.DriftWatch",
    "headgate.learning.linear_model.RowwiseLogisticRegression",
    "headgate.learning.preprocessing._Ranks",
    # a spline keeps the function that creates its arrays
    "scipy._lib.array_api_compat.numpy._aliases.asarray",
    "scipy.interpolate._bsplines.BSpline",
    "sklearn._loss.loss.HalfTweedieLoss",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._TemperatureScaling",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",  # `_check_trees` checks its nodes
    "sklearn.model_selection._split.StratifiedKFold",
    "sklearn.utils._bunch.Bunch",
)
_SCHEMA = "schema.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time of a zip entry
_LEVEL = 6


class Storable(Protocol):
    """A fitted model that can be stored."""

    def state(self) -> dict[str, Any]:
        """Return everything that the model consists of: plain values, arrays and estimators by name."""

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Return the model of a state."""


def to_bytes(model: Storable) -> bytes:
    """Return a model's file; equal models give equal bytes.

    Raises:
        AuditError: the model has an object of a type that is not in `TRUSTED`, so the file could not be read.
    """
    body = _packed(model.state())
    _refuse_untrusted(body)
    return body


def state_from_bytes(body: bytes) -> dict[str, Any]:
    """Return the state of a model's file."""
    from skops.io import loads  # noqa: PLC0415 as above

    _refuse_untrusted(body)
    try:
        state: dict[str, Any] = loads(body, trusted=TRUSTED)
    except Exception as error:  # noqa: BLE001 a damaged file can raise any error
        raise AuditError(
            f"The model's file is damaged: {type(error).__name__}. `headgate run` fits the model again."
        ) from None
    for boosting in _boostings(state, set()):
        _check_trees(boosting)
    return state


def series_state(series: pd.Series[Any]) -> dict[str, Any]:
    """Return a series of named numbers as a state."""
    return {"names": [str(name) for name in series.index], "values": series.to_numpy()}


def series_of_state(state: Mapping[str, Any]) -> pd.Series[Any]:
    """Return the series of a state."""
    return pd.Series(state["values"], index=state["names"])


def _refuse_untrusted(body: bytes) -> None:
    from skops.io import get_untrusted_types  # noqa: PLC0415 as above

    try:
        types = get_untrusted_types(data=body)
    except Exception as error:  # noqa: BLE001 as above
        raise AuditError(
            f"Not a model's file: {type(error).__name__}. `headgate run` fits the model again."
        ) from None
    if untrusted := sorted(set(types) - set(TRUSTED)):
        raise AuditError(
            f"The model has objects of types that are not trusted: {', '.join(untrusted)}. They are "
            "neither stored nor loaded. "
            "headgate.learning.model_file.TRUSTED lists the types of Headgate's models."
        )


def _packed(state: dict[str, Any]) -> bytes:
    """Return the archive of a state, with objects numbered in order: skops numbers them by memory address.

    `skops.io.dumps` gives the same archive with indented JSON, which Python writes in half of the whole time.
    """
    import skops  # noqa: PLC0415 slow, because it inspects all classes of scikit-learn, and readers of tables store no model
    from skops.io._persist import get_state  # noqa: PLC0415 as above
    from skops.io._utils import SaveContext  # noqa: PLC0415 as above

    with zipfile.ZipFile(io.BytesIO(), "a") as arrays:
        context = SaveContext(zip_file=arrays)
        schema = get_state(state, context) | {
            "protocol": context.protocol,
            "_skops_version": skops.__version__,
        }
        files: dict[str, str] = {}
        body = json.dumps(_renumbered(schema, {}, files), separators=(",", ":"))
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as written:
            _add(written, _SCHEMA, body.encode())
            for name, numbered in files.items():
                _add(written, numbered, arrays.read(name))
    return out.getvalue()


def _renumbered(node: Any, numbers: dict[int, int], files: dict[str, str]) -> Any:  # noqa: ANN401 any JSON
    """Return the node with numbers of objects and names of files in their order, which are added."""
    if isinstance(node, (list, tuple)):
        return [_renumbered(item, numbers, files) for item in node]
    if not isinstance(node, dict):
        return node
    renumbered: dict[str, Any] = {}
    for name, item in node.items():
        if name == "__id__" and isinstance(item, int):
            renumbered[name] = numbers.setdefault(item, len(numbers))
        elif name == "file" and isinstance(item, str):
            renumbered[name] = files.setdefault(item, f"{len(files)}.{item.rpartition('.')[2]}")
        else:
            renumbered[name] = _renumbered(item, numbers, files)
    return renumbered


def _add(archive: zipfile.ZipFile, name: str, body: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, body, compresslevel=_LEVEL)


def _boostings(node: object, seen: set[int]) -> Iterator[Any]:
    """Yield each boosted ensemble in a state."""
    if id(node) in seen or isinstance(node, (str, bytes, int, float, np.ndarray, type(None))):
        return
    seen.add(id(node))
    if hasattr(node, "_predictors"):
        yield node
    items = (
        node
        if isinstance(node, (list, tuple))
        else (node if isinstance(node, dict) else getattr(node, "__dict__", {})).values()
    )
    for item in items:
        yield from _boostings(item, seen)


def _check_trees(boosting: Any) -> None:  # noqa: ANN401 scikit-learn ships no types
    """Raise AuditError for a tree that points outside of itself, which scikit-learn does not check."""
    columns = boosting.n_features_in_
    for tree in (tree for trees in boosting._predictors for tree in trees):  # noqa: SLF001 there is no public access
        nodes, places = tree.nodes, np.arange(len(tree.nodes))
        inner = nodes["is_leaf"] == 0
        children = np.concatenate([nodes[side][inner].astype(np.int64) for side in ("left", "right")])
        # Later children exclude endless paths through a tree.
        is_later = (children > np.tile(places[inner], 2)) & (children < len(nodes))
        categorical = inner & (nodes["is_categorical"] != 0)
        known_columns = (nodes["feature_idx"][inner] >= 0) & (nodes["feature_idx"][inner] < columns)
        sets = min(len(tree.raw_left_cat_bitsets), len(tree.binned_left_cat_bitsets))
        known_sets = nodes["bitset_idx"][categorical] < sets
        if not (len(nodes) and is_later.all() and known_columns.all() and known_sets.all()):
            raise AuditError(
                "A tree of the model points outside of itself, so it was changed. `headgate run` fits "
                "the model again."
            )
