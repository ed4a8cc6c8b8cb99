"""Questions that people saved in the lake: an object for each person, and a person's dashboard as a file."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef, ObjectStore
from headgate.query.table_readers import tables_read


class ShownQuestion(Protocol):
    """A question and the display of its answer."""

    @property
    def name(self) -> str: ...  # noqa: D102 as KeptQuestion
    @property
    def sql(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def x(self) -> str: ...  # noqa: D102
    @property
    def y(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def series(self) -> str: ...  # noqa: D102
    @property
    def bounds(self) -> tuple[tuple[str, str], ...]: ...  # noqa: D102
    @property
    def answer(self) -> str: ...  # noqa: D102
    @property
    def nothing(self) -> str: ...  # noqa: D102
    @property
    def units(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def scale(self) -> str: ...  # noqa: D102
    @property
    def form(self) -> str: ...  # noqa: D102
    @property
    def is_stacked(self) -> bool | None: ...  # noqa: D102
    @property
    def action(self) -> str: ...  # noqa: D102
    @property
    def width(self) -> str: ...  # noqa: D102


OWN_DASHBOARD = "mine"  # the name of a person's own dashboard, in the console's URL and in mails


@dataclass(frozen=True)
class KeptQuestion:
    """A question that a person saved.

    Attributes:
        name: unique among the questions of its person.
        kind: `table`, or the kind of the chart.
        x, y, series: columns of the answer for the chart; empty for the default.
        scale, form, is_stacked: how the chart is drawn, as `headgate.systems.panels` has it.
        bounds, answer, nothing, units, action: of the dashboard's panel that it was; the defaults for
            another question.
        is_pinned: whether its answer is on the person's dashboard.
        place: orders the questions of the dashboard; those of one place are ordered by name.
        width: `half` or `full`, on the dashboard; empty for the usual one.
        by, at: who saved it, and when, ISO 8601 in naive UTC.
    """

    name: str
    sql: str
    kind: str
    x: str
    y: tuple[str, ...]
    series: str
    is_pinned: bool
    by: str
    at: str
    bounds: tuple[tuple[str, str], ...] = ()
    answer: str = ""
    nothing: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    scale: str = "auto"
    form: str = ""
    is_stacked: bool | None = None
    action: str = ""
    place: int = 0
    width: str = ""


def kept_questions(objects: ObjectStore, bucket: str) -> list[KeptQuestion]:
    """Return the questions of all people, ordered by person, place and name."""
    stored = (objects.read(item.ref) for item in list(objects.list(bucket, f"{keys.QUESTIONS}/")))
    questions = (question for text in stored for question in questions_of_text(text))
    return sorted(questions, key=lambda question: (question.by, question.place, question.name))


def questions_of_person(objects: ObjectStore, bucket: str, person: str) -> list[KeptQuestion]:
    """Return the questions of one person, ordered by place and name; none for a person without any."""
    try:
        stored = questions_of_text(objects.read(ObjectRef(bucket, questions_key(person))))
    except NotFoundError:
        return []
    return sorted(stored, key=lambda question: (question.place, question.name))


def questions_key(person: str) -> str:
    """Return the key of a person's questions."""
    return f"{keys.QUESTIONS}/{hashlib.sha256(person.encode()).hexdigest()[:32]}.json"


def questions_of_text(text: bytes) -> list[KeptQuestion]:
    """Parse an object with questions."""
    return [
        KeptQuestion(
            **{
                **question,
                "y": tuple(question["y"]),
                "bounds": tuple((low, high) for low, high in question.get("bounds", ())),
            }
        )
        for question in json.loads(text)
    ]


def text_of_questions(questions: Iterable[KeptQuestion]) -> bytes:
    """Return the object with the questions, ordered by name."""
    return json.dumps([asdict(each) for each in sorted(questions, key=lambda each: each.name)]).encode()


def dashboard_document(person: str, questions: Sequence[KeptQuestion]) -> dict[str, Any]:
    """Return the pinned questions of a person as a dashboard file of a lake project."""
    pinned = [question for question in questions if question.by == person and question.is_pinned]
    return {
        "system": f"questions-of-{plain(person.partition('@')[0], '-')}",
        "title": f"Questions of {person}",
        "filters_of_tables": True,
        "panels": [panel_document(question) for question in pinned],
    }


def panel_document(question: ShownQuestion) -> dict[str, Any]:
    """Return a question as a panel of a dashboard file."""
    panel: dict[str, Any] = {
        "name": panel_name(question.name),
        "question": question.name,
        "kind": question.kind,
        "table": next(iter(tables_read(question.sql)), ""),
        "sql": question.sql,
    }
    if question.kind != "table":
        panel |= {"x": question.x, "y": list(question.y), "series": question.series}
    if question.kind == "fan":
        panel["bounds"] = [list(pair) for pair in question.bounds]
    optional = {
        "answer": question.answer,
        "nothing": question.nothing,
        "units": dict(question.units),
        "scale": question.scale if question.scale != "auto" else "",
        "form": question.form,
        "action": question.action,
        "width": question.width,
    }
    if question.is_stacked is not None:
        panel["is_stacked"] = question.is_stacked
    return panel | {name: value for name, value in optional.items() if value}


def panel_name(question: str) -> str:
    """Return the name of the panel of a question, by which the limit of a mail names it."""
    return plain(question, "_")


def plain(text: str, separator: str) -> str:
    """Return a name of lower-case letters and digits, with `separator` for all other characters."""
    return re.sub(r"[^a-z0-9]+", separator, text.lower()).strip(separator)
