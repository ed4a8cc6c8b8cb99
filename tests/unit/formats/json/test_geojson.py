"""GeoJSON: each feature is a row of its properties, with its geometry."""

from __future__ import annotations

import json

import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import HeaderError
from headgate.formats.json.json_records import read_records
from headgate.formats.read_file import read_file

pytestmark = pytest.mark.unit


def collection(*features: dict[str, object]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def place(name: str, *at: float, **more: object) -> dict[str, object]:
    geometry = {"type": "Point", "coordinates": at}
    return {"type": "Feature", "geometry": geometry, "properties": {"name": name, **more}}


def test_properties_are_columns_and_the_geometry_keeps_its_digits() -> None:
    read = read_records(collection(place("Ulm", 9.99155, 48.39841), place("Bonn", 7.1, 50.70)))
    assert {name: column.to_pylist() for name, column in read.columns.items()} == {
        "geometry": [
            '{"coordinates":[9.99155,48.39841],"type":"Point"}',
            '{"coordinates":[7.1,50.7],"type":"Point"}',
        ],
        "name": ["Ulm", "Bonn"],
    }
    assert read.form == "geojson"


def test_the_gate_reads_features_and_names_the_format() -> None:
    columns = (
        Column("name", ColumnType(Kind.STRING)),
        Column("geometry", ColumnType(Kind.STRING), nested="object"),
    )
    received = read_file(
        collection(place("Ulm", 9.9, 48.3)), Contract("headgate.source.a", "a", "source", "1.0.0", columns)
    )
    assert received.cells["name"].to_pylist() == ["Ulm"]
    assert received.written_as["format"] == "geojson"


def test_a_collection_without_features_is_an_empty_table() -> None:
    assert read_records(collection()).columns == {}


def test_a_property_with_another_geometry_is_refused() -> None:
    with pytest.raises(HeaderError) as refused:
        read_records(collection(place("Ulm", 9.9, 48.3, geometry="none")))
    assert refused.value.rule == "duplicate_column"


def test_an_entry_that_is_no_feature_is_a_ragged_row() -> None:
    read = read_records(
        b'{"type": "FeatureCollection", "features": [7, {"type": "Feature", "properties": {"a": 1}}]}'
    )
    assert (len(read.source_rows), len(read.ragged.texts)) == (1, 1)
