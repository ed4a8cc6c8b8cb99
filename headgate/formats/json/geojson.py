"""GeoJSON: each feature of a collection is a record of its properties, with its `geometry`.

Source: RFC 7946, sections 3.2 and 3.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.errors import HeaderError

if TYPE_CHECKING:
    from collections.abc import Iterator

_OWN = ("id", "geometry")  # members of a feature beside its type and its properties


def is_feature_collection(parsed: object) -> bool:
    """Return whether a parsed JSON text is a collection of features."""
    return (
        isinstance(parsed, dict)
        and parsed.get("type") == "FeatureCollection"
        and isinstance(parsed.get("features"), list)
    )


def features(collection: dict[str, Any]) -> Iterator[object]:
    """Yield a record for each feature; an entry of another type is yielded as it is.

    Raises:
        HeaderError: `duplicate_column`: a property has the name of the feature's geometry or id.
    """
    for feature in collection["features"]:
        yield _record(feature) if isinstance(feature, dict) and feature.get("type") == "Feature" else feature


def _record(feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties") or {}
    own = {name: feature[name] for name in _OWN if feature.get(name) is not None}
    twice = [name for name in own if name in properties and properties[name] != own[name]]
    if twice:
        raise HeaderError(
            rule="duplicate_column",
            message=f"a feature has a property {twice[0]} beside its own",
            remedy="give the property another name",
            column=twice[0],
        )
    return {**own, **properties}
