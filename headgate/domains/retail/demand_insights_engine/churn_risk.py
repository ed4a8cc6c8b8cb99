"""churn_risk: the chance of no purchase in 90 days, its reasons, and whether an offer pays."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from sklearn.metrics import roc_auc_score

from headgate.contracts.registry import Registry
from headgate.domains.retail.demand_insights_engine import churn
from headgate.domains.retail.demand_insights_engine.features import HORIZON_DAYS
from headgate.domains.retail.demand_insights_engine.late_gaps import LateGaps, rhythm_days
from headgate.domains.retail.demand_insights_engine.origins import (
    POINTS,
    Coming,
    CustomerOrigin,
    Origins,
    expected,
    together,
)
from headgate.domains.retail.margin import MARGIN_SHARE
from headgate.domains.retail.money import amounts_in_arrow
from headgate.engines.stored_rows import StoredRows, store_frames
from headgate.learning.calibration import Bin, bins_of
from headgate.learning.champion_challenger import Contest, decide_contest, log_loss
from headgate.learning.recalibration import recalibrated
from headgate.learning.store import Trained
from headgate.systems.rows_in_file import RowsInFile, write_to_file

Array = npt.NDArray[np.float64]

NAME = "churn"
WITHOUT_MODEL = "recency_share"  # what the table names where no model is learnt
LEAVING = "leaving"  # the column of the probability that each customer leaves
MIN_CONTRIBUTIONS = (1e-6, 0.05, 0.05)  # log-odds of a first, second and third cause
DRIVERS = len(MIN_CONTRIBUTIONS)
_HIGH, MEDIUM = 1 / 2, 1 / 3  # high: more likely than not buys nothing
_LOW = "low"
_SILENCE = ("silent_days", "ordered_days_ago", "recency_days", "frequency")
_HISTORY = ("customer_id", "marketing_opt_in", "net_revenue", *_SILENCE)
_WEIGHTS = np.linspace(0.0, 1.0, 5)  # of the shift to the expected number of buyers

LONG_SILENCE = "long silence"
# The name of a signal that raises the probability from above, and from below, the typical customer's value.
# None is no cause that a shop can act on, such as much spending.
WORDS: Mapping[str, tuple[str | None, str | None]] = {
    "silence": (LONG_SILENCE, None),
    "silence_in_gaps": ("overdue in own rhythm", None),
    "purchases": (None, "few purchases"),
    "recent_purchases": (None, "few purchases lately"),
    "purchase_value": (None, "small purchases"),
    "recent_revenue": (None, "little spent lately"),
    "age": (None, "new customer"),
    "products": (None, "narrow choice"),
}
USUAL = "as customers who stay"  # the driver where no cause raises the probability
SIGNALS = tuple(WORDS)


@dataclass(frozen=True)
class ChurnTrial:
    """The recipes at unseen past origins, and the winner's probabilities there.

    Attributes:
        model: the winner, fitted on origins before the tested ones.
        weight: the best share of the shift to the expected number of buyers.
        probability, left, silence: of the winner, over all tested origins.
        leaving: the probabilities of `model` by tested origin.
        threshold: the probability from which on offers earned most at all tested origins, or that of an offer
            to all customers if this earned as much.
        earned_gbp, earned_all_gbp: earnings of offers at the tested origins, with a threshold from earlier
            origins, and with offers to all; a sample's earnings are scaled to all customers.
    """

    contest: Contest
    model: churn.ChurnModel
    weight: float
    probability: Array
    left: npt.NDArray[np.bool_]
    silence: Array
    leaving: tuple[Array, ...]
    threshold: float
    earned_gbp: float
    earned_all_gbp: float
    margin_share: float = MARGIN_SHARE


def churn_trial(
    past: Origins, ahead: Coming, champion: str = "", margin_share: float = MARGIN_SHARE
) -> ChurnTrial | None:
    """Train every recipe at the earlier origins, and test it at the later ones.

    Returns None if either have too few customers who left or stayed.

    Args:
        champion: the recipe in charge; empty for none.
        margin_share: share of the revenue that the shop keeps, which decides where an offer pays.
    """
    if not past.tested or not past.earlier:
        return None
    tested, came_true, _ = together(past.tested, ("purchase_value", "silence"))
    points, left, _ = together(past.earlier, SIGNALS)
    if not (churn.is_enough(left) and churn.is_enough(came_true)):
        return None
    learnt = churn.training_set(points, left)
    models = {recipe: churn.fit(learnt, recipe) for recipe in churn.RECIPES}
    buyers = expected(ahead, past.earlier).of_part(past.share).buyers
    unshifted = {recipe: _at_origins(model, past.tested) for recipe, model in models.items()}
    tried = {recipe: _best_shift(some, came_true, buyers) for recipe, some in unshifted.items()}
    contest = decide_contest(
        champion, {recipe: log_loss(came_true, trial[1]) for recipe, trial in tried.items()}, churn.NAIVE
    )
    weight, probability = tried[contest.winner]
    gains = churn.earned(came_true, tested.purchase_value.to_numpy(), margin_share)
    gains_before = churn.earned(left, points.purchase_value.to_numpy(), margin_share)
    before = models[contest.winner].probability(points), gains_before
    earned, earned_all = (
        churn.earned_later(*before, probability, gains) / past.share,
        float(gains.sum()) / past.share,
    )
    return ChurnTrial(
        contest=contest,
        model=(model := _shifted(models[contest.winner], unshifted[contest.winner][-1], buyers, weight)),
        weight=weight,
        probability=probability,
        left=came_true,
        silence=tested.silence.to_numpy(),
        leaving=tuple(model.after_shift(part) for part in unshifted[contest.winner]),
        threshold=churn.threshold_or_everybody(
            churn.best_threshold(probability, gains)[0], earned, earned_all
        ),
        earned_gbp=earned,
        earned_all_gbp=earned_all,
        margin_share=margin_share,
    )


def _at_origins(model: churn.ChurnModel, tested: tuple[CustomerOrigin, ...]) -> list[Array]:
    return [model.unshifted(origin.customers.parts(SIGNALS)) for origin in tested]


def _best_shift(
    unshifted: list[Array], left: npt.NDArray[np.bool_], buyers: float | None
) -> tuple[float, Array]:
    """Return the shift's weight with the least loss at the tested origins, and its probabilities."""
    weights = _WEIGHTS if buyers else _WEIGHTS[:1]
    certain = [churn.moved(part, 0.0) for part in unshifted]
    shifts = [_shift_to(part, buyers) if buyers else 0.0 for part in certain]
    given = [
        np.concatenate([churn.moved(part, weight * by) for part, by in zip(certain, shifts, strict=True)])
        for weight in weights
    ]
    best = int(np.argmin([log_loss(left, part).mean() for part in given]))
    return float(weights[best]), given[best]


def _shift_to(probability: Array, buyers: float) -> float:
    return churn.shift_to(lambda: [probability], len(probability), buyers)


def _shifted(
    model: churn.ChurnModel, unshifted: Array, buyers: float | None, weight: float
) -> churn.ChurnModel:
    return (
        model.shifted(weight * _shift_to(churn.moved(unshifted, 0.0), buyers)) if buyers and weight else model
    )


def fitted(
    past: Origins, ahead: Coming, customers: StoredRows, trial: ChurnTrial | None, folder: Path
) -> tuple[churn.ChurnModel | None, StoredRows]:
    """Return the winner's recipe, fitted at the newest ended origins, and each customer's probability.

    There is no model where these origins do not carry one. A curve over the silence then replaces it.

    Args:
        customers: points of all customers now, whose number of buyers is expected.
        folder: receives the column `LEAVING` of all customers, in their order.
    """
    buyers, weight = expected(ahead, past.newest).buyers, trial.weight if trial else 1.0
    return aimed(_learnt(past, trial), buyers, weight, customers, folder)


def aimed(
    model: churn.ChurnModel | None, buyers: float | None, weight: float, customers: StoredRows, folder: Path
) -> tuple[churn.ChurnModel | None, StoredRows]:
    """Return the model shifted to the expected number of buyers, and each customer's probability.

    Args:
        weight: of the shift, as `ChurnTrial` has it.
        customers, folder: as `fitted` has them.
    """
    path = folder / "leaving.parquet"
    if model is None:
        return None, leaving_of(model, customers, path)
    unshifted = _kept(model.unshifted_parts(customers.parts(SIGNALS)), folder / "unshifted.parquet")
    if buyers and weight:
        by = churn.shift_to(
            lambda: (churn.moved(part, 0.0) for part in _leaving(unshifted)), len(unshifted), buyers
        )
        model = model.shifted(weight * by)
    return model, _kept((model.after_shift(part) for part in _leaving(unshifted)), path)


def leaving_of(model: churn.ChurnModel | None, customers: StoredRows, path: Path) -> StoredRows:
    """Return the column `LEAVING` of customers on disk, by an aimed model."""
    if model is None:
        silences = (part.silence.to_numpy() for part in customers.parts(("silence",)))
        return _kept(map(share_of_silence, silences), path)
    unshifted = model.unshifted_parts(customers.parts(SIGNALS))
    return _kept(map(model.after_shift, unshifted), path)


def probability(model: churn.ChurnModel | None, points: pd.DataFrame) -> Array:
    """Return the probability that customers in memory leave, by an aimed model."""
    return model.probability(points) if model else share_of_silence(points.silence.to_numpy())


def _kept(probability: Iterator[Array], path: Path) -> StoredRows:
    return store_frames((pd.DataFrame({LEAVING: part}) for part in probability), path)


def _leaving(stored: StoredRows) -> Iterator[Array]:
    return (part[LEAVING].to_numpy() for part in stored.parts((LEAVING,)))


def _learnt(past: Origins, trial: ChurnTrial | None) -> churn.ChurnModel | None:
    if not past.newest:
        return None
    points, left, _ = together(past.newest, SIGNALS)
    if not churn.is_enough(left):
        return None
    return churn.fit(churn.training_set(points, left), trial.contest.winner if trial else churn.FIRST)


def kept(model: churn.ChurnModel, trial: ChurnTrial | None, past: Origins, tested_on: str) -> Trained:
    """Return the model with its figures at past origins, on the days `tested_on`."""
    metrics = {} if trial is None else _figures(trial)
    learnt = min(sum(len(origin.customers) for origin in past.newest), churn.MAX_LEARNT_FROM)
    calibration = bins_of(trial.left, trial.probability) if trial else ()
    return Trained(
        NAME,
        model.recipe,
        model,
        SIGNALS,
        learnt,
        metrics,
        trial.contest if trial else None,
        calibration=calibration,
        tested_on=tested_on if trial else "",
    )


def _figures(trial: ChurnTrial) -> dict[str, float]:
    return {
        "auc": float(roc_auc_score(trial.left, trial.probability)),
        "auc_naive": float(roc_auc_score(trial.left, trial.silence)),
        "log_loss": float(log_loss(trial.left, trial.probability).mean()),
        "calibration_error": churn.calibration_error(trial.left, trial.probability),
    }


@dataclass(frozen=True)
class ChurnInCharge:
    """The churn model that a table is scored with.

    Attributes:
        model: None where too few customers left or stayed.
        offer_threshold: the probability from which on an offer pays.
        learnt_on: the last day whose purchases it learnt from.
        late: from which silence on customers are late.
        tested: its probabilities at past origins beside the share that left; empty without a test.
    """

    model: churn.ChurnModel | None
    offer_threshold: float
    learnt_on: date
    late: LateGaps
    tested: Sequence[Bin] = ()

    def corrected(self, probability: Array) -> Array:
        """Return the probabilities of leaving as customers with similar ones left in the test."""
        return recalibrated(probability, self.tested)


def table(
    customers: StoredRows,
    points: StoredRows,
    in_charge: ChurnInCharge,
    leaving: StoredRows,
    *,
    at_stake: Array,
    stakes: Array | None = None,
) -> RowsInFile:
    """Return the table's rows, one per customer, in the customers' order.

    Args:
        points: of the same customers, as `origins.signals` gives them.
        leaving: the probability that each of these customers leaves, as `aimed` gives it.
        at_stake: of these customers, as `StoredOutlook.value_at_stake` has it; 0 for those who kept nothing.
        stakes: the values at stake among which customers have their rank, as `in_pennies` gives them; None
            for their own.
    """
    own = in_pennies(amounts_in_arrow(at_stake))
    among = np.sort(own if stakes is None else stakes)
    rank = 1 + len(among) - np.searchsorted(among, own, side="right")
    parts = zip(
        customers.parts(_HISTORY),
        points.parts(POINTS),
        _leaving(leaving),
        strict=True,
    )
    return write_to_file(
        Registry.load().prod["churn_risk"],
        _ranked(
            (_rows(part, some, in_charge, probability) for part, some, probability in parts),
            at_stake,
            rank,
        ),
    )


def in_pennies(amounts: pa.ChunkedArray | pd.arrays.ArrowExtensionArray) -> Array:
    """Return amounts in whole pennies as floats: equal amounts share a rank."""
    exact = amounts if isinstance(amounts, pa.ChunkedArray) else pa.array(amounts)
    return np.asarray(exact.cast(pa.float64()).to_numpy())


def _ranked(
    parts: Iterator[pd.DataFrame], at_stake: Array, rank: npt.NDArray[np.int64]
) -> Iterator[pd.DataFrame]:
    begin = 0
    for part in parts:
        own = slice(begin, begin := begin + len(part))
        yield part.assign(risk_rank=rank[own], value_at_stake_gbp=amounts_in_arrow(at_stake[own]))


def _rows(
    customers: pd.DataFrame,
    points: pd.DataFrame,
    in_charge: ChurnInCharge,
    probability: Array,
) -> pd.DataFrame:
    model, threshold = in_charge.model, in_charge.offer_threshold
    frame = pd.DataFrame(
        {
            "customer_id": customers.customer_id,
            "churn_probability": probability,
            "corrected_probability": in_charge.corrected(probability),
        }
    )
    is_late = in_charge.late.are_late(customers)
    frame["risk_band"] = bands_of(
        probability,
        is_late=is_late.to_numpy(dtype=np.bool_),
        is_silent=(customers.silent_days > in_charge.late.after_days(customers)).to_numpy(dtype=np.bool_),
    )
    frame[[f"driver_{place + 1}" for place in range(DRIVERS)]] = _drivers(model, points, probability)
    consent, pays = customers.marketing_opt_in.astype("boolean"), probability >= threshold
    is_due = is_late & consent.fillna(value=True)
    is_risk = (frame.risk_band != _LOW) & (frame.driver_1 != USUAL)
    return frame.assign(
        silent_days=customers.silent_days,
        ordered_days_ago=customers.ordered_days_ago.astype("Int64"),
        usual_days=rhythm_days(customers).round().astype("Int64"),
        late_after_days=np.floor(in_charge.late.after_days(customers)).astype("int64"),
        win_back=(win_back := is_risk & is_due),
        call_last=win_back & (customers.net_revenue <= 0),
        purchase_value_gbp=amounts_in_arrow(points.purchase_value.to_numpy()),
        offer_threshold=threshold,
        offer_pays=pays,
        marketing_opt_in=consent,
        make_offer=pays & consent.fillna(value=False).astype(bool),
        model=model.recipe if model else WITHOUT_MODEL,
        learnt_on=in_charge.learnt_on,
    )


def bands_of(
    probability: Array, *, is_late: npt.NDArray[np.bool_], is_silent: npt.NDArray[np.bool_]
) -> npt.NDArray[np.str_]:
    """Return the priority of winning each customer back, whatever the consent.

    Most customers of a shop buy nothing in 90 days, so a band of the chance alone is high for most. Only
    silence beyond the usual one is a reason to act.

    Args:
        is_late: bought twice or more, and silent for longer than `late_after_days`.
        is_silent: silent for longer than `late_after_days`, also after a single purchase.
    """
    chance = chance_bands(probability)
    return np.select([is_late & (chance == "high"), is_silent & (chance != _LOW)], ["high", "medium"], _LOW)


def chance_bands(probability: Array) -> npt.NDArray[np.str_]:
    """Return the band of each chance of no purchase: low below a third, high from a half on."""
    return np.select([probability >= _HIGH, probability >= MEDIUM], ["high", "medium"], _LOW)


def share_of_silence(silence: Array) -> Array:
    """Return even odds after `HORIZON_DAYS` of silence, for shops without a model. It is not calibrated."""
    return silence / (silence + HORIZON_DAYS)


def _drivers(
    model: churn.ChurnModel | None, points: pd.DataFrame, probability: Array
) -> npt.NDArray[np.object_]:
    """Return the causes that raise each probability most, shape (customers, DRIVERS).

    The first is `USUAL` where there is none, the others are then None.
    """
    named = np.full((len(points), DRIVERS), None, dtype=object)
    if model is None:
        named[:, 0] = np.where(probability >= MEDIUM, LONG_SILENCE, USUAL)
    elif len(points):
        above = points[list(SIGNALS)].to_numpy() > model.reference[list(SIGNALS)].to_numpy()
        words = np.where(above, *np.array([WORDS[name] for name in SIGNALS], dtype=object).T)
        raised = np.where(pd.isna(words), -np.inf, churn.contributions(model, points, probability))
        order = np.argsort(-raised, axis=1, kind="stable")[:, :DRIVERS]
        weights = np.take_along_axis(raised, order, axis=1)
        is_cause = weights > np.array(MIN_CONTRIBUTIONS)
        named[is_cause] = np.take_along_axis(words, order, axis=1)[is_cause]
        named[~is_cause[:, 0], 0] = USUAL
    return named
