"""Read GeoJSON: each feature of a collection is a record of its properties, `geometry` and `id`.

Source: RFC 7946, sections 3.2 and 3.3.
"""

from collections.abc import Iterator
from typing import Any

from headgate.errors import HeaderError

_FEATURE_MEMBERS = ("id", "geometry")  # members of a feature other than its type and properties


def is_feature_collection(parsed: object) -> bool:
    """Return whether a parsed JSON text is a feature collection."""
    return (
        isinstance(parsed, dict)
        and parsed.get("type") == "FeatureCollection"
        and isinstance(parsed.get("features"), list)
    )


def features(collection: dict[str, Any]) -> Iterator[object]:
    """Yield a record for each feature; entries of other types are yielded unchanged.

    Raises:
        HeaderError: `duplicate_column`: a property has the name of the feature's geometry or id.
    """
    for feature in collection["features"]:
        yield _record(feature) if isinstance(feature, dict) and feature.get("type") == "Feature" else feature


def _record(feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties") or {}
    members = {name: feature[name] for name in _FEATURE_MEMBERS if feature.get(name) is not None}
    duplicates = [name for name in members if name in properties and properties[name] != members[name]]
    if duplicates:
        raise HeaderError(
            rule="duplicate_column",
            message=f"a feature has a property {duplicates[0]} beside its own",
            remedy="give the property another name",
            column=duplicates[0],
        )
    return {**members, **properties}
