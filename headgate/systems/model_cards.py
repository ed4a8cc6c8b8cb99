"""Model cards: prediction, data, quality at past origins, and limits of a model.

The fixed text of a card is a YAML file of its domain, `model_cards/<name>.yaml`; in an archive it is JSON.
The figures come from the system's quality table and from the record of the kept model, if the current tables
were built with it.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from headgate.contracts.odcs_reader import yaml_document
from headgate.errors import ContractError, NotFoundError
from headgate.project import MODEL_CARDS, lake_domains, load_module
from headgate.systems.card_tests import (
    ALIKE,
    Alike,
    CardTest,
    CardWords,
    Figure,
    calibration_sentence,
    tested_cases_sentence,
    with_verdicts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pyarrow as pa

    from headgate.learning.calibration import Bin
    from headgate.learning.store import Card
    from headgate.snapshots.snapshot import LakeSnapshot

    OwnFigures = Callable[..., tuple[Sequence[Figure], tuple[Bin, ...]]]

# Source: Siddiqi (2006), Credit Risk Scorecards, p. 137; equal to headgate.learning.feature_drift.SHIFTED
SHIFTED = 0.25
_MAX_PERIODS = 3


@dataclass(frozen=True)
class Description:
    """The written description of a model.

    Attributes:
        kept: the name of the model in the model store; empty for one that is fitted again in each run.
        quality: the prod table with the figures.
        quality_models: the models of that table that are shown; all of them if none is named.
        needs: the datasets without which the tables have no rows.
        uses: who may use the figures, and for which decisions.
        method_columns: the columns of the first table that name the published method; none if it has no such
            column.
        kept_as: what these columns call the kept model, whatever its recipe; empty if they name the recipe.
        method: how the method is made and chosen, a sentence each.
        figure_columns: the columns of the first table that the card's figures are computed from as well.
        alike: between which bounds a figure and that of its rule are alike.
        tests: the tests that judge the published method, the most important one first.
        names: names of models, methods and rules in words.
        titles: titles of figures that are no tests of the published method.
        compared: the figure by which recipes that are not kept are compared; its rows are named after them.
    """

    name: str
    system: str
    kept: str
    predicts: str
    tables: tuple[str, ...]
    data: str
    naive_rule: str
    quality: str
    quality_models: tuple[str, ...]
    limits: tuple[str, ...]
    needs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    method_columns: tuple[str, ...] = ()
    kept_as: str = ""
    method: tuple[str, ...] = ()
    figure_columns: tuple[str, ...] = ()
    alike: Alike = ALIKE
    tests: tuple[CardTest, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    compared: str = ""

    @property
    def words(self) -> CardWords:
        """The words that its figures are shown in."""
        return CardWords(self.tests, self.alike, self.titles, self.names)

    def in_words(self, name: str) -> str:
        """Return the name of a model, a method or a rule in words."""
        return self.names.get(name, name.replace("_", " "))


@dataclass(frozen=True)
class CurrentTable:
    """Facts of the current rows of a model's first table.

    Attributes:
        as_of: the day of the data; empty if the table has no rows.
        methods: the methods that each column names.
        rows: the rows in the columns that figures are computed from.
    """

    as_of: str = ""
    methods: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rows: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def of_columns(cls, as_of: str, columns: Mapping[str, Sequence[str]]) -> CurrentTable:
        """Return the statements of a table of that day, from its columns that name a method."""
        methods = {name: tuple(sorted(set(values) - {None})) for name, values in columns.items()}
        return cls(as_of, {name: values for name, values in methods.items() if values})

    @classmethod
    def of_table(cls, about: Description, as_of: str, table: pa.Table) -> CurrentTable:
        """Return the statements of a card's first table, and its rows in the columns of the figures."""
        columns = {name: table[name].unique().to_pylist() for name in about.method_columns}
        rows = table.select(list(about.figure_columns)).to_pylist() if about.figure_columns else ()
        return replace(cls.of_columns(as_of, columns), rows=tuple(rows))


@dataclass(frozen=True)
class ModelCard:
    """A model card.

    Attributes:
        as_of, snapshot_id: the day of the data, and the snapshot that the figures were computed from; empty
            before the first run.
        missing: the datasets that the model needs and the lake does not have.
        methods: the methods that the columns of the current table name, by column.
        recipe: what scores now; empty for a model that is not kept, or whose kept version is not in use.
        unused: the recipe and the day of a kept version that the current tables were not built with; empty if
            there is none.
        learnt_from: rows that the kept model learnt from.
        contest: mean loss by recipe at the past origins, the naive rule among them.
        calibration: expected and observed shares; of forecasts, the nominal coverage of the intervals and the
            observed one.
        tested_on: the days of the calibration of a kept model, as an ISO 8601 interval; may be empty.
        drift: column → population stability index since the model learnt.
    """

    description: Description
    as_of: str = ""
    snapshot_id: str = ""
    missing: tuple[str, ...] = ()
    methods: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    recipe: str = ""
    unused: tuple[str, ...] = ()
    version: str = ""
    code: str = ""
    learnt_from: int = 0
    columns: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    contest: Mapping[str, float] = field(default_factory=dict)
    calibration: tuple[Bin, ...] = ()
    tested_on: str = ""
    drift: Mapping[str, float] = field(default_factory=dict)

    @property
    def period(self) -> str:
        """The days that the figures were measured on, as an ISO 8601 interval; empty if there is none."""
        spans = [figure.period.split("/") for figure in self.figures if "/" in figure.period]
        return f"{min(span[0] for span in spans)}/{max(span[1] for span in spans)}" if spans else ""

    @property
    def calibrated(self) -> str:
        """How far expected and observed shares of a kept model differ; empty without any."""
        if not self.description.kept:
            return ""
        sentence = calibration_sentence([(share.expected, share.observed) for share in self.calibration])
        return f"{sentence} {tested_cases_sentence(self.calibration, self.tested_on)}".strip()

    @property
    def contest_title(self) -> str:
        """Title of the figure that recipes are compared by; empty for the loss of a kept model."""
        compared = (test.title for test in self.description.tests if test.metric == self.description.compared)
        return next(compared, "")

    @property
    def shifted(self) -> tuple[str, ...]:
        """The columns that have changed since the model learnt."""
        return tuple(sorted(name for name, index in self.drift.items() if index > SHIFTED))

    def to_dict(self) -> dict[str, object]:
        """Return the card as JSON values."""
        about = self.description
        facts = asdict(self)
        facts["description"] |= {"tests": [test.title for test in about.tests], "alike": about.alike.words}
        return facts | {
            "period": self.period,
            "shifted": list(self.shifted),
            "calibrated": self.calibrated,
            "contest_title": self.contest_title,
        }


def descriptions() -> dict[str, Description]:
    """Return the descriptions of all models of the lake's domains, by name.

    Raises:
        ContractError: a description has a list with an item that is no text.
    """
    described = [
        _description((json.loads if item.name.endswith(".json") else yaml_document)(item.read_text("utf-8")))
        for folder in (domain.part(MODEL_CARDS) for domain in lake_domains())
        if folder.is_dir()
        for item in sorted(folder.iterdir(), key=lambda file: file.name)
        if item.name.endswith((".yaml", ".json"))
    ]
    return {model.name: model for model in described}


def description(name: str) -> Description:
    """Return the description of a model."""
    described = descriptions()
    if name not in described:
        raise NotFoundError(
            f"There is no model {name}. Models: {', '.join(described) or 'none in this lake'}."
        )
    return described[name]


def _description(document: Mapping[str, Any]) -> Description:
    texts = ("tables", "quality_models", "limits", "needs", "uses", "method_columns", "method")
    lists = {name: tuple(document.get(name, ())) for name in (*texts, "figure_columns")}
    for name, items in lists.items():
        if others := [item for item in items if not isinstance(item, str)]:
            raise ContractError(
                f"model card {document.get('name', '')}: {name} has an item that is no text, {others[0]}. "
                "Put an item with a colon and a blank into quotes"
            )
    tests = tuple(CardTest(**test) for test in document.get("tests", ()))
    alike = Alike.of(document.get("alike", {}))
    return Description(**{**document, **lists, "tests": tests, "alike": alike})


def missing_datasets(about: Description, lake: LakeSnapshot | None) -> tuple[str, ...]:
    """Return the datasets that a model needs and the newest snapshot lacks; none without a snapshot."""
    if lake is None:
        return ()
    return tuple(name for name in about.needs if name not in lake.datasets or not lake.datasets[name].rows)


def is_in_use(about: Description, kept: Card, current: CurrentTable) -> bool:
    """Return whether the current tables have the day of a kept model and name it as their method."""
    named = {method for methods in current.methods.values() for method in methods}
    return kept.as_of == current.as_of and (about.kept_as or kept.recipe) in named


def model_card(
    about: Description,
    quality: Sequence[Mapping[str, Any]],
    record: Card | None,
    current: CurrentTable,
    missing: tuple[str, ...] = (),
) -> ModelCard:
    """Return the card of a model.

    Args:
        quality: the rows of its quality table.
        record: the record of the kept model; None if the model is not kept, or no run has kept it yet.
        current: what the current table states.
        missing: the datasets that the model needs and the lake does not have.
    """
    kept = record if record and is_in_use(about, record, current) else None
    quality = [{name: _known(value) for name, value in row.items()} for row in quality]
    own_figures = _own_figures(about.quality) if quality else None
    figures, coverage = (
        own_figures(quality, *([current.rows] if about.figure_columns else []))
        if own_figures
        else (_of_measures(quality, about.quality_models), None)
    )
    contest = _contest(about, figures, kept)
    stamps = quality[0] if quality else {}
    return ModelCard(
        description=about,
        as_of=str(stamps.get("as_of") or (kept.as_of if kept else "")),
        snapshot_id=str(stamps.get("snapshot_id") or (kept.snapshot_id if kept else "")),
        missing=missing,
        methods=current.methods,
        recipe=kept.recipe if kept else "",
        unused=(record.recipe, record.as_of) if record and not kept else (),
        version=kept.version if kept else "",
        code=kept.code if kept else "",
        learnt_from=kept.rows if kept else 0,
        columns=kept.columns if kept else (),
        figures=with_verdicts(figures, about.words),
        contest=contest,
        calibration=coverage if coverage is not None else (kept.calibration if kept else ()),
        tested_on=kept.tested_on if kept else "",
        drift=kept.drift if kept else {},
    )


def _contest(about: Description, figures: Sequence[Figure], kept: Card | None) -> dict[str, float]:
    """Return the mean loss by recipe, of a kept model or of the figures that the card names."""
    results = ((kept and kept.contest) or {}).get("results", ())
    if results or not about.compared:
        return {result["recipe"]: float(result["mean_loss"]) for result in results}
    return _compared(about, figures)


def _compared(about: Description, figures: Sequence[Figure]) -> dict[str, float]:
    """Return the compared figure of each recipe, that of the method in use among them."""
    begin, used = f"{about.compared}_", "published: "
    losses = {
        figure.metric.removeprefix(begin): figure.value
        for figure in figures
        if figure.metric.startswith(begin) and figure.value is not None
    }
    published = {
        figure.note.removeprefix(used): figure.value
        for figure in figures
        if figure.metric == about.compared and figure.note.startswith(used) and figure.value is not None
    }
    return losses | published


def _own_figures(table: str) -> OwnFigures | None:
    """Return how the domain of a quality table makes the figures and the calibration of a card."""
    modules = (load_module(domain.card_figures) for domain in lake_domains() if domain.card_figures)
    return next((module.FIGURES[table] for module in modules if table in module.FIGURES), None)


def _known(value: object) -> object:
    """Return the value, or None for a figure that is not a number: pandas stores a null as one."""
    return None if isinstance(value, float) and math.isnan(value) else value


def _of_measures(rows: Iterable[Mapping[str, Any]], models: Sequence[str]) -> list[Figure]:
    """Return the figures of a quality table; a figure of many periods as their mean and the newest one."""
    grouped: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        if not models or row["model"] in models:
            grouped.setdefault((row["model"], row["metric"]), []).append(row)
    return [
        figure
        for of_metric in grouped.values()
        for figure in (_of_many(of_metric) if len(of_metric) > _MAX_PERIODS else map(_figure, of_metric))
    ]


def _of_many(rows: Sequence[Mapping[str, Any]]) -> list[Figure]:
    """Return the mean, and the newest figure unless its period is a single day, which says little."""
    measured = [row for row in rows if row["value"] is not None]
    if not measured:
        return [replace(_figure(rows[-1]), rows=0, note=f"none of {len(rows)} periods could be measured")]
    dated = [row for row in measured if "/" in row["period"]]
    newest = _figure(max(dated, key=lambda row: row["period"])) if dated else None
    if newest is None or len(set(newest.period.split("/"))) == 1:
        return [_mean(measured)]
    note = "; ".join(filter(None, [f"newest of {len(measured)} periods", newest.note]))
    return [_mean(measured), replace(newest, note=note)]


def _figure(row: Mapping[str, Any]) -> Figure:
    return Figure(
        model=row["model"],
        metric=row["metric"],
        value=row["value"],
        baseline=row["baseline"],
        baseline_model=row["baseline_model"] or "",
        period=row["period"],
        rows=row["rows_used"],
        note=row["note"] or "",
    )


def _mean(rows: Sequence[Mapping[str, Any]]) -> Figure:
    last = rows[-1]
    spans = [row["period"].split("/") for row in rows if "/" in row["period"]]
    return Figure(
        model=last["model"],
        metric=last["metric"],
        value=_average(row["value"] for row in rows),
        baseline=_average(row["baseline"] for row in rows),
        baseline_model=last["baseline_model"] or "",
        period=f"{min(span[0] for span in spans)}/{max(span[-1] for span in spans)}" if spans else "",
        rows=sum(row["rows_used"] for row in rows),
        note=f"mean of {len(rows)} periods",
    )


def _average(values: Iterable[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present else None
