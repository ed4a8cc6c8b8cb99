"""Store models in the artifacts bucket, with the record of their inputs and their quality."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar

from headgate.errors import AuditError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef, ObjectStore
from headgate.learning.calibration import Bin
from headgate.scoring.scorer import FORMAT, Scorer
from headgate.snapshots.snapshot import snapshot_id_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.learning.champion_challenger import Contest
    from headgate.learning.model_file import Storable

Kind = TypeVar("Kind", bound="Storable")

LIBRARIES = ("scikit-learn", "numpy", "scipy", "pandas", "skops")
_JSON = "application/json"


@dataclass(frozen=True)
class Trained:
    """A fitted model and its facts.

    Attributes:
        name: the model's, within its system.
        fitted: the scoring object with its preprocessing: a `headgate.learning.model_file.Storable`.
        columns: its input columns, in order.
        rows: number of rows that it learnt from.
        metrics: figure → value, on unseen cases.
        drift: column → population stability index between the rows that it learnt from and those it scores.
        calibration: its probabilities on unseen cases, and how many of them came true.
        tested_on: the days of these cases, as an ISO 8601 interval.
    """

    name: str
    recipe: str
    fitted: Any = field(repr=False)
    columns: tuple[str, ...]
    rows: int
    metrics: Mapping[str, float]
    contest: Contest | None = None
    drift: Mapping[str, float] = field(default_factory=dict)
    calibration: tuple[Bin, ...] = ()
    tested_on: str = ""


@dataclass(frozen=True)
class ModelInputs:
    """The inputs that decide the versions of a run's models. `code` is a hash of the system's source."""

    system: str
    snapshot_id: str
    as_of: date
    code: str


@dataclass(frozen=True)
class Card:
    """The record of one version of a model.

    `sha256` is of the model's bytes; `libraries` are the versions that can load it.
    """

    model: str
    system: str
    version: str
    recipe: str
    snapshot_id: str
    as_of: str
    code: str
    columns: tuple[str, ...]
    rows: int
    metrics: Mapping[str, float]
    contest: Mapping[str, Any] | None
    drift: Mapping[str, float]
    libraries: Mapping[str, str]
    sha256: str
    calibration: tuple[Bin, ...] = ()
    tested_on: str = ""

    def to_json(self) -> str:
        """Return the card as text; equal cards give equal bytes."""
        return json.dumps(asdict(self), sort_keys=True, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Card:
        """Return the card from its text."""
        read = json.loads(text)
        calibration = tuple(Bin(**fields) for fields in read.get("calibration", ()))
        return cls(**{**read, "columns": tuple(read["columns"]), "calibration": calibration})


@dataclass(frozen=True)
class ModelStore:
    """Models by system and name; ADR 31 describes the keys."""

    objects: ObjectStore
    bucket: str

    def keep(self, trained: Trained, origin: ModelInputs) -> Card:
        """Store the model with its record, which becomes the newest of its day.

        Storing the same model again changes nothing.

        Raises:
            AuditError: the model has an object of a type that `headgate.learning.model_file` does not trust.
        """
        from headgate.learning.model_file import to_bytes  # noqa: PLC0415 readers of cards need no scikit-learn

        body = to_bytes(trained.fitted)
        card = _card(trained, origin, hashlib.sha256(body).hexdigest())
        self.objects.write(self._ref(keys.model_key(card.system, card.model, card.version)), body)
        for key in (
            keys.model_card_key(card.system, card.model, card.version),
            keys.model_of_day_key(card.system, card.model, origin.as_of),
        ):
            self.objects.write(self._ref(key), card.to_json().encode(), content_type=_JSON)
        return card

    def export(self, system: str, model: str, scorer: Scorer | None, origin: ModelInputs) -> None:
        """Store the scorer for future predictions, with the day and the snapshot of its run.

        None: predictions are unavailable.
        """
        origin_facts = {
            "as_of": origin.as_of.isoformat(),
            "snapshot_id": origin.snapshot_id,
            "is_available": scorer is not None,
            "format": FORMAT,
        }
        kept = Scorer({**scorer.facts, **origin_facts}, scorer.arrays) if scorer else Scorer(origin_facts, {})
        self.objects.write(self._ref(keys.scorer_key(system, model)), kept.to_bytes())

    def champion(self, system: str, model: str, before: date) -> str:
        """Return the champion of the latest day before `before`; empty if there is none."""
        days = [
            day
            for key in self._below(system, model)
            if (day := keys.parse_model_of_day_key(key)) and day < before
        ]
        if not days:
            return ""
        return self._read(keys.model_of_day_key(system, model, max(days))).recipe

    def card(self, system: str, model: str, version: str) -> Card:
        """Return the record of a version; NotFoundError if there is none."""
        return self._read(keys.model_card_key(system, model, version))

    def cards(self, system: str, model: str) -> list[Card]:
        """Return the newest record of each day, oldest day first."""
        return [self._read(key) for key in self._days(system, model)]

    def of_day_or_newest(self, system: str, model: str, as_of: str) -> Card | None:
        """Return the newest record of a day, or else of the last day; None if there is no record.

        A table has an earlier day than the last record after data were reverted or it was rolled back.
        """
        days = self._days(system, model)
        of_day = keys.model_of_day_key(system, model, date.fromisoformat(as_of)) if as_of else ""
        return self._read(of_day if of_day in days else days[-1]) if days else None

    def newest(self) -> list[Card]:
        """Return the newest record of every model of every system, by system and model."""
        model_keys = (info.ref.key for info in self.objects.list(self.bucket, f"{keys.MODELS}/"))
        last = {
            key.rpartition("/as_of=")[0]: key
            for key in sorted(model_keys)
            if keys.parse_model_of_day_key(key)
        }
        return [self._read(key) for key in last.values()]

    def load(self, card: Card, kind: type[Kind]) -> Kind:
        """Return the fitted model of a card.

        Raises:
            NotFoundError: its bytes do not exist.
            AuditError: its bytes have changed, or contain an object of a type that is not trusted.
        """
        from headgate.learning.model_file import state_from_bytes  # noqa: PLC0415 as above

        body = self.objects.read(self._ref(keys.model_key(card.system, card.model, card.version)))
        if hashlib.sha256(body).hexdigest() != card.sha256:
            raise AuditError(
                f"model {card.system}/{card.model} version {card.version}: its bytes are not those that its "
                "card names"
            )
        return kind.from_state(state_from_bytes(body))

    def _days(self, system: str, model: str) -> list[str]:
        """Return the keys of the newest record of each day, oldest day first."""
        return sorted(key for key in self._below(system, model) if keys.parse_model_of_day_key(key))

    def _below(self, system: str, model: str) -> list[str]:
        return [
            info.ref.key for info in self.objects.list(self.bucket, keys.models_of_days_prefix(system, model))
        ]

    def _read(self, key: str) -> Card:
        return Card.from_json(self.objects.read(self._ref(key)).decode())

    def _ref(self, key: str) -> ObjectRef:
        return ObjectRef(self.bucket, key)


@dataclass
class Shelf:
    """The champions before one run of a system, and the models of the run.

    Filled by `build`, stored by the runner.
    """

    champions: Mapping[str, str] = field(default_factory=dict)  # model → champion before this run's day
    trained: list[Trained] = field(default_factory=list)
    exported: dict[str, Scorer | None] = field(default_factory=dict)  # model → scorer for predictions

    def champion(self, model: str) -> str:
        """Return the champion of a model; empty if there is none yet."""
        return self.champions.get(model, "")

    def put(self, trained: Trained) -> None:
        """Keep the model of this run."""
        self.trained.append(trained)

    def export(self, model: str, scorer: Scorer | None) -> None:
        """Keep the scorer of this run for predictions; None: the model can no longer be exported."""
        self.exported[model] = scorer


def _card(trained: Trained, origin: ModelInputs, sha256: str) -> Card:
    parts = [
        origin.snapshot_id,
        origin.as_of.isoformat(),
        f"code={origin.code}",
        f"recipe={trained.recipe}",
        f"model={trained.name}",
    ]
    return Card(
        model=trained.name,
        system=origin.system,
        version=snapshot_id_of(parts),
        recipe=trained.recipe,
        snapshot_id=origin.snapshot_id,
        as_of=origin.as_of.isoformat(),
        code=origin.code,
        columns=trained.columns,
        rows=trained.rows,
        metrics=dict(trained.metrics),
        contest=json.loads(json.dumps(asdict(trained.contest))) if trained.contest else None,
        drift=dict(trained.drift),
        libraries={name: version(name) for name in LIBRARIES},
        sha256=sha256,
        calibration=trained.calibration,
        tested_on=trained.tested_on,
    )
