"""Models are kept with the record of what they were made from."""

from __future__ import annotations

import hashlib
import json
import pickle
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.errors import AuditError, NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.learning import preprocessing
from headgate.learning.champion_challenger import decide_contest
from headgate.learning.feature_drift import DriftWatch
from headgate.learning.store import Card, ModelInputs, ModelStore, Trained

pytestmark = pytest.mark.unit

POINTS = pd.DataFrame({"amount": [1.0, np.nan, 3.0]})
ORIGIN = ModelInputs("demand-insights-engine", "abc", date(2026, 3, 1), "c0de")


@dataclass(frozen=True)
class Steps:
    """A fitted model that can be stored."""

    step: Any

    def state(self) -> dict[str, Any]:
        return {"step": self.step}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Steps:
        return cls(**state)


class NotTrusted(DriftWatch):
    """An estimator that nobody listed."""


def trained(recipe: str = "splines", watch: DriftWatch | None = None) -> Trained:
    step = Steps(
        preprocessing.chain(
            watch or DriftWatch(), preprocessing.scale(preprocessing.Scale.STANDARD, seed=1)
        ).fit(POINTS)
    )
    losses = {"splines": np.full(200, 0.5), "trees": np.full(200, 0.6)}
    return Trained(
        "churn", recipe, step, ("amount",), 3, {"auc": 0.85}, decide_contest("", losses), {"amount": 0.0}
    )


LOADED: list[str] = []


class Runs:
    """Whoever unpickles it runs code."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return LOADED.append, ("loaded",)


def store() -> ModelStore:
    return ModelStore(MemoryObjects(), "artifacts")


def test_a_kept_model_works_as_it_did_with_its_preprocessing() -> None:
    kept = store()
    card = kept.keep(trained(), ORIGIN)
    np.testing.assert_array_equal(
        kept.load(card, Steps).step.transform(POINTS), trained().fitted.step.transform(POINTS)
    )


def test_the_card_says_what_data_what_code_and_what_score() -> None:
    card = store().keep(trained(), ORIGIN)
    assert (card.snapshot_id, card.as_of, card.code, card.rows, card.metrics) == (
        "abc",
        "2026-03-01",
        "c0de",
        3,
        {"auc": 0.85},
    )
    assert card.contest is not None
    assert card.contest["winner"] == "splines"
    assert "scikit-learn" in card.libraries


def test_a_card_survives_its_text() -> None:
    card = store().keep(trained(), ORIGIN)
    assert Card.from_json(card.to_json()) == card


def test_keeping_the_same_model_again_changes_nothing() -> None:
    objects = MemoryObjects()
    kept = ModelStore(objects, "artifacts")
    first = kept.keep(trained(), ORIGIN)
    before = {info.ref.key: objects.read(info.ref) for info in objects.list("artifacts", "")}
    assert kept.keep(trained(), ORIGIN) == first
    assert {info.ref.key: objects.read(info.ref) for info in objects.list("artifacts", "")} == before


@pytest.mark.parametrize("other", [{"snapshot_id": "other"}, {"code": "other"}, {"as_of": date(2026, 3, 2)}])
def test_other_data_code_or_day_is_another_version(other: dict[str, object]) -> None:
    kept = store()
    assert kept.keep(trained(), ORIGIN).version != kept.keep(trained(), replace(ORIGIN, **other)).version  # type: ignore[arg-type] # as parametrized


def test_the_champion_is_what_the_latest_earlier_day_left() -> None:
    kept = store()
    for day, recipe in ((1, "splines"), (3, "trees"), (5, "splines")):
        kept.keep(trained(recipe), replace(ORIGIN, as_of=date(2026, 3, day)))
    assert kept.champion(ORIGIN.system, "churn", date(2026, 3, 5)) == "trees"
    assert kept.champion(ORIGIN.system, "churn", date(2026, 3, 1)) == ""
    assert [card.recipe for card in kept.cards(ORIGIN.system, "churn")] == ["splines", "trees", "splines"]


def test_a_second_run_of_a_day_starts_from_the_same_champion() -> None:
    kept = store()
    before = kept.champion(ORIGIN.system, "churn", ORIGIN.as_of)
    kept.keep(trained("trees"), ORIGIN)
    assert kept.champion(ORIGIN.system, "churn", ORIGIN.as_of) == before


def test_the_newest_card_of_every_model_of_every_system() -> None:
    kept = store()
    for system, day in (
        ("demand-insights-engine", 1),
        ("demand-insights-engine", 2),
        ("compliance-guardian", 1),
    ):
        kept.keep(trained(), replace(ORIGIN, system=system, as_of=date(2026, 3, day)))
    assert [(card.system, card.as_of) for card in kept.newest()] == [
        ("compliance-guardian", "2026-03-01"),
        ("demand-insights-engine", "2026-03-02"),
    ]


def test_changed_bytes_are_not_loaded() -> None:
    objects = MemoryObjects()
    kept = ModelStore(objects, "artifacts")
    card = kept.keep(trained(), ORIGIN)
    place = next(info.ref for info in objects.list("artifacts", "") if info.ref.key.endswith(".skops"))
    objects.write(ObjectRef(place.bucket, place.key), b"something else")
    with pytest.raises(AuditError, match="not those that its card names"):
        kept.load(card, Steps)


def test_a_pickle_is_not_loaded() -> None:
    """Even if it lies where the model should be, and its card names its bytes."""
    objects = MemoryObjects()
    kept = ModelStore(objects, "artifacts")
    card = kept.keep(trained(), ORIGIN)
    body = pickle.dumps(Runs())
    objects.write(ObjectRef("artifacts", keys.model_key(card.system, card.model, card.version)), body)
    with pytest.raises(AuditError, match="Not a model's file"):
        kept.load(replace(card, sha256=hashlib.sha256(body).hexdigest()), Steps)
    assert LOADED == []


def test_a_model_with_an_object_of_an_untrusted_type_is_not_stored() -> None:
    objects = MemoryObjects()
    with pytest.raises(AuditError, match=r"types that are not trusted: [\w.]*test_store\.NotTrusted"):
        ModelStore(objects, "artifacts").keep(trained(watch=NotTrusted()), ORIGIN)
    assert objects.contents("artifacts") == {}


def test_a_version_that_was_never_kept_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        store().card("demand-insights-engine", "churn", "none")


def test_a_card_is_readable_by_other_tools() -> None:
    assert json.loads(store().keep(trained(), ORIGIN).to_json())["model"] == "churn"
