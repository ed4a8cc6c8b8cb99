"""Durations such as `2:01:12` are numbers of seconds in a declared source format."""

from decimal import Decimal

import pyarrow as pa
import pytest

from headgate.contracts.format_property import source_format
from headgate.contracts.model import Column, ColumnType, Kind
from headgate.contracts.source_format import SourceFormat
from headgate.errors import ContractError
from headgate.values.cast_declared import cast_column
from headgate.values.declared_spelling import in_declared_format
from headgate.values.durations import duration_formats, plain_durations
from headgate.values.format_inference import Reading, infer_format, infer_most, is_read

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("written", "text", "seconds"),
    [
        ("h:mm:ss", "2:01:12", "7272"),
        ("h:mm:ss", "02:01:12.5", "7272.5"),
        ("h:mm:ss", "02:01:12,50", "7272.50"),
        ("h:mm:ss", "100:00:00", "360000"),
        ("h:mm:ss", "-07:30:00", "-27000"),
        ("h:mm:ss", "PT2H1M12S", "7272"),
        ("h:mm:ss", "P1DT0.25S", "86400.25"),
        ("h:mm:ss", "PT1200M", "72000"),
        ("h:mm", "37:45", "135900"),
        ("h:mm", "7:45:30", "27930"),
        ("m:ss", "59:12", "3552"),
        ("m:ss", "1:02:12.8", "3732.8"),
        ("h:mm:ss", "59:12", None),
        ("h:mm:ss", "2:60:00", None),
        ("h:mm:ss", "2:1:12", None),
        ("h:mm:ss", "P", None),
        ("h:mm:ss", "PT", None),
        ("h:mm:ss", "P1M", None),
        ("h:mm", "DNF", None),
    ],
)
def test_a_duration_is_its_seconds(written: str, text: str, seconds: str | None) -> None:
    assert plain_durations(pa.array([text, None]), written).to_pylist() == [seconds, None]


def test_a_column_of_durations_has_numbers() -> None:
    column = Column(
        "net", ColumnType(Kind.DECIMAL, precision=18, scale=3), format=SourceFormat(duration="h:mm:ss")
    )
    read = cast_column(column, pa.array(["2:01:12.5", "soon", None, "26:00:00"]))
    assert read.values.to_pylist() == [Decimal("7272.500"), None, None, Decimal("93600.000")]
    assert read.misfits.tolist() == [1]


def test_number_cells_of_a_duration_are_its_seconds() -> None:
    column = Column("net", ColumnType(Kind.BIGINT), format=SourceFormat(duration="h:mm"))
    written = in_declared_format(column, pa.array(["7272", "-30", "2:00"]))
    assert cast_column(column, written).values.to_pylist() == [7272, -30, 7200]


@pytest.mark.parametrize(
    "texts",
    [["26:00:10", "02:01:12"], ["-0:30:00", "1:00:00"], ["PT2H1M12S", "P1D"]],
    ids=["beyond a day", "negative", "ISO 8601"],
)
def test_values_that_no_clock_shows_are_durations(texts: list[str]) -> None:
    assert infer_format(pa.array(texts)).readings[0].format == SourceFormat(duration="h:mm:ss")


@pytest.mark.parametrize("texts", [["08:30:00", "23:59:59"], ["8:30"], ["75:30"], ["31.12.2026 10:00:00"]])
def test_other_evidence_must_say_that_values_of_a_clock_are_durations(texts: list[str]) -> None:
    assert not any(reading.format.duration for reading in infer_format(pa.array(texts)).readings)


@pytest.mark.parametrize(
    ("texts", "formats"),
    [
        (["2:01:12", "2:10:30"], ("h:mm:ss",)),
        (["59:12", "1:02:12"], ("m:ss",)),
        (["7:45", "8:00"], ("h:mm", "m:ss")),
        (["3:45.25"], ("m:ss",)),
        (["quick"], ()),
    ],
)
def test_parts_that_are_left_out_decide_about_the_format(texts: list[str], formats: tuple[str, ...]) -> None:
    assert duration_formats(pa.array(texts), with_times_of_day=True) == formats


def test_most_values_decide_beside_runners_who_did_not_finish() -> None:
    texts = pa.array([f"2:{at:02}:10" for at in range(30)] + ["DNF"])
    most = infer_most(texts, pa.array([1] * 31).to_numpy(), are_durations=True)
    assert most is not None
    assert (most.reading.format.duration, most.others) == ("h:mm:ss", 1)
    assert not is_read(pa.array(["DNF"]), Reading(Kind.BIGINT, most.reading.format)).any()


def test_a_duration_has_neither_currency_nor_percent_sign() -> None:
    with pytest.raises(ContractError, match="duration"):
        source_format(Kind.DECIMAL, 2, {}, {"duration": "h:mm", "units": ("s",)})
    with pytest.raises(ContractError, match="has no effect"):
        source_format(Kind.STRING, 0, {}, {"duration": "h:mm"})
