"""Dashboards, as `headgate.systems.dashboards` reads them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from headgate.api.shapes.base import Shape

Column = Annotated[
    str, Field(description="A column of the answer; empty where the kind of chart needs none.")
]


class Panel(Shape):
    """A question of a dashboard, with the SQL that answers it and how the answer is drawn."""

    name: str
    question: str
    kind: Literal["kpi", "line", "fan", "bar", "scatter", "map", "table"]
    table: str = Field(description="Prod table whose contract defines the columns.")
    sql: str = Field(description="Athena SQL. Send it to `POST /v1/queries`.")
    unit: str
    better: Literal["higher", "lower"] = Field(description="Of a figure.")
    before_label: str = Field(description="What `before` of a figure is; empty for the period before.")
    x: Column
    y: tuple[str, ...]
    bounds: tuple[tuple[str, str], ...] = Field(
        description="Pairs of columns: lower and upper end of an interval."
    )
    series: Column
    size: Column


class Dashboard(Shape):
    """The panels of one system, in the order in which they are shown."""

    system: str
    title: str
    panels: tuple[Panel, ...]


class Dashboards(Shape):
    """The dashboards of the lake's domains and of its project."""

    dashboards: tuple[Dashboard, ...]
