"""The columns of a table that a statement reads, by alias, star or their name alone."""

from __future__ import annotations

import pytest

from headgate.query.columns_read import columns_read

pytestmark = pytest.mark.unit

COLUMNS = {"trips": ("trip_id", "station_id", "minutes"), "stations": ("station_id", "city")}


@pytest.mark.parametrize(
    ("sql", "read"),
    [
        ("SELECT sum(minutes) FROM lake.trips", {"minutes"}),
        ("SELECT t.minutes FROM lake.trips t JOIN lake.stations s ON s.station_id = t.station_id",
         {"minutes", "station_id"}),
        ("SELECT city FROM lake.trips JOIN lake.stations USING (station_id) WHERE minutes > 3", {"minutes"}),
        ("SELECT * FROM lake.trips", {"trip_id", "station_id", "minutes"}),
        ("SELECT t.* FROM lake.trips t", {"trip_id", "station_id", "minutes"}),
        ("WITH trips AS (SELECT minutes FROM lake.trips) SELECT * FROM trips", {"minutes"}),
        ("SELECT count(*) FROM lake.trips", set()),
        ("SELECT city FROM lake.stations WHERE station_id IN (SELECT station_id FROM lake.trips)",
         {"station_id"}),
        ("SELECT 1 FROM lake.trips WHERE station_id IN (SELECT station_id FROM lake.stations)",
         {"station_id"}),
        ("WITH trips AS (SELECT * FROM lake.trips) SELECT minutes FROM trips",
         {"trip_id", "station_id", "minutes"}),
        ("SELECT city AS minutes FROM lake.trips JOIN lake.stations USING (station_id) ORDER BY minutes",
         set()),
        ("WITH s AS (SELECT 1 AS minutes) SELECT s.minutes FROM s CROSS JOIN lake.trips",
         set()),
        ("SELECT city FROM lake.stations s WHERE EXISTS (SELECT 1 FROM lake.trips WHERE minutes > s.city)",
         {"minutes"}),
        ("SELECT minutes FROM lake.trips UNION ALL SELECT 1", {"minutes"}),
        ("SHOW TABLES", set()),
        ("SELECT minutes FROM lake.other", set()),
        ("SELECT FROM WHERE", set()),
    ],
)  # fmt: skip
def test_a_statement_reads_the_columns_that_it_names(sql: str, read: set[str]) -> None:
    assert columns_read(sql, "trips", COLUMNS) == read
