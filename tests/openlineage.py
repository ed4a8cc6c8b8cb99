"""The fields that every OpenLineage run event must have.

Source: OpenLineage specification 2-0-2, BaseEvent, RunEvent, Run, Job, Dataset and BaseFacet: their required
fields and formats. The JSON schema itself is in no package that is installed here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

REQUIRED = {"eventTime", "producer", "schemaURL", "run", "job"}
STATES = {"START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"}
# Of the facets that Headgate writes: the field, and what its values are.
FACET_FIELDS = {
    "schema": {"fields": list},
    "columnLineage": {"fields": dict, "dataset": list},
    "version": {"datasetVersion": str},
    "inputStatistics": {"rowCount": int, "size": int},
    "outputStatistics": {"rowCount": int, "size": int},
    "dataQualityAssertions": {"assertions": list},
    "parent": {"run": dict, "job": dict},
    "errorMessage": {"message": str, "programmingLanguage": str},
}


def check_run_event(event: Mapping[str, Any]) -> None:
    """Fail where a field is missing, or has another form than the specification says."""
    assert set(event) >= REQUIRED
    assert event["eventType"] in STATES
    assert datetime.fromisoformat(event["eventTime"]).utcoffset() == timedelta(0)
    assert str(UUID(event["run"]["runId"])) == event["run"]["runId"]
    assert set(event["run"]) <= {"runId", "facets"}
    _check_facets(event["run"].get("facets", {}))
    assert ("errorMessage" in event["run"].get("facets", {})) == (event["eventType"] == "FAIL")
    for url in (event["producer"], event["schemaURL"]):
        assert urlsplit(url).scheme
    for named in (event["job"], *event["inputs"], *event["outputs"]):
        assert named["namespace"]
        assert named["name"]
    for dataset in (*event["inputs"], *event["outputs"]):
        assert set(dataset) <= {"namespace", "name", "facets", "inputFacets", "outputFacets"}
        for kind in ("facets", "inputFacets", "outputFacets"):
            _check_facets(dataset.get(kind, {}))
    assert all("outputFacets" not in table for table in event["inputs"])
    assert all("inputFacets" not in table for table in event["outputs"])


def _check_facets(facets: Mapping[str, Mapping[str, Any]]) -> None:
    for name, facet in facets.items():
        assert urlsplit(facet["_producer"]).scheme
        assert facet["_schemaURL"].startswith("https://openlineage.io/spec/facets/")
        for field, kind in FACET_FIELDS[name].items():
            assert isinstance(facet[field], kind), (name, field)
        for assertion in facet.get("assertions", ()):
            assert (
                {"assertion", "success"} <= set(assertion) <= {"assertion", "success", "column", "severity"}
            )
        if name == "columnLineage":
            _check_input_fields(
                [*facet["dataset"], *(used for of in facet["fields"].values() for used in of["inputFields"])]
            )
        else:
            assert all(field["name"] and field["type"] for field in facet.get("fields", []))


def _check_input_fields(fields: Iterable[Mapping[str, Any]]) -> None:
    """Fail where a column that is a source lacks its table, or says of its use something that the
    specification does not know.
    """
    for used in fields:
        assert used["namespace"]
        assert used["name"]
        assert used["field"]
        assert {transformation["type"] for transformation in used["transformations"]} <= {
            "DIRECT",
            "INDIRECT",
        }
