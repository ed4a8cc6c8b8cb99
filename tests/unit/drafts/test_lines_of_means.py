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


def rows_of(lines: list[str]) -> int:
    draft = draft_of_upload("rooms.csv", "\n".join(["room;floor;nights;revenue", *lines, ""]).encode())
    assert draft is not None
    return int(draft["rows"])


ROOMS = [f"M{place};{place % 3};{place % 7 + 1};{100 + place * 3}.5" for place in range(1, 22)]


@pytest.mark.parametrize(
    "line",
    [
        "Etage 2;;4;133.5",  # means
        ";;2.05;18.61",  # deviations
        "from;;1;103.5",  # the smallest
        "to;;7;163.5",
    ],
)
def test_a_line_whose_numbers_are_all_the_same_figure_of_those_above_is_no_row(line: str) -> None:
    """As `Ø Etage 2` in the workbook of a hotel, whatever the name is."""
    assert rows_of([*ROOMS, line]) == 21


@pytest.mark.parametrize("line", ["M22;;4;163.5", "M22;;5;133.5", "M22;1;4;133.5"])
def test_a_row_with_different_figures_or_with_all_values_is_a_row(line: str) -> None:
    assert rows_of([*ROOMS, line]) == 22


@pytest.mark.parametrize("name", ["Mean", "RSD %", "Std. dev.", "Ø Etage 2", "Průměr obec", "Max"])
def test_a_line_with_the_name_of_a_figure_and_few_cells_is_no_row(name: str) -> None:
    """The figures of a laboratory are of more injections than the file has."""
    lines = [f"{place};V{place};Q{place};4.{place + 10};9{place % 10}.5" for place in range(20)]
    content = "\n".join(["injection;vial;sample;rt;recovery", *lines, f"{name};;;4.201;", ""])
    draft = draft_of_upload("hplc.csv", content.encode())
    assert draft is not None
    assert draft["rows"] == 20
