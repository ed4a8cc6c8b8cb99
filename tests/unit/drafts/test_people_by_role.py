"""A column named for a role of people is personal data where its values are names of people."""

from __future__ import annotations

import pytest

from headgate.drafts.draft_contract import draft_from_sample

pytestmark = pytest.mark.unit

NAMES = ("Anna Kurz", "Yildiz, Cem", "M. de la Cruz", "Jürgen van Dijk")


def classification_of(heading: str, values: tuple[object, ...]) -> str:
    rows = "\n".join(f"{at};{value}" for at, value in enumerate(values * 3))
    contract = draft_from_sample(f"no;{heading}\n{rows}\n".encode(), "loans").contract
    return contract.columns[1].classification


@pytest.mark.parametrize(
    "heading",
    [
        "Mitglied", "member", "patient", "guest", "student", "employee", "Participant", "Teilnehmerin",
        "lead_guest", "Schüler", "membre", "employé", "élève", "paciente", "empleada", "paziente",
        "studente", "dipendente", "deelnemer",
    ],
)  # fmt: skip
def test_names_under_a_role_are_personal(heading: str) -> None:
    assert classification_of(heading, NAMES) == "personal"


@pytest.mark.parametrize("values", [(1, 2, 3), ("ja", "nein", "ja"), ("gold", "silver"), ("A-1", "A-2")])
def test_counts_answers_and_ranks_under_a_role_are_not(values: tuple[object, ...]) -> None:
    assert classification_of("Mitglied", values) == ""
    assert classification_of("guest", values) == ""


def test_two_words_under_another_name_are_not() -> None:
    assert classification_of("city", ("New York", "Los Angeles", "San Jose")) == ""


@pytest.mark.parametrize(
    "heading",
    ["owner_name", "ownerName", "Holder name", "driver name", "Halter", "Besitzerin", "owner", "Eigentümer"],
)
def test_owners_and_holders_are_people_and_are_no_list_of_allowed_values(heading: str) -> None:
    """Each new owner of an animal broke the rule that allows the owners of the first file."""
    rows = "\n".join(f"{at};{value}" for at, value in enumerate(NAMES * 3))
    column = draft_from_sample(f"no;{heading}\n{rows}\n".encode(), "visits").contract.columns[1]
    assert column.classification == "personal"
    assert [rule.name for rule in column.rules if rule.name == "valid_values"] == []


@pytest.mark.parametrize("heading", ["owner", "driver", "holder"])
def test_other_values_under_such_a_name_are_not(heading: str) -> None:
    assert classification_of(heading, ("jdbc", "odbc", "native")) == ""


def classifications(header: str) -> list[str]:
    rows = "".join(f"{at};{value};3\n" for at, value in enumerate(NAMES * 3))
    contract = draft_from_sample(f"{header}\n{rows}".encode(), "visits").contract
    return [column.classification for column in contract.columns]


@pytest.mark.parametrize("special", ["Allergies", "Diagnose", "Religion", "Vorerkrankungen"])
def test_health_and_religion_are_personal_where_the_rows_are_people(special: str) -> None:
    assert classifications(f"Patient ID;Station;{special}")[2] == "personal"
    assert classifications(f"Auftrag;geb. am;{special}")[2] == "personal"


def test_the_diagnosis_of_a_machine_is_not() -> None:
    assert classifications("Auftrag;Kunde;Diagnose")[1:] == ["personal", ""]
