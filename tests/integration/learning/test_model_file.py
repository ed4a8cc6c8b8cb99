"""Models are stored without pickle, byte for byte equal, and a changed file is refused."""

from __future__ import annotations

import functools
import hashlib
import io
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from skops.io import dumps, get_untrusted_types

from headgate.domains.retail.compliance_guardian import boosting_models
from headgate.domains.retail.demand_insights_engine import churn, customer_value
from headgate.errors import AuditError
from headgate.learning import model_file

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]
COLUMNS = ("silence", "purchases", "age")


def shop(rows: int = 600) -> tuple[pd.DataFrame, Any]:
    drawn = np.random.default_rng(7)
    points = pd.DataFrame(drawn.normal(size=(rows, len(COLUMNS))), columns=list(COLUMNS))
    points.loc[::17, "age"] = np.nan
    return points, points.silence.to_numpy() + drawn.normal(size=rows) > 0


@functools.cache
def churn_model(recipe: str) -> churn.ChurnModel:
    points, left = shop()
    return churn.fit(churn.training_set(points.fillna(0.0), left), recipe).shifted(0.25)


@functools.cache
def fraud_model(recipe: str) -> boosting_models.Boosting:
    points, fraud = shop()
    return boosting_models.boosting(points, pd.Series(fraud), COLUMNS, recipe=recipe)


class SpendingModel:
    """The regression of spending, which the kept models of customers hold."""

    def state(self) -> dict[str, Any]:
        points, _ = shop()
        logged = np.abs(points.fillna(0.0).to_numpy())
        window = customer_value._Window(logged, np.exp(points.silence.to_numpy()))
        return {"regression": customer_value._regression(window)}


@pytest.mark.parametrize("recipe", churn.RECIPES)
def test_every_churn_model_scores_as_before_after_it_was_stored(recipe: str) -> None:
    model, points = churn_model(recipe), shop()[0].fillna(0.0)
    read = churn.ChurnModel.from_state(model_file.state_from_bytes(model_file.to_bytes(model)))
    assert np.array_equal(read.probability(points), model.probability(points))
    assert (read.recipe, tuple(read.columns), read.shift) == (recipe, COLUMNS, 0.25)
    pd.testing.assert_series_equal(read.reference, model.reference)
    assert read.watch.index(points) == model.watch.index(points)


@pytest.mark.parametrize("recipe", boosting_models.RECIPES)
def test_every_fraud_model_scores_as_before_after_it_was_stored(recipe: str) -> None:
    model, points = fraud_model(recipe), shop()[0]
    read = boosting_models.Boosting.from_state(model_file.state_from_bytes(model_file.to_bytes(model)))
    assert np.array_equal(read.scores(points), model.scores(points))
    assert (read.recipe, list(read.columns), read.honest_share) == (recipe, list(COLUMNS), model.honest_share)
    pd.testing.assert_series_equal(read.reference, model.reference)


@pytest.mark.parametrize(
    ("fitted", "recipe"), [(churn_model, "calibrated_splines"), (fraud_model, boosting_models.FIRST)]
)
def test_equal_models_give_equal_bytes(fitted: Any, recipe: str) -> None:  # noqa: ANN401 a function with a cache
    model, make = fitted(recipe), fitted.__wrapped__
    body = model_file.to_bytes(model)
    assert model_file.to_bytes(make(recipe)) == body
    assert model_file.to_bytes(type(model).from_state(model_file.state_from_bytes(body))) == body


def test_another_process_gives_equal_bytes() -> None:
    script = (
        "import hashlib, sys; sys.path.insert(0, '.'); from tests.integration.learning import "
        "test_model_file as t; "
        "print(hashlib.sha256(t.model_file.to_bytes(t.churn_model('silence_rule'))).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == hashlib.sha256(model_file.to_bytes(churn_model("silence_rule"))).hexdigest()


def test_the_list_of_trusted_types_has_no_type_that_no_model_needs() -> None:
    needed = {
        name
        for recipe in churn.RECIPES
        for name in get_untrusted_types(data=model_file.to_bytes(churn_model(recipe)))
    }
    needed |= {
        name
        for recipe in boosting_models.RECIPES
        for name in get_untrusted_types(data=model_file.to_bytes(fraud_model(recipe)))
    }
    needed |= {*get_untrusted_types(data=model_file.to_bytes(SpendingModel()))}
    assert needed == set(model_file.TRUSTED)


def test_a_file_with_a_function_to_run_is_refused_and_the_message_names_it() -> None:
    """`partial` would be made on loading, and a later call would run what it holds."""
    body = dumps({"classifier": functools.partial(subprocess.run, ["true"])})
    with pytest.raises(
        AuditError,
        match=r"types that are not trusted: functools\.partial.*They are neither stored nor loaded",
    ):
        model_file.state_from_bytes(body)


def test_a_damaged_file_is_refused() -> None:
    body = model_file.to_bytes(churn_model("silence_rule"))
    for damaged in (
        b"",
        b"PK",
        body[: len(body) // 2],
        with_schema(body, lambda _: "{}"),
        with_schema(body, lambda _: "["),
    ):
        with pytest.raises(AuditError, match=r"Not a model's file|damaged"):
            model_file.state_from_bytes(damaged)


@dataclass(frozen=True)
class Changed:
    """A fraud model with one number of a tree changed."""

    column: str
    value: int

    def state(self) -> dict[str, Any]:
        state = fraud_model.__wrapped__(boosting_models.FIRST).state()
        state["classifier"]._predictors[3][0].nodes[self.column][0] = self.value
        return state

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Changed:
        raise NotImplementedError(state)


@pytest.mark.parametrize(
    ("column", "value"), [("left", 0), ("right", 1_000_000), ("feature_idx", 3), ("feature_idx", -1)]
)
def test_a_tree_that_points_outside_of_itself_is_refused(column: str, value: int) -> None:
    """scikit-learn would read memory that is not the tree's, or never end."""
    with pytest.raises(AuditError, match="points outside of itself"):
        model_file.state_from_bytes(model_file.to_bytes(Changed(column, value)))


def with_schema(body: bytes, changed: Callable[[str], str]) -> bytes:
    """Return a model's file with another schema."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as read, zipfile.ZipFile(out, "w") as written:
        for name in read.namelist():
            text = read.read(name)
            written.writestr(name, changed(text.decode()) if name == "schema.json" else text)
    return out.getvalue()
