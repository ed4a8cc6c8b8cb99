import click
import pytest

from headgate.cli.mapping import with_changes
from headgate.intake.mapping import Suggested

pytestmark = pytest.mark.unit

SUGGESTED = Suggested("regions", "inbox", "abc", ("F1", "F2", "F3"), ("region_id", "name", ""), (0.5, 0.4, 0.0), ("currency",))


def test_a_change_replaces_the_suggestion() -> None:
    assert with_changes(SUGGESTED, ["F3=currency"]) == ("region_id", "name", "currency")


def test_a_field_that_is_given_to_one_column_is_taken_from_another() -> None:
    assert with_changes(SUGGESTED, ["F3=name", "F2=currency"]) == ("region_id", "currency", "name")
    assert with_changes(SUGGESTED, ["F3=name"]) == ("region_id", "", "name")


@pytest.mark.parametrize("pair", ["F3", "F9=name", "=name"])
def test_what_names_no_column_of_the_file_is_refused(pair: str) -> None:
    with pytest.raises(click.UsageError):
        with_changes(SUGGESTED, [pair])
