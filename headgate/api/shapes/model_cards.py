"""Model cards; see `headgate.systems.model_cards`."""

from pydantic import Field

from headgate.api.shapes.base import Count, Shape


class ModelCardEntry(Shape):
    """A model of a deployed system."""

    name: str
    system: str
    tables: tuple[str, ...] = Field(description="The tables with its figures, the most important one first.")
    quality: str = Field(description="The table with the figures of its tests.")
    predicts: str


class ModelCards(Shape):
    """The models of the deployed systems."""

    cards: tuple[ModelCardEntry, ...]


class MeasuredFigure(Shape):
    """A figure measured on days that the model did not learn from."""

    model: str
    metric: str
    value: float | None = Field(description="Null where it could not be measured.")
    baseline: float | None = Field(description="The same figure of `baseline_model`.")
    baseline_model: str = Field(description="The rule to beat; empty if there is none.")
    period: str = Field(description="An ISO 8601 interval, or a description of the tested origins.")
    rows: Count
    note: str
    title: str = Field(description="Its title in words; empty if the card declares none.")
    unit: str = Field(description="Its unit; empty if the card declares none.")
    verdict: str = Field(description="Against the rule, by the card's thresholds; empty if not compared.")
    is_main: bool = Field(description="Whether the card declares it as a test of the published method.")


class CalibrationShare(Shape):
    """Cases with similar probabilities."""

    expected: float = Field(description="Their mean probability.")
    observed: float = Field(description="Share of them that came true.")
    rows: Count


class ModelCardDetail(ModelCardEntry):
    """Prediction, method, data, tests, limits and use of a model."""

    data: str
    naive_rule: str = Field(description="The simple rule that the model is compared with.")
    method: tuple[str, ...] = Field(description="How the method is made and chosen.")
    names: dict[str, str] = Field(description="Name of a model, a method or a rule → the name in words.")
    limits: tuple[str, ...]
    uses: tuple[str, ...] = Field(description="Who may use the figures, and for which decisions.")
    missing: tuple[str, ...] = Field(description="Datasets that the model needs and the lake does not have.")
    as_of: str = Field(description="Day of the data; empty before the first run.")
    snapshot_id: str = Field(description="Snapshot of the figures; empty before the first run.")
    is_kept: bool = Field(description="Whether it is kept between runs; else each run fits it again.")
    methods: dict[str, tuple[str, ...]] = Field(
        description="Column of the first table → methods that its current rows name."
    )
    recipe: str = Field(description="Recipe of the kept model; empty if none is in use.")
    unused: tuple[str, ...] = Field(
        description="Recipe and day of a kept model that the current tables do not use; may be empty."
    )
    learnt_from: Count = Field(description="Rows that the kept model learnt from.")
    columns: tuple[str, ...] = Field(description="Its input columns.")
    period: str = Field(description="Days of the tests as an ISO 8601 interval; empty if there are none.")
    figures: tuple[MeasuredFigure, ...]
    contest: dict[str, float] = Field(description="Recipe → mean loss at the past origins; lower is better.")
    contest_title: str = Field(description="The figure of `contest`; empty for the loss of a kept model.")
    calibrated: str = Field(description="How far expected and observed shares differ; may be empty.")
    calibration: tuple[CalibrationShare, ...]
    shifted: tuple[str, ...] = Field(description="Input columns that changed since the model learnt.")
