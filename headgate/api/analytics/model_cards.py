from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.api.analytics import tables
from headgate.api.http.problems import unknown_name
from headgate.api.shapes.model_cards import ModelCardDetail, ModelCardEntry, ModelCards

if TYPE_CHECKING:
    from headgate.api.lake_ports import LakePorts
    from headgate.systems.model_cards import CurrentTable, Description


_TEXTS = ("data", "naive_rule", "limits", "uses", "method", "names")


def every_card(lake: LakePorts) -> ModelCards:
    """Return the models of the deployed systems."""
    return ModelCards(cards=tuple(ModelCardEntry(**_entry(about)) for about in _deployed(lake).values()))


def card(lake: LakePorts, name: str) -> ModelCardDetail:
    """Return the card of a model, with the figures of the current tables."""
    from headgate.learning.store import ModelStore
    from headgate.snapshots.read_snapshots import newest_snapshot
    from headgate.systems.model_cards import missing_datasets, model_card

    deployed = _deployed(lake)
    about = deployed.get(name)
    if about is None:
        raise unknown_name(
            "No system of this lake has a model of that name.",
            name,
            deployed,
            "GET /v1/model-cards lists them.",
        )
    current = _current_table(lake, about)
    models = ModelStore(lake.objects, lake.bucket("artifacts"))
    made = model_card(
        about,
        tables.published(lake, about.system, about.quality)[1].to_pylist(),
        models.of_day_or_newest(about.system, about.kept, current.as_of) if about.kept else None,
        current,
        missing_datasets(about, newest_snapshot(lake.objects, lake.bucket("curated"))),
    )
    texts = {name: getattr(about, name) for name in _TEXTS}
    return ModelCardDetail.model_validate(
        made.to_dict() | _entry(about) | texts | {"is_kept": bool(about.kept)}
    )


def _deployed(lake: LakePorts) -> dict[str, Description]:
    from headgate.systems.model_cards import descriptions

    return {name: about for name, about in descriptions().items() if about.system in lake.systems}


def _entry(about: Description) -> dict[str, object]:
    return {
        "name": about.name,
        "system": about.system,
        "tables": about.tables,
        "quality": about.quality,
        "predicts": about.predicts,
    }


def _current_table(lake: LakePorts, about: Description) -> CurrentTable:
    from headgate.systems.model_cards import CurrentTable

    if not about.method_columns and not about.figure_columns:
        return CurrentTable()
    shown, rows = tables.published(lake, about.system, about.tables[0])
    return CurrentTable.of_table(about, shown.as_of if rows.num_rows else "", rows)
