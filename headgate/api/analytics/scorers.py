"""Scorers that the last run exported, for the routes of domains (see docs/adr/0031)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from headgate.api.cache import Cache
from headgate.api.http.problems import conflict, not_built
from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headgate.api.lake_ports import LakePorts
    from headgate.scoring.scorer import Scorer

Model = TypeVar("Model")

_NOT_EXPORTED = "No run has exported this model. It needs enough data to learn from; POST /v1/runs builds it."
# By object and ETag, which changes with every export.
_cache: Cache[str, tuple[Mapping[str, Any], Any]] = Cache(8)


def exported(
    lake: LakePorts, system: str, name: str, kind: Callable[[Scorer], Model]
) -> tuple[Mapping[str, Any], Model]:
    """Return the facts and the model of the newest export, reading it again only after a new export."""
    from headgate.scoring.scorer import FORMAT, Scorer

    if system not in lake.systems:
        raise not_built(system, lake.systems)
    ref = ObjectRef(lake.bucket("artifacts"), keys.scorer_key(system, name))
    try:
        version = f"{ref.bucket}/{ref.key} {lake.objects.info(ref).etag}"
        scorer = None if version in _cache else Scorer.from_bytes(lake.objects.read(ref))
    except NotFoundError:
        raise conflict(_NOT_EXPORTED) from None
    if scorer:
        if not scorer.facts["is_available"] or scorer.facts["format"] != FORMAT:
            raise conflict(_NOT_EXPORTED)
        _cache[version] = (scorer.facts, kind(scorer))
    return _cache[version]


def origin(facts: Mapping[str, Any], model: str) -> dict[str, str]:
    """Return the fields of `ModelOrigin` for an answer of an exported model."""
    return {"model": model, "as_of": facts["as_of"], "snapshot_id": facts["snapshot_id"]}
