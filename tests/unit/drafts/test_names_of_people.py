"""A column with names of many people is proposed as about people, whatever its heading."""

from __future__ import annotations

import pytest

from headgate.local_files.draft_file import draft_of_upload

pytestmark = pytest.mark.unit

GIVEN = ("Anna", "Björn", "Dmitri", "Élodie", "Günther", "Łukasz", "Noor", "Zoë")
FAMILY = ("García", "Kovács", "Müller", "Nguyễn", "O'Neil", "Öztürk", "Smith", "de-la-Cruz")
PEOPLE = tuple(f"{given} {family}" for given in GIVEN for family in FAMILY)
STATIONS = tuple(f"{place} Hauptbahnhof" for place in map("".join, zip(GIVEN * 5, FAMILY * 5, strict=True)))


def personal(heading: str, values: tuple[str, ...]) -> tuple[list[str], list[str]]:
    rows = "".join(f"{place};{value};{place % 7}\n" for place, value in enumerate(values))
    draft = draft_of_upload("results.csv", f"nr;{heading};points\n{rows}".encode(), takes_people=True)
    assert draft is not None
    (table,) = draft["document"]["schema"]
    classified = [each["name"] for each in table["properties"] if each.get("classification") == "personal"]
    return classified, draft["maybe_people"]


@pytest.mark.parametrize(
    "heading",
    ["Läufer", "Athlete", "Versenyző", "entered by", "Line manager", "book_author", "Author of book"],
)
def test_names_of_people_are_proposed_as_such_under_any_heading(heading: str) -> None:
    """As in the results of a marathon, `Läufer`."""
    classified, maybe = personal(heading, PEOPLE)
    assert len(classified) == 1
    assert maybe == classified


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("Product name", PEOPLE),
        ("Name of place", PEOPLE),
        ("Country of origin", PEOPLE),
        ("Station from", PEOPLE),
        ("Halt", STATIONS),
        ("Gebiet", ("Alpha Nord", "Alpha Süd", "Beta Nord", "Beta Süd") * 10),
        ("Läufer", PEOPLE[:12]),
    ],
)
def test_names_of_things_are_not(heading: str, values: tuple[str, ...]) -> None:
    assert personal(heading, values) == ([], [])
