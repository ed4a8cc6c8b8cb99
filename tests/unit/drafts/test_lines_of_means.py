"""Lines of means below groups or at the end are no rows of a table, if they are the mean of rows above."""

from __future__ import annotations

import pytest

from headgate.local_files.draft_file import draft_of_upload

pytestmark = pytest.mark.unit


def accepted(name: str, means: tuple[str, str]) -> int:
    """The rows that a draft accepts of two classes of ten pupils, each above its mean."""
    lines = ["code;pupil;mark"]
    for group, mean in zip("AB", means, strict=True):
        lines += [f"{group}{place:03};P{place};{10 + place % 5}" for place in range(10)]
        lines.append(f"{name};;{mean}")
    draft = draft_of_upload("marks.csv", "\n".join([*lines, ""]).encode())
    assert draft is not None
    return int(draft["rows"])


@pytest.mark.parametrize("name", ["Moyenne de la classe", "Durchschnitt", "Mean", "Promedio:", "Średnia"])
def test_a_line_of_means_is_no_row(name: str) -> None:
    """As below each class in the marks of a French school."""
    assert accepted(name, ("12", "12")) == 20


@pytest.mark.parametrize(("name", "mean"), [("Moyenne Marie", "17"), ("Meander", "12")])
def test_the_word_or_the_number_alone_is_not_enough(name: str, mean: str) -> None:
    assert accepted(name, (mean, mean)) > 20
