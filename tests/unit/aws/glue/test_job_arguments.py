"""A job reads its arguments the same way wherever it runs."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.aws.glue import job_arguments
from headgate.errors import SettingsError
from tests.examples import examples

pytestmark = pytest.mark.unit

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,20}", fullmatch=True)
VALUES = st.text(st.characters(codec="ascii", exclude_categories=["Cc"])).filter(
    lambda text: not text.startswith("--")
)


@examples(12)
@given(st.dictionaries(NAMES, VALUES))
def test_pairs_are_read_as_they_were_written(arguments: dict[str, str]) -> None:
    argv = [token for name, value in arguments.items() for token in (f"--{name}", value)]
    assert job_arguments.merged(argv, {}) == arguments


@given(st.dictionaries(NAMES, VALUES))
def test_the_equals_form_means_the_same(arguments: dict[str, str]) -> None:
    assert job_arguments.merged([f"--{name}={value}" for name, value in arguments.items()], {}) == arguments


@given(st.dictionaries(NAMES, VALUES))
def test_a_plain_process_finds_them_in_its_environment(arguments: dict[str, str]) -> None:
    assert job_arguments.merged([], arguments) == arguments


def test_an_argument_stands_above_a_variable_of_its_name() -> None:
    assert job_arguments.merged(["--system", "b"], {"system": "a", "HOME": "/"}) == {
        "system": "b",
        "HOME": "/",
    }


def test_a_name_without_a_value_is_empty() -> None:
    read = job_arguments.merged(["--enable-metrics", "--system", "retail-copilot", "--last"], {})
    assert read == {"enable-metrics": "", "system": "retail-copilot", "last": ""}


def test_glues_own_arguments_do_no_harm() -> None:
    argv = [
        "--JOB_ID",
        "j_1",
        "--JOB_RUN_ID",
        "jr_1",
        "--job-bookmark-option",
        "job-bookmark-disable",
        "--snapshot_id",
        "current",
    ]
    assert job_arguments.merged(argv, {})["snapshot_id"] == "current"


@pytest.mark.parametrize("arguments", [{}, {"system": ""}])
def test_a_required_argument_that_is_absent_is_named(arguments: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="--system"):
        job_arguments.required(arguments, "system")


def test_a_run_is_full_only_if_it_says_so() -> None:
    assert job_arguments.is_full_run(job_arguments.merged(["--full", "true"], {}))
    assert not job_arguments.is_full_run({"full": ""})
    assert not job_arguments.is_full_run({})


def test_a_day_is_read_and_no_day_is_none() -> None:
    assert job_arguments.day({"as_of": "2011-12-09"}, "as_of") == date(2011, 12, 9)
    assert job_arguments.day({"as_of": ""}, "as_of") is None
    assert job_arguments.day({}, "as_of") is None


def test_a_wrong_day_is_an_error_that_names_the_argument() -> None:
    with pytest.raises(SettingsError, match="--as_of must be a date"):
        job_arguments.day({"as_of": "2023-13-45"}, "as_of")
